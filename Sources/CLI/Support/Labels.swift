import FerryModel
import FerryTensor
import FerryVerify
import Foundation

/// The names of a model's classes, and its answer by them.
struct Labels {
  let names: [String]

  struct Class {
    let label: String
    let value: Double
  }

  /// - Parameter text: names with commas between them, or the path of a file with one name a line.
  init(_ text: String) throws {
    if text.contains(",") {
      names = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
    } else {
      guard let data = FileManager.default.contents(atPath: text) else {
        throw FerryError(
          .fileNotFound, "there is no file with labels at \(text)", supported: "a file with one name a line, or a,b,c")
      }
      guard let content = String(validating: data, as: UTF8.self) else {
        throw FerryError(.usage, "the labels are not UTF-8 text", at: .init(file: text))
      }
      var lines = content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(Self.trimmed)
      while lines.last?.isEmpty == true { lines.removeLast() }
      names = lines
    }
  }

  /// Those that a bundle holds.
  ///
  /// - Throws: `damagedBundle`.
  init?(of stored: StoredModel) throws {
    guard let names = try stored.labels() else { return nil }
    self.names = names
  }

  private static func trimmed(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }

  /// - Throws: `usage` unless the network has one output, with one value a sample for each label. What is not known
  ///   before it runs may be right.
  func check(_ graph: Graph) throws {
    let output = try only(graph.outputs.map { graph[$0].name })
    let shape = graph[graph.outputs[0]].shape
    var count = 1
    for extent in shape.count > 1 ? shape.dropFirst() : shape[...] {
      guard let value = extent.value else { return }
      let (product, overflows) = count.multipliedReportingOverflow(by: value)
      count = overflows ? .max : product
    }
    guard count != names.count else { return }
    throw mismatch(output, shape.text, count: count)
  }

  /// The classes with the model's values for one sample, the largest first.
  ///
  /// - Throws: `usage` unless there is one output, with one value for each label.
  func classes(of outputs: [(name: String, tensor: Tensor)]) throws -> [Class] {
    let name = try only(outputs.map(\.name))
    let output = outputs[0].tensor
    let values = output.doubles()
    guard values.count == names.count else { throw mismatch(name, "\(output.shape)", count: values.count) }
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    return order.map { Class(label: names[$0], value: values[$0]) }
  }

  private func only(_ outputs: [String]) throws -> String {
    guard outputs.count == 1 else {
      throw FerryError(
        .usage, "labels are for a model with one output, and this one has \(outputs.count)",
        supported: outputs.joined(separator: ", "))
    }
    return outputs[0]
  }

  private func mismatch(_ output: String, _ shape: String, count: Int) -> FerryError {
    FerryError(
      .usage, "there are \(names.count) labels for output \"\(output)\" of shape \(shape)",
      supported: "\(count) labels, in the order of the model's classes")
  }
}

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

  private static func trimmed(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }

  /// The classes with the model's values for one sample, the largest first.
  ///
  /// - Throws: `usage` unless there is one output, with one value for each label.
  func classes(of outputs: [(name: String, tensor: Tensor)]) throws -> [Class] {
    guard outputs.count == 1, let output = outputs.first else {
      throw FerryError(
        .usage, "--labels are for a model with one output, and this one has \(outputs.count)",
        supported: outputs.map(\.name).joined(separator: ", "))
    }
    let values = output.tensor.doubles()
    guard values.count == names.count else {
      throw FerryError(
        .usage, "there are \(names.count) labels for output \"\(output.name)\" of shape \(output.tensor.shape)",
        supported: "\(values.count) labels, in the order of the model's classes")
    }
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    return order.map { Class(label: names[$0], value: values[$0]) }
  }
}

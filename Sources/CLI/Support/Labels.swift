import FerryModel
import FerryTensor
import FerryVerify
import FoundationEssentials

/// The names of a model's classes, and its answers by them.
struct Labels {
  let names: [String]
  /// Where they were read, if in a file.
  let file: String?

  struct Class {
    let label: String
    let value: Double
  }

  /// - Parameter text: the path of a file with one name a line, or names with commas between them.
  /// - Throws: `fileNotFound`; `usage` for what is no text, and where a name is missing.
  init(_ text: String) throws {
    // The name of a file may have a comma too.
    if let data = FileManager.default.contents(atPath: text) {
      guard let content = String(validating: data, as: UTF8.self) else {
        throw FerryError(.usage, "the labels are not UTF-8 text", at: .init(file: text))
      }
      let withoutMark = content.hasPrefix("\u{FEFF}") ? content.dropFirst() : content[...]
      var lines = withoutMark.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(\.trimmed)
      while lines.last?.isEmpty == true { lines.removeLast() }
      (names, file) = (lines, text)
    } else if text.contains(",") {
      (names, file) = (text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed), nil)
    } else {
      throw FerryError(
        .fileNotFound, "there is no file with labels at \(text)", supported: "a file with one name a line, or a,b,c")
    }
    if names.isEmpty { throw FerryError(.usage, "the file holds no labels", at: .init(file: text)) }
    if let place = names.firstIndex(of: "") {
      throw FerryError(.usage, "label \(place + 1) of \(names.count) is empty", at: .init(file: file))
    }
  }

  /// Those that a bundle holds.
  ///
  /// - Throws: `damagedBundle`.
  init?(of stored: StoredModel) throws {
    guard let names = try stored.labels() else { return nil }
    (self.names, file) = (names, nil)
  }

  /// - Throws: `usage` unless the network has one output, with one value a sample for each label. The first axis is
  ///   that of samples where there are others. What is not known before it runs may be right.
  func check(_ graph: Graph) throws {
    let output = try only(graph.outputs.map { graph[$0].name })
    let shape = graph[graph.outputs[0]].shape
    var count = 1
    if shape.count == 1 {
      count = shape[0].value ?? 1
    } else {
      for extent in shape.dropFirst() {
        guard let value = extent.value else { return }
        let (product, overflows) = count.multipliedReportingOverflow(by: value)
        count = overflows ? .max : product
      }
    }
    guard count != names.count else { return }
    throw mismatch(output, shape.text, count: count)
  }

  /// For each sample the classes with the model's values, the largest first, and what is no number last.
  ///
  /// - Throws: `usage` unless there is one output, with one value a sample for each label.
  func classes(of outputs: [(name: String, tensor: Tensor)]) throws -> [[Class]] {
    let name = try only(outputs.map(\.name))
    let output = outputs[0].tensor
    let samples = output.shape.rank < 2 ? 1 : output.shape[0]
    let count = samples == 0 ? 0 : output.shape.elementCount / samples
    guard count == names.count else { throw mismatch(name, "\(output.shape)", count: count) }
    let values = output.doubles()
    return (0..<samples).map { sample in
      let values = Array(values[sample * count..<(sample + 1) * count])
      return values.indicesLargestFirst.map { Class(label: names[$0], value: values[$0]) }
    }
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
      .usage,
      "there \(names.count == 1 ? "is 1 label" : "are \(names.count) labels") for output \"\(output)\" of shape "
        + shape, supported: "as many labels as the model has classes, \(count), in their order")
  }
}

extension [Double] {
  /// Positions by their values: the largest first, the earlier of equal ones first, and what is no number last.
  var indicesLargestFirst: [Int] {
    indices.sorted { a, b in
      if self[a].isNaN || self[b].isNaN { return self[a].isNaN == self[b].isNaN ? a < b : self[b].isNaN }
      return (self[b], a) < (self[a], b)
    }
  }
}

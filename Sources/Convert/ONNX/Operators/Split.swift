import FerryModel
import FerryTensor

extension ONNXOperator {
  /// Slices along one axis, one for each output: of stated sizes, or as equal as they come.
  static let split = ONNXOperator("Split", opsets: 6...28, inputs: 1...2, outputs: 4096) { node in
    let shape = try node.shape(0)
    let axis = try node.axis(node.int("axis", default: 0), rank: shape.count)
    let sizes = try node.splitSizes(of: shape[axis])
    var start: Dimension = 0
    for (output, size) in sizes.enumerated() {
      var starts = [Dimension](repeating: 0, count: shape.count)
      var counts = shape
      starts[axis] = start
      counts[axis] = size
      start = try start + size
      guard !node.node.outputs[output].isEmpty else { continue }
      let slice = Slice(starts: starts, counts: counts, steps: [Int](repeating: 1, count: shape.count))
      try node.emit(slice, [node.operand(0)], output: output)
    }
  }
}

extension ONNXNodeImport {
  /// One size for each output.
  fileprivate mutating func splitSizes(of extent: Dimension) throws -> [Dimension] {
    let count = node.outputs.count
    guard count > 0 else { throw FerryError(.invalidModel, "Split has no output") }
    var stated: [Dimension]?
    if opset < 13 {
      stated = try ints("split")?.map { try Dimension(checking: $0) }
    } else if has(1) {
      stated = try integers(1, "sizes").elements
    }
    let parts = opset >= 18 ? try optionalInt("num_outputs") : nil
    if let stated {
      guard parts == nil else { throw refusal("num_outputs", "Split has both sizes and num_outputs", supported: "one") }
      let total = try stated.reduce(Dimension(0)) { try $0 + $1 }
      guard stated.count == count, stated.allSatisfy({ ($0.value ?? 0) >= 0 }),
        total == extent || total.value == nil || extent.value == nil
      else {
        throw FerryError(.invalidModel, "Split of \(extent) into \(count) outputs of the sizes \(stated.text)")
      }
      return stated
    }
    guard (parts ?? count) == count else {
      throw refusal("num_outputs", "Split has num_outputs = \(parts ?? count) and \(count) outputs")
    }
    let chunk = try extent.dividedRoundingUp(by: count)
    let last = try extent - chunk * Dimension(count - 1)
    guard opset >= 18 || last == chunk else {
      throw FerryError(
        extent.value == nil ? .unsupportedModel : .invalidModel,
        "Split of \(extent) into \(count) equal parts",
        supported: "an extent that is a multiple of \(count); stated sizes")
    }
    guard (last.value ?? 0) >= 0 else {
      throw FerryError(.invalidModel, "Split of \(extent) into \(count) parts of \(chunk) leaves nothing for the last")
    }
    return [Dimension](repeating: chunk, count: count - 1) + [last]
  }
}

import FerryModel
import FerryTensor

extension ONNXOperator {
  static let shape = ONNXOperator("Shape", opsets: 6...28, inputs: 1...1) { node in
    let shape = try node.shape(0)
    let rank = shape.count
    func clamped(_ position: Int) -> Int {
      Swift.max(0, Swift.min(rank, position < 0 && position >= -rank ? position + rank : position))
    }
    let start = node.opset >= 15 ? clamped(try node.int("start", default: 0)) : 0
    let end = node.opset >= 15 ? clamped(try node.int("end", default: rank)) : rank
    let part = start < end ? Array(shape[start..<end]) : []
    node.bind(0, .integers(ShapeTensor(shape: [part.count], elements: part)))
  }

  static let size = ONNXOperator("Size", opsets: 6...28, inputs: 1...1) { node in
    node.bind(0, .integers(ShapeTensor(shape: [], elements: [try Dimension.product(node.shape(0))])))
  }

  static let reshape = ONNXOperator("Reshape", inputs: 2...2) { node in
    let input = try node.shape(0)
    let allowsZero = try node.flag("allowzero")
    let target = try node.integers(1, "target sizes")
    var shape = target.elements
    guard target.shape.count == 1 else {
      throw FerryError(
        .invalidModel, "the target shape of Reshape has \(target.shape.count) dimensions", supported: "1")
    }
    for axis in shape.indices where shape[axis].value == 0 && !allowsZero {
      guard axis < input.count else {
        throw FerryError(.invalidModel, "Reshape copies extent \(axis) of \(input.text), which does not exist")
      }
      shape[axis] = input[axis]
    }
    let open = shape.indices.filter { shape[$0].value == -1 }
    guard open.count <= 1, shape.allSatisfy({ ($0.value ?? 0) >= -1 }) else {
      throw FerryError(
        .invalidModel, "Reshape to \(shape.text)", supported: "one -1 at the most, no other negative size")
    }
    if let axis = open.first {
      shape[axis] = try remainder(of: input, over: shape.enumerated().filter { $0.0 != axis }.map(\.1))
    }
    try node.emit(Reshape(shape: shape), [node.operand(0)])
  }

  static let flatten = ONNXOperator("Flatten", inputs: 1...1) { node in
    let rank = try node.shape(0).count
    let axis = try node.int("axis", default: 1)
    try node.emit(Flatten(axis: axis == rank ? rank : node.axis(axis, rank: rank)), [node.operand(0)])
  }

  static let squeeze = ONNXOperator("Squeeze", inputs: 1...2) { node in
    let shape = try node.shape(0)
    let stated = node.opset >= 13 ? (node.has(1) ? try node.fixedIntegers(1, "axes") : nil) : try node.ints("axes")
    let axes = try stated?.map { try node.axis($0, rank: shape.count) } ?? shape.indices.filter { shape[$0] == 1 }
    for axis in axes where shape[axis] != 1 {
      throw FerryError(.invalidModel, "Squeeze drops axis \(axis) of \(shape.text), which is not 1")
    }
    try node.emit(Reshape(shape: shape.indices.filter { !axes.contains($0) }.map { shape[$0] }), [node.operand(0)])
  }

  static let unsqueeze = ONNXOperator("Unsqueeze", inputs: 1...2) { node in
    let shape = try node.shape(0)
    guard let stated = node.opset >= 13 ? try node.fixedIntegers(1, "axes") : try node.ints("axes"), stated.count <= 16
    else {
      throw FerryError(.invalidModel, "Unsqueeze has no axes")
    }
    let rank = shape.count + stated.count
    let axes = Set(try stated.map { try node.axis($0, rank: rank) })
    guard axes.count == stated.count else {
      throw FerryError(.invalidModel, "Unsqueeze names an axis twice: \(stated)")
    }
    var rest = shape[...]
    let target: [Dimension] = (0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() }
    try node.emit(Reshape(shape: target), [node.operand(0)])
  }

  static let transpose = ONNXOperator("Transpose", inputs: 1...1) { node in
    let rank = try node.shape(0).count
    try node.emit(Transpose(permutation: node.ints("perm") ?? (0..<rank).reversed()), [node.operand(0)])
  }

  static let concat = ONNXOperator("Concat", inputs: 1...4096) { node in
    let rank = try node.shape(0).count
    guard let stated = try node.optionalInt("axis") else { throw FerryError(.invalidModel, "Concat has no axis") }
    let operands = try node.allOperands()
    try node.emit(Concat(axis: node.axis(stated, rank: rank)), operands)
  }

  /// The extent that -1 stands for: the elements of `input` over the product of the other extents.
  private static func remainder(of input: [Dimension], over known: [Dimension]) throws -> Dimension {
    // What stands on both sides cancels, so that the common cases stay simple.
    var rest = input
    var divisor: Dimension = 1
    for dimension in known {
      if let position = rest.firstIndex(of: dimension) {
        rest.remove(at: position)
      } else {
        divisor = try divisor * dimension
      }
    }
    guard (divisor.value ?? 1) > 0 else {
      throw FerryError(.invalidModel, "Reshape of \(input.text) leaves -1 to be told beside an extent of 0")
    }
    let product = try Dimension.product(rest)
    if let value = product.value, let divisor = divisor.value, value % divisor != 0 {
      throw FerryError(.invalidModel, "Reshape: the elements of \(input.text) do not divide by \(divisor)")
    }
    return try product.dividedRoundingDown(by: divisor)
  }
}

import FerryModel
import FerryTensor

extension ONNXOperator {
  static let add = binary("Add", .add)
  static let sub = binary("Sub", .subtract)
  static let mul = binary("Mul", .multiply)
  static let div = binary("Div", .divide)
  static let max = variadic("Max", .maximum)
  static let min = variadic("Min", .minimum)
  static let sum = variadic("Sum", .add)
  static let mean = variadic("Mean", .add, divides: true)

  /// The exponent may be of another type than the base.
  static let pow = ONNXOperator("Pow", opsets: 6...28, inputs: 2...2) { node in
    let base = try node.operand(0)
    var exponent = try node.aligned()
    if case .integers(let tensor) = exponent, let numbers = tensor.fixed, try node.elementType(0) == .float32 {
      exponent = .constant(
        Constant(
          name: node.node.inputs[1], tensor: try Tensor(numbers.map { Float($0) }, shape: tensor.shape),
          sources: tensor.sources, passes: []))
    }
    let type = try node.elementType(0)
    if !type.isFloatingPoint, try node.elementType(1) == .float32 {
      // Computed as floating point, the result has the base's type.
      let real = try node.intermediate(Cast(to: .float32), [base], suffix: "base")
      let power = try node.intermediate(Binary(.power), [real, exponent], suffix: "power")
      return try node.emit(Cast(to: type), [power])
    }
    try node.emit(Binary(.power), [base, exponent])
  }

  static let mod = ONNXOperator("Mod", opsets: 10...28, inputs: 2...2) { node in
    let truncates = try node.flag("fmod")
    let operands = try node.allOperands()
    guard try truncates || node.opset >= 28 || node.elementType(0) != .float32 else {
      throw node.refusal(
        "fmod", "Mod of floating-point values has fmod = 0, which opset \(node.opset) does not define",
        supported: "1; 0 since opset 28")
    }
    try node.emit(Binary(truncates ? .remainder : .modulo), operands)
  }

  private static func binary(_ type: String, _ kind: Binary.Kind) -> ONNXOperator {
    ONNXOperator(type, opsets: 6...28, inputs: 2...2) { node in
      try node.emit(Binary(kind), [node.operand(0), node.aligned()])
    }
  }

  /// An operation on any number of operands, folded from the left.
  private static func variadic(_ type: String, _ kind: Binary.Kind, divides: Bool = false) -> ONNXOperator {
    ONNXOperator(type, opsets: 6...28, inputs: 1...64) { node in
      let operands = try node.allOperands()
      guard operands.count == node.operands.count, var result = operands.first else {
        throw FerryError(.invalidModel, "\(type) leaves out one of its inputs")
      }
      guard operands.count > 1 else { return node.alias(result) }
      for index in 1..<operands.count - 1 {
        result = try node.intermediate(Binary(kind), [result, operands[index]], suffix: "\(index)")
      }
      guard divides else { return try node.emit(Binary(kind), [result, operands[operands.count - 1]]) }
      let sum = try node.intermediate(Binary(kind), [result, operands[operands.count - 1]], suffix: "sum")
      try node.emit(Binary(.divide), [sum, node.number(Float(operands.count), "count")])
    }
  }
}

extension ONNXNodeImport {
  /// The second operand of an operation on pairs, so that the two broadcast from the last axis on. Opset 6 has a rule
  /// of its own: nothing broadcasts unless the node says so, and then the second operand may lie at any axis of the
  /// first.
  fileprivate mutating func aligned() throws -> Operand {
    guard opset < 7 else { return try operand(1) }
    let (left, right) = (try shape(0), try shape(1))
    let start = try optionalInt("axis")
    guard try flag("broadcast") else {
      guard left == right else {
        throw FerryError(
          .invalidModel, "\(node.operatorType) of \(left.text) and \(right.text) without broadcast = 1",
          at: .init(attribute: "broadcast"))
      }
      return try operand(1)
    }
    guard let start, right.count <= left.count, try Dimension.product(right) != 1 else { return try operand(1) }
    let behind = try left.count - axis(start, rank: left.count) - right.count
    guard behind >= 0 else {
      throw FerryError(
        .invalidModel, "\(node.operatorType) lays \(right.text) at axis \(start) of \(left.text)",
        at: .init(attribute: "axis"))
    }
    guard behind > 0 else { return try operand(1) }
    let shape = right + [Dimension](repeating: 1, count: behind)
    return try intermediate(Reshape(shape: shape), [operand(1)], suffix: "aligned")
  }
}

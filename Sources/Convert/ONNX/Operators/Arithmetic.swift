import FerryModel
import FerryTensor

extension ONNXOperator {
  static let add = binary("Add", .add)
  static let sub = binary("Sub", .subtract)
  static let mul = binary("Mul", .multiply)
  static let div = binary("Div", .divide)
  static let pow = binary("Pow", .power)
  static let max = variadic("Max", .maximum)
  static let min = variadic("Min", .minimum)

  private static func binary(_ type: String, _ kind: Binary.Kind) -> ONNXOperator {
    ONNXOperator(type, inputs: 2...2) { node in
      try node.emit(Binary(kind), [node.operand(0), node.operand(1)])
    }
  }

  /// Max and Min of any number of operands, folded from the left.
  private static func variadic(_ type: String, _ kind: Binary.Kind) -> ONNXOperator {
    ONNXOperator(type, inputs: 1...64) { node in
      var result = try node.operand(0)
      guard node.operands.count > 1 else { return node.alias(result) }
      for index in 1..<node.operands.count - 1 {
        result = try node.intermediate(Binary(kind), [result, node.operand(index)], suffix: "\(index)")
      }
      try node.emit(Binary(kind), [result, node.operand(node.operands.count - 1)])
    }
  }

  static let softmax = ONNXOperator("Softmax", inputs: 1...1) { node in
    let shape = try node.shape(0)
    let axis = try node.axis(node.int("axis", default: node.opset < 13 ? 1 : -1), rank: shape.count)
    if node.opset < 13 && axis != shape.count - 1 {
      // Before opset 13 all axes from the given one on are normalised together.
      let matrix = try node.intermediate(Flatten(axis: axis), [node.operand(0)], suffix: "matrix")
      let softmax = try node.intermediate(Softmax(axis: 1), [matrix], suffix: "softmax")
      return try node.emit(Reshape(shape: shape), [softmax])
    }
    try node.emit(Softmax(axis: axis), [node.operand(0)])
  }
}

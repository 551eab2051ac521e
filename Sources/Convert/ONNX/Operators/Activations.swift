import FerryModel
import FerryTensor

extension ONNXOperator {
  static let relu = activation("Relu") { _ in Activation(.relu) }
  static let sigmoid = activation("Sigmoid") { _ in Activation(.sigmoid) }
  static let tanh = activation("Tanh") { _ in Activation(.tanh) }
  static let leakyRelu = activation("LeakyRelu") { node in
    Activation(.leakyRelu, a: try node.float("alpha", default: 0.01))
  }
  static let hardSigmoid = activation("HardSigmoid") { node in
    Activation(.hardSigmoid, a: try node.float("alpha", default: 0.2), b: try node.float("beta", default: 0.5))
  }
  static let hardSwish = activation("HardSwish", opsets: 14...23) { _ in Activation(.hardSwish, a: 1 / 6, b: 0.5) }

  static let clip = ONNXOperator("Clip", inputs: 1...3) { node in
    let lower: Float
    let upper: Float
    if node.opset < 11 {
      lower = try node.float("min", default: -.greatestFiniteMagnitude)
      upper = try node.float("max", default: .greatestFiniteMagnitude)
    } else {
      lower = node.has(1) ? try node.scalar(1, "lower bound") : -.infinity
      upper = node.has(2) ? try node.scalar(2, "upper bound") : .infinity
    }
    try node.emit(Activate(Activation(.clip, a: lower, b: upper)), [node.operand(0)])
  }

  static let pRelu = ONNXOperator("PRelu", inputs: 2...2) { node in
    try node.emit(PRelu(), [node.operand(0), node.operand(1)])
  }

  private static func activation(
    _ type: String, opsets: ClosedRange<Int> = ONNXModel.supportedOpsets,
    _ make: @escaping @Sendable (inout ONNXNodeImport) throws -> Activation
  ) -> ONNXOperator {
    ONNXOperator(type, opsets: opsets, inputs: 1...1) { node in
      let activation = try make(&node)
      try node.emit(Activate(activation), [node.operand(0)])
    }
  }
}

extension ONNXNodeImport {
  /// An input that holds one known number.
  func scalar(_ index: Int, _ role: String) throws -> Float {
    let constant = try constant(index, role)
    let numbers = constant.tensor.floats()
    guard numbers.count == 1 else {
      throw FerryError(.invalidModel, "the \(role) of \(node.operatorType) has the shape \(constant.tensor.shape)")
    }
    return numbers[0]
  }
}

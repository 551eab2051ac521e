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
  static let hardSwish = activation("HardSwish", opsets: 14...28) { _ in Activation(.hardSwish, a: 1 / 6, b: 0.5) }

  /// Bounds that are computed, or of a shape of their own, make it a maximum and a minimum.
  static let clip = ONNXOperator("Clip", opsets: 6...28, inputs: 1...3) { node in
    if node.opset < 11 {
      // Exporters state "no bound" as the largest number.
      let lowest = -Float.greatestFiniteMagnitude
      let lower = try node.float("min", default: lowest)
      let upper = try node.float("max", default: -lowest)
      return try node.emit(
        Activate(
          Activation(.clip, a: lower == lowest ? -.infinity : lower, b: upper == -lowest ? .infinity : upper)),
        [node.operand(0)])
    }
    if try node.hasConstantOrNothing(1), try node.hasConstantOrNothing(2), try node.elementType(0) == .float32 {
      let lower = node.has(1) ? try node.scalar(1, "lower bound") : -.infinity
      let upper = node.has(2) ? try node.scalar(2, "upper bound") : .infinity
      return try node.emit(Activate(Activation(.clip, a: lower, b: upper)), [node.operand(0)])
    }
    for index in 1...2 where node.has(index) {
      guard try Dimension.product(node.shape(index)) == 1 else {
        throw FerryError(
          .invalidModel, "bound \(index) of Clip has the shape \(try node.shape(index).text)", supported: "one number")
      }
    }
    var result = try node.operand(0)
    if node.has(1) {
      let bounds = [result, try node.bound(1)]
      if !node.has(2) { return try node.emit(Binary(.maximum), bounds) }
      result = try node.intermediate(Binary(.maximum), bounds, suffix: "raised")
    }
    guard node.has(2) else { return try node.alias(node.operand(0)) }
    try node.emit(Binary(.minimum), [result, node.bound(2)])
  }

  static let pRelu = ONNXOperator("PRelu", opsets: 6...28, inputs: 2...2) { node in
    var slope = try node.operand(1)
    let (shape, slopes) = (try node.shape(0), try node.shape(1))
    if node.opset < 7, shape.count > 2, slopes.count == 1, slopes[0] != 1 {
      // Opset 6 means the channels, wherever broadcasting would put them.
      let column = slopes + [Dimension](repeating: 1, count: shape.count - 2)
      slope = try node.intermediate(Reshape(shape: column), [slope], suffix: "slope")
    }
    try node.emit(PRelu(), [node.operand(0), slope])
  }

  private static func activation(
    _ type: String, opsets: ClosedRange<Int> = 6...28,
    _ make: @escaping @Sendable (inout ONNXNodeImport) throws -> Activation
  ) -> ONNXOperator {
    ONNXOperator(type, opsets: opsets, inputs: 1...1) { node in
      let activation = try make(&node)
      try node.emit(Activate(activation), [node.operand(0)])
    }
  }
}

extension ONNXNodeImport {
  /// Whether a bound is known or left out.
  fileprivate func hasConstantOrNothing(_ index: Int) throws -> Bool {
    guard has(index) else { return true }
    if case .constant = try operand(index) { return true }
    return false
  }

  /// A bound as a number that broadcasts without adding axes.
  fileprivate func bound(_ index: Int) throws -> Operand {
    try shape(index).isEmpty
      ? operand(index) : intermediate(Reshape(shape: []), [operand(index)], suffix: "bound \(index)")
  }

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

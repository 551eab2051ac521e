import FerryModel
import FerryTensor

private let exportHint = "export with model.eval() and training=torch.onnx.TrainingMode.EVAL"

extension ONNXOperator {
  static let batchNormalization = ONNXOperator("BatchNormalization", inputs: 5...5, outputs: 5) { node in
    let training = try node.opset < 7 ? !node.flag("is_test") : node.flag("training_mode")
    let wanted = node.node.outputs.dropFirst().contains { !$0.isEmpty }
    guard !training, !wanted else {
      throw FerryError(
        .trainingMode,
        "BatchNormalization "
          + (training ? "has \(node.opset < 7 ? "is_test = 0" : "training_mode = 1")" : "gives batch statistics") + ": "
          + "this is an export for training",
        hint: exportHint)
    }
    // Momentum belongs to training; opset 7's spatial = 0 is another operation.
    node.ignore("momentum")
    guard try node.flag("spatial", default: true) else {
      throw node.refusal("spatial", "BatchNormalization with spatial = 0", supported: "1")
    }
    let epsilon = try node.float("epsilon", default: 1e-5)
    var operands = try node.allOperands()
    let shape = try node.shape(0)
    guard shape.count == 1 else { return try node.emit(BatchNormalization(epsilon: epsilon), operands) }
    // A list of numbers is a batch of one channel.
    operands[0] = try node.intermediate(Reshape(shape: shape + [1]), [operands[0]], suffix: "column")
    let column = try node.intermediate(BatchNormalization(epsilon: epsilon), operands, suffix: "normalised")
    try node.emit(Reshape(shape: shape), [column])
  }

  /// Outside training Dropout is the identity; its mask, which some exporters declare, cannot be had.
  static let dropout = ONNXOperator("Dropout", inputs: 1...3, outputs: 2) { node in
    let mask = node.reads(output: 1)
    var training = node.has(2) ? try node.fixedIntegers(2, "training mode") != [0] : false
    if node.opset < 7 { training = try !node.flag("is_test") }
    // Before opset 12 a network that gives the mask does not say whether it trains.
    guard !training, !mask || node.opset >= 12 else {
      throw FerryError(
        .trainingMode, "Dropout \(training ? "is active" : "gives its mask"): this is an export for training",
        hint: exportHint)
    }
    node.ignore("ratio")
    node.ignoreOperand(1)
    node.ignore("seed")
    try node.alias(node.operand(0))
    if mask {
      let truth = Operand.integers(ShapeTensor(shape: [], elements: [1], elementType: .bool))
      try node.emit(Expand(shape: node.shape(0)), [truth], output: 1)
    }
  }

  static let identity = ONNXOperator("Identity", inputs: 1...1) { node in
    try node.alias(node.operand(0))
  }
}

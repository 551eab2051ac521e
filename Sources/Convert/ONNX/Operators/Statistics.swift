import FerryModel
import FerryTensor

// Normalization by statistics of the input itself: a `Normalize`, then a factor and an offset that are trained.

extension ONNXOperator {
  static let instanceNormalization = ONNXOperator("InstanceNormalization", inputs: 3...3) { node in
    let rank = try node.spatialRank()
    let epsilon = try node.float("epsilon", default: 1e-5)
    let normalized = try node.intermediate(
      Normalize(.standardized, axes: Array(2..<rank), epsilon: epsilon), [node.operand(0)], suffix: "normalized")
    try node.emitAffine(
      normalized, scale: node.perChannel(1, rank: rank, suffix: "scale"),
      bias: node.perChannel(2, rank: rank, suffix: "bias"))
  }

  /// Opset 18 has a factor and an offset a group, opset 21 one a channel.
  static let groupNormalization = ONNXOperator(
    "GroupNormalization", opsets: 18...ONNXModel.supportedOpsets.upperBound, inputs: 3...3
  ) { node in
    let shape = try node.shape(0)
    let rank = try node.spatialRank()
    let epsilon = try node.float("epsilon", default: 1e-5)
    node.ignore("stash_type")
    guard let groups = try node.optionalInt("num_groups"), (1...(1 << 20)).contains(groups) else {
      throw FerryError(
        .invalidModel, "GroupNormalization has no num_groups from 1 to 2^20", at: .init(attribute: "num_groups"))
    }
    let members = try shape[1].dividedRoundingDown(by: groups)
    guard try members * Dimension(groups) == shape[1] else {
      throw FerryError(.invalidModel, "GroupNormalization splits \(shape[1]) channels into \(groups) groups")
    }
    let grouped = try node.intermediate(
      Reshape(shape: [shape[0], Dimension(groups), members] + shape[2...]), [node.operand(0)], suffix: "groups")
    let normalized = try node.intermediate(
      Normalize(.standardized, axes: Array(2...rank), epsilon: epsilon), [grouped], suffix: "normalized")
    if node.opset >= 21 {
      let whole = try node.intermediate(Reshape(shape: shape), [normalized], suffix: "channels")
      return try node.emitAffine(
        whole, scale: node.perChannel(1, rank: rank, suffix: "scale"),
        bias: node.perChannel(2, rank: rank, suffix: "bias"))
    }
    let scaled = try node.intermediate(
      Binary(.multiply), [normalized, node.perChannel(1, rank: rank + 1, suffix: "scale")], suffix: "scaled")
    let shifted = try node.intermediate(
      Binary(.add), [scaled, node.perChannel(2, rank: rank + 1, suffix: "bias")], suffix: "shifted")
    try node.emit(Reshape(shape: shape), [shifted])
  }

  static let layerNormalization = ONNXOperator(
    "LayerNormalization", opsets: 17...ONNXModel.supportedOpsets.upperBound, inputs: 2...3, outputs: 3
  ) { node in
    let axes = try node.axesFrom("axis")
    let epsilon = try node.float("epsilon", default: 1e-5)
    node.ignore("stash_type")
    let normalized = try node.intermediate(
      Normalize(.standardized, axes: axes, epsilon: epsilon), [node.operand(0)], suffix: "normalized")
    try node.emitAffine(normalized, scale: node.operand(1), bias: node.has(2) ? node.operand(2) : nil)
    if node.wants(1) { try node.emit(Reduce(.mean, axes: axes, keepsDimensions: true), [node.operand(0)], output: 1) }
    if node.wants(2) {
      try node.emit(Normalize(.inverseDeviation, axes: axes, epsilon: epsilon), [node.operand(0)], output: 2)
    }
  }

  static let rmsNormalization = ONNXOperator(
    "RMSNormalization", opsets: 23...ONNXModel.supportedOpsets.upperBound, inputs: 2...2
  ) { node in
    let axes = try node.axesFrom("axis")
    let epsilon = try node.float("epsilon", default: 1e-5)
    node.ignore("stash_type")
    let normalized = try node.intermediate(
      Normalize(.rootMeanSquare, axes: axes, epsilon: epsilon), [node.operand(0)], suffix: "normalized")
    try node.emitAffine(normalized, scale: node.operand(1), bias: nil)
  }

  /// Opset 9 and later; ONNX adds its epsilon to the deviation.
  static let meanVarianceNormalization = ONNXOperator(
    "MeanVarianceNormalization", opsets: 9...ONNXModel.supportedOpsets.upperBound, inputs: 1...1
  ) { node in
    let rank = try node.shape(0).count
    let axes = try (node.ints("axes") ?? [0, 2, 3]).map { try node.axis($0, rank: rank) }
    try node.emit(Normalize(.standardizedByDeviation, axes: axes, epsilon: 1e-9), [node.operand(0)])
  }

  static let lpNormalization = ONNXOperator("LpNormalization", inputs: 1...1) { node in
    let axis = try node.axis(node.int("axis", default: -1), rank: node.shape(0).count)
    let order = try node.int("p", default: 2)
    guard order == 1 || order == 2 else {
      throw node.refusal("p", "LpNormalization has p = \(order)", supported: "1, 2")
    }
    try node.emit(Normalize(order == 1 ? .absoluteSum : .euclidean, axes: [axis]), [node.operand(0)])
  }

  static let lrn = ONNXOperator("LRN", inputs: 1...1) { node in
    guard let size = try node.optionalInt("size") else {
      throw FerryError(.invalidModel, "LRN has no size", at: .init(attribute: "size"))
    }
    let operation = try LocalResponseNormalization(
      size: size, alpha: node.float("alpha", default: 1e-4), beta: node.float("beta", default: 0.75),
      bias: node.float("bias", default: 1))
    try node.emit(operation, [node.operand(0)])
  }
}

extension ONNXNodeImport {
  fileprivate func wants(_ output: Int) -> Bool { output < node.outputs.count && !node.outputs[output].isEmpty }

  /// The rank of an input that has channels and at least one spatial axis.
  fileprivate func spatialRank() throws -> Int {
    let shape = try shape(0)
    guard shape.count > 2 else {
      throw FerryError(
        .invalidModel, "\(node.operatorType) of an input with \(shape.count) dimensions (\(shape.text))",
        supported: "3 dimensions or more: batch, channels, pixels")
    }
    return shape.count
  }

  /// The axes from the one that an attribute names to the last.
  fileprivate mutating func axesFrom(_ name: String) throws -> [Int] {
    let rank = try shape(0).count
    return Array(try axis(int(name, default: -1), rank: rank)..<rank)
  }

  /// A list of one number a channel (or group), shaped to broadcast along axis 1.
  fileprivate func perChannel(_ index: Int, rank: Int, suffix: String) throws -> Operand {
    let shape = try shape(index)
    guard shape.count == 1 else {
      throw FerryError(.invalidModel, "the \(suffix) of \(node.operatorType) has the shape \(shape.text)")
    }
    let target = shape + [Dimension](repeating: 1, count: rank - 2)
    return try intermediate(Reshape(shape: target), [operand(index)], suffix: suffix)
  }

  fileprivate func emitAffine(_ normalized: Operand, scale: Operand, bias: Operand?) throws {
    guard let bias else { return try emit(Binary(.multiply), [normalized, scale]) }
    let scaled = try intermediate(Binary(.multiply), [normalized, scale], suffix: "scaled")
    try emit(Binary(.add), [scaled, bias])
  }
}

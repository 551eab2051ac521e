import FerryModel
import FerryTensor

extension KerasLayerType {
  static let batchNormalization = KerasLayerType("BatchNormalization") { layer in
    let x = layer.inputs[0]
    let rank = layer.shape(x).count
    let options = layer.options
    let stated = try options.optionalIntegers("axis") ?? [-1]
    let epsilon = try options.number("epsilon", default: 0.001)
    let scales = try options.flag("scale", default: true)
    let centers = try options.flag("center", default: true)
    try options.require("renorm", is: false)
    options.pass("momentum", "synchronized", "renorm_clipping", "renorm_momentum", "fused", "mode")
    try options.requireNothing("virtual_batch_size")
    try options.requireNothing("adjustment")
    guard stated.count == 1, let channels = layer.shape(x).last?.value,
      try layer.axis(stated[0], of: x) == KerasAxes.graphAxis(rank - 1, rank: rank), rank >= 2
    else {
      throw options.refusal(
        "axis", "BatchNormalization over axis \(stated) of the shape \(layer.shape(x).text)",
        supported: "the last axis, of a known extent")
    }
    func parameter(_ role: String) throws -> ValueID {
      try layer.weight(role, shape: [channels], because: "\(channels) channels")
    }
    let gamma = scales ? try parameter("gamma") : nil
    let beta = centers ? try parameter("beta") : nil
    let statistics = [try parameter("moving_mean"), try parameter("moving_variance")]
    // After the file has shown that there are so many channels.
    func filled(_ number: Float, _ role: String) throws -> ValueID {
      try layer.constant([Float](repeating: number, count: channels), shape: [channels], role)
    }
    let parameters = [try gamma ?? filled(1, "gamma"), try beta ?? filled(0, "beta")] + statistics
    let normalization = BatchNormalization(epsilon: Float(epsilon))
    guard rank != 2, rank != 4 else { return try layer.finish(normalization, [x] + parameters) }
    // The operator's channels are the second axis.
    let last = rank - 1
    let forth = [0, last] + Array(1..<last)
    let back = [0] + Array(2..<rank) + [1]
    let turned = try layer.step(Transpose(permutation: forth), [x], "channels-first")
    let normalised = try layer.step(normalization, [turned] + parameters, "normalised")
    try layer.finish(Transpose(permutation: back), [normalised])
  }

  /// (x − mean) / max(√variance, 1e-7), with both from the file or from the configuration.
  static let normalization = KerasLayerType("Normalization") { layer in
    let x = layer.inputs[0]
    let shape = layer.shape(x)
    let rank = shape.count
    let options = layer.options
    let inverts = try options.flag("invert", default: false)
    // null is one mean and one variance for everything.
    let axes = try options.optionalIntegers("axis") ?? (options.isNull("axis") ? [] : [-1])
    let kept = try axes.map { axis in
      guard axis >= -rank, axis < rank, axis != 0, axis != -rank else {
        throw options.refusal("axis", "axis is \(axes) for the shape \(shape.text)", supported: "axes but the batch")
      }
      return axis < 0 ? axis + rank : axis
    }
    let extents = try kept.sorted().map { axis in
      guard let extent = shape[axis].value else {
        throw FerryError(
          .unsupportedModel,
          "axis \(axis) of the shape \(shape.text), along which Normalization has numbers, is not known",
          hint: "state it with --input-shape")
      }
      return extent
    }
    // One number for each place of the kept axes, and 1 elsewhere.
    let broadcast = shape.indices.map { kept.contains($0) ? (shape[$0].value ?? 1) : 1 }
    let reason = "axis \(axes) over the shape \(shape.text)"
    let mean: ValueID
    let deviation: ValueID
    if let means = try options.optionalNumbers("mean"), let variances = try options.optionalNumbers("variance") {
      let count = try Shape(extents).elementCount
      func checked(_ numbers: [Double], _ option: String) throws -> [Float] {
        guard numbers.count == count || numbers.count == 1 else {
          throw options.refusal(option, "\(option) has \(numbers.count) numbers", supported: "1 or \(count)")
        }
        return numbers.map { Float($0) }
      }
      mean = try layer.normalizer(try checked(means, "mean"), broadcast, "mean")
      deviation = try layer.normalizer(
        KerasNormalization.deviations(try checked(variances, "variance")), broadcast, "deviation")
    } else {
      options.pass("mean", "variance")
      let means = try layer.stored("mean", shape: extents, because: reason)
      let variances = try layer.stored("variance", shape: extents, because: reason)
      func held(_ tensor: Tensor) throws -> Tensor {
        let spread = try tensor.reshaped(broadcast)
        return rank == 4 ? try spread.permuted(KerasAxes.toGraph) : spread
      }
      mean = layer.importer.assembly.addRearrangedWeight(
        try held(means.tensor), name: means.path,
        AxisOrder(shape: broadcast, axes: rank == 4 ? KerasAxes.toGraph : Array(broadcast.indices)))
      deviation = layer.importer.assembly.addWeight(
        try held(Tensor(KerasNormalization.deviations(variances.tensor.floats()), shape: extents)),
        name: variances.path, passes: [KerasNormalization.pass])
    }
    if inverts {
      let scaled = try layer.step(Binary(.multiply), [x, deviation], "scaled")
      return try layer.finish(Binary(.add), [scaled, mean])
    }
    let centred = try layer.step(Binary(.subtract), [x, mean], "centred")
    try layer.finish(Binary(.divide), [centred, deviation])
  }
}

enum KerasNormalization {
  /// What turns the stored variance into what the input is divided by.
  static let pass = "deviation-of-variance"

  /// Rounded once: the root of a single-precision number, taken in double precision, is the correctly rounded one.
  static func deviations(_ variances: [Float]) -> [Float] {
    variances.map { max(Float(Double($0).squareRoot()), 1e-7) }
  }
}

extension KerasLayerImport {
  /// Numbers of the configuration: one for everything, or one for each place of the axes that have more than one.
  fileprivate func normalizer(_ numbers: [Float], _ shape: [Int], _ role: String) throws -> ValueID {
    if numbers.count == 1 { return try constant(numbers, shape: [], role) }
    var tensor = try Tensor(numbers, shape: shape)
    if shape.count == 4 { tensor = try tensor.permuted(KerasAxes.toGraph) }
    return importer.assembly.addConstant(tensor, name: "\(path)/\(role)")
  }
}

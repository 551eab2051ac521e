import FerryModel
import FerryTensor

extension ONNXOperator {
  /// Opsets 11 and later: X, the region of interest, scales or sizes. Opset 10: X and scales.
  static let resize = ONNXOperator("Resize", opsets: 10...ONNXModel.supportedOpsets.upperBound, inputs: 1...4) { node in
    guard node.opset >= 11 else { return try node.emitEarlyResize(scales: node.floats(1, "scales")) }
    let method = try node.resizeMethod()
    let shape = try node.shape(0)
    let policy = try node.string("keep_aspect_ratio_policy", default: "stretch")
    let axes = try node.resizedAxes(rank: shape.count)
    let region = try node.region(axes: axes, method)
    // Exporters write an empty list for what is not meant.
    let scales = node.has(2) ? try node.floats(2, "scales") : []
    let sizes = node.has(3) ? try node.integers(3, "sizes").elements : []
    guard scales.isEmpty != sizes.isEmpty else {
      throw FerryError(
        .invalidModel, "Resize has \(scales.isEmpty ? "neither scales nor sizes" : "both scales and sizes")",
        supported: "one of them")
    }
    guard Swift.max(scales.count, sizes.count) == axes.count else {
      throw FerryError(
        .invalidModel, "Resize has \(Swift.max(scales.count, sizes.count)) scales or sizes for \(axes.count) axes")
    }
    guard policy == "stretch" || !sizes.isEmpty else {
      throw node.refusal(
        "keep_aspect_ratio_policy", "Resize has scales and keep_aspect_ratio_policy = \(policy)",
        supported: "stretch, or sizes in the place of scales")
    }
    var result = shape.map { Resize.Axis(size: $0) }
    for (position, axis) in axes.enumerated() {
      let (start, end) = region[position]
      if scales.isEmpty {
        result[axis] = Resize.Axis(size: sizes[position], start: start, end: end)
        continue
      }
      let scale = scales[position]
      guard method.coordinates != .cropAndResize || (start == 0 && end == 1) else {
        throw FerryError(
          .unsupportedModel, "Resize with tf_crop_and_resize has scales and a part of the input as its region, "
            + "for which ONNX and its reference give different sizes",
          supported: "sizes in the place of scales")
      }
      result[axis] = Resize.Axis(
        size: try node.extent(shape[axis], times: scale), scale: Double(scale), start: start, end: end)
      try node.requireAgreement(on: method, shape[axis], result[axis])
    }
    if policy != "stretch" { result = try node.keepingAspectRatio(policy, result, shape, axes: axes) }
    try node.emit(Resize(method, axes: result), [node.operand(0)])
  }

  static let upsample = ONNXOperator("Upsample", opsets: 7...9, inputs: 1...2) { node in
    let scales: [Float]
    if node.opset < 9 {
      guard case .floats(let stated)? = node.attribute("scales") else {
        throw FerryError(.invalidModel, "Upsample has no scales", at: .init(attribute: "scales"))
      }
      scales = stated
    } else {
      scales = try node.floats(1, "scales")
    }
    guard scales.allSatisfy({ $0 >= 1 }) else {
      throw FerryError(.invalidModel, "Upsample has the scales \(scales)", supported: "1 or more")
    }
    try node.emitEarlyResize(scales: scales)
  }
}

extension ONNXNodeImport {
  /// Numbers that must be known at conversion; none for an empty list.
  fileprivate func floats(_ index: Int, _ role: String) throws -> [Float] {
    let constant = try constant(index, role)
    guard constant.tensor.shape.dimensions.count <= 1, constant.tensor.shape.elementCount <= 64 else {
      throw FerryError(
        .invalidModel, "the \(role) of \(node.operatorType) have the shape \(constant.tensor.shape)",
        supported: "one number an axis")
    }
    return constant.tensor.floats()
  }

  /// Resize of opset 10 and Upsample: output i reads the input at i / scale.
  fileprivate mutating func emitEarlyResize(scales: [Float]) throws {
    let name = try string("mode", default: "nearest")
    let shape = try shape(0)
    // Before opset 11 nothing says which places linear interpolation reads: PyTorch means half_pixel by the file for
    // which ONNX Runtime and ONNX's converter take asymmetric.
    guard name == "nearest" || (["linear", "bilinear"].contains(name) && scales.allSatisfy { $0 == 1 }) else {
      throw refusal(
        "mode",
        "\(node.operatorType) of opset \(opset) has the mode \(name), "
          + "which PyTorch and ONNX Runtime resolve differently",
        supported: "nearest", hint: "export with opset 11 or later")
    }
    guard scales.count == shape.count else {
      throw FerryError(.invalidModel, "\(node.operatorType) has \(scales.count) scales for the shape \(shape.text)")
    }
    let method = Resize.Method(.nearest, .asymmetric, rounding: .floor)
    let axes = try zip(shape, scales).map { extent, scale in
      // A later opset added nearest_mode: ONNX's converter takes floor for it, ONNX Runtime ceiling where it shrinks.
      guard scale >= 1 || (1 / scale).rounded() == 1 / scale else {
        throw FerryError(
          .unsupportedModel,
          "\(node.operatorType) of opset \(opset) shrinks to the nearest pixel by \(scale), "
            + "which runtimes resolve differently",
          supported: "scales from 1, and whole parts such as 0.5", hint: "export with opset 11 or later")
      }
      return Resize.Axis(size: try self.extent(extent, times: scale), scale: Double(scale))
    }
    try emit(Resize(method, axes: axes), [operand(0)])
  }

  // MARK: Attributes

  fileprivate mutating func resizeMethod() throws -> Resize.Method {
    let modeName = try string("mode", default: "nearest")
    guard let mode = Resize.Mode(rawValue: modeName) else {
      throw refusal("mode", "Resize has the mode \(modeName)", supported: "nearest, linear, cubic")
    }
    var method = Resize.Method(
      mode, try choice("coordinate_transformation_mode", default: "half_pixel", of: coordinateModes),
      rounding: try choice("nearest_mode", default: "round_prefer_floor", of: nearestModes))
    method.cubicCoefficient = Double(try float("cubic_coeff_a", default: -0.75))
    method.excludesOutside = try flag("exclude_outside")
    method.antialias = try flag("antialias")
    method.extrapolationValue = Double(try float("extrapolation_value", default: 0))
    guard mode != .nearest || !method.antialias else {
      throw refusal("antialias", "Resize has antialias = 1 and mode = nearest", supported: "linear, cubic")
    }
    guard mode == .cubic || !method.excludesOutside || method.antialias else {
      throw refusal(
        "exclude_outside", "Resize has exclude_outside = 1 and mode = \(modeName)", supported: "cubic")
    }
    // What the mode does not read says nothing.
    let standard = Resize.Method(mode)
    if mode != .nearest { method.rounding = standard.rounding }
    if mode != .cubic { method.cubicCoefficient = standard.cubicCoefficient }
    if method.coordinates != .cropAndResize { method.extrapolationValue = 0 }
    return method
  }

  private mutating func choice<Value>(
    _ name: String, default standard: String, of values: KeyValuePairs<String, Value>
  ) throws -> Value {
    let text = try string(name, default: standard)
    guard let value = values.first(where: { $0.key == text })?.value else {
      throw refusal(
        name, "\(node.operatorType) has \(name) = \(text)", supported: values.map(\.key).joined(separator: ", "))
    }
    return value
  }

  /// The axes that scales, sizes and the region speak of.
  fileprivate mutating func resizedAxes(rank: Int) throws -> [Int] {
    guard let stated = try ints("axes") else { return Array(0..<rank) }
    let axes = try stated.map { try axis($0, rank: rank) }
    guard Set(axes).count == axes.count else {
      throw FerryError(.invalidModel, "Resize names an axis twice: \(stated)", at: .init(attribute: "axes"))
    }
    return axes
  }

  /// The region of interest, which only tf_crop_and_resize reads: all starts, then all ends.
  fileprivate func region(axes: [Int], _ method: Resize.Method) throws -> [(start: Double, end: Double)] {
    guard method.coordinates == .cropAndResize else {
      ignoreOperand(1)
      return axes.map { _ in (0, 1) }
    }
    let numbers = has(1) ? try floats(1, "region") : []
    guard numbers.count == 2 * axes.count else {
      throw FerryError(
        .invalidModel, "Resize has a region of \(numbers.count) numbers for \(axes.count) axes",
        supported: "\(2 * axes.count)")
    }
    return axes.indices.map { (Double(numbers[$0]), Double(numbers[$0 + axes.count])) }
  }

  // MARK: Sizes

  /// ⌊extent · scale⌋, where the scale is taken for the simplest fraction that rounds to it: of 0.7, seven tenths.
  ///
  /// - Throws: where runtimes, which multiply in single precision, come to another whole number.
  fileprivate func extent(_ extent: Dimension, times scale: Float) throws -> Dimension {
    guard scale.isFinite, scale > 0, let fraction = Fraction(scale) else {
      throw FerryError(
        .invalidModel, "\(node.operatorType) has the scale \(scale)", supported: "from 2^-16 to 2^16")
    }
    let size = try (extent * Dimension(fraction.numerator)).dividedRoundingDown(by: fraction.denominator)
    guard let known = size.value, let number = extent.value else { return size }
    guard (Float(number) * scale).rounded(.down) == Float(known) else {
      throw FerryError(
        .unsupportedModel, "\(node.operatorType) of \(number) by \(scale) is at the edge between two sizes, "
          + "which runtimes resolve differently",
        supported: "sizes in the place of scales")
    }
    guard known > 0 else {
      throw FerryError(.invalidModel, "\(node.operatorType) of \(number) by \(scale) leaves nothing")
    }
    return size
  }

  /// Refuses what ONNX's reference and the runtimes compute differently where a scale does not give a whole size: with
  /// align_corners the reference takes the unrounded one.
  fileprivate func requireAgreement(
    on method: Resize.Method, _ extent: Dimension, _ axis: Resize.Axis
  ) throws {
    guard method.coordinates == .alignCorners, let scale = axis.scale else { return }
    if let extent = extent.value, let size = axis.size.value, Double(extent) * scale == Double(size) { return }
    if scale.rounded() == scale { return }
    throw refusal(
      "coordinate_transformation_mode",
      "Resize has align_corners with a scale of \(Float(scale)) on an extent of \(extent), "
        + "which ONNX and ONNX Runtime resolve differently",
      supported: "sizes, or scales that give whole sizes", hint: "export with sizes in the place of scales")
  }

  /// One scale for all axes that are named: the largest that exceeds no size (not_larger), or the smallest that falls
  /// short of none (not_smaller).
  fileprivate func keepingAspectRatio(
    _ policy: String, _ axes: [Resize.Axis], _ shape: [Dimension], axes named: [Int]
  ) throws -> [Resize.Axis] {
    let ratios = try named.map { axis -> Double in
      guard let extent = shape[axis].value, let size = axes[axis].size.value, extent > 0, size > 0 else {
        throw refusal(
          "keep_aspect_ratio_policy", "Resize has keep_aspect_ratio_policy = \(policy) for a shape \(shape.text)",
          supported: "known sizes", hint: "give --input-shape numbers")
      }
      return Double(size) / Double(extent)
    }
    guard let scale = policy == "not_larger" ? ratios.min() : policy == "not_smaller" ? ratios.max() : nil else {
      throw refusal(
        "keep_aspect_ratio_policy", "Resize has keep_aspect_ratio_policy = \(policy)",
        supported: "stretch, not_larger, not_smaller")
    }
    var result = axes
    for axis in named {
      let size = (Double(shape[axis].constant) * scale).rounded()
      guard size >= 1, size <= 0x1p40 else {
        throw FerryError(.invalidModel, "Resize of \(shape[axis]) by \(scale) gives \(size)")
      }
      result[axis] = Resize.Axis(size: Dimension(Int(size)), scale: scale, start: axes[axis].start, end: axes[axis].end)
    }
    return result
  }
}

private let coordinateModes: KeyValuePairs<String, Resize.Coordinates> = [
  "half_pixel": .halfPixel, "half_pixel_symmetric": .halfPixelSymmetric, "pytorch_half_pixel": .pytorchHalfPixel,
  "align_corners": .alignCorners, "asymmetric": .asymmetric,
  "tf_half_pixel_for_nn": .tensorFlowHalfPixelForNearest, "tf_crop_and_resize": .cropAndResize,
]

private let nearestModes: KeyValuePairs<String, Resize.Rounding> = [
  "round_prefer_floor": .preferFloor, "round_prefer_ceil": .preferCeiling, "floor": .floor, "ceil": .ceiling,
]

/// A number as exporters meant it: the fraction with the smallest denominator that rounds to it.
private struct Fraction {
  let numerator, denominator: Int

  /// - Returns: nil beyond 2⁻¹⁶…2¹⁶.
  init?(_ number: Float) {
    guard number >= 0x1p-16, number <= 0x1p16 else { return nil }
    for denominator in 1...1000 {
      let numerator = (Double(number) * Double(denominator)).rounded()
      if numerator >= 1, Float(numerator / Double(denominator)) == number {
        self.init(numerator: Int(numerator), denominator: denominator)
        return
      }
    }
    // 24 bits of a number from 2⁻¹⁶: exact, and within what a dimension divides by.
    self.init(numerator: Int(Double(number) * 0x1p40), denominator: 1 << 40)
  }

  private init(numerator: Int, denominator: Int) {
    (self.numerator, self.denominator) = (numerator, denominator)
  }
}

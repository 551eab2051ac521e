import FerryModel
import FerryTensor

extension KerasLayerType {
  /// x · scale + offset, each one number or one for each channel.
  static let rescaling = KerasLayerType("Rescaling") { layer in
    let scale = try layer.options.optionalNumbers("scale") ?? [1]
    let offset = try layer.options.optionalNumbers("offset") ?? [0]
    let x = layer.inputs[0]
    let factor = try layer.spread(scale, over: x, option: "scale")
    guard !offset.allSatisfy({ $0 == 0 }) else { return try layer.finish(Binary(.multiply), [x, factor]) }
    let scaled = try layer.step(Binary(.multiply), [x, factor], "scaled")
    try layer.finish(Binary(.add), [scaled, layer.spread(offset, over: x, option: "offset")])
  }

  static let upSampling2D = KerasLayerType("UpSampling2D") { layer in
    let x = try layer.image()
    try layer.requireChannelsLast()
    let factors = try layer.options.pair("size", default: [2])
    guard factors.allSatisfy({ (1...(1 << 16)).contains($0) }) else {
      throw layer.options.refusal("size", "size is \(factors)", supported: "1 to 2^16")
    }
    let shape = layer.graphShape(x)
    let sizes = [try shape[2] * Dimension(factors[0]), try shape[3] * Dimension(factors[1])]
    try layer.finish(layer.resize(x, to: sizes), [x])
  }

  static let resizing = KerasLayerType("Resizing") { layer in
    let x = try layer.image()
    try layer.requireChannelsLast()
    let options = layer.options
    let sizes = [Dimension(try options.size("height")), Dimension(try options.size("width"))]
    try options.require("crop_to_aspect_ratio", is: false)
    try options.require("pad_to_aspect_ratio", is: false)
    try options.require("antialias", is: false)
    options.pass("fill_mode", "fill_value")
    try layer.finish(layer.resize(x, to: sizes, default: "bilinear"), [x])
  }
}

extension KerasLayerImport {
  /// Another height and width, by the interpolation that the layer states. Pixels are squares: their middles meet.
  fileprivate func resize(_ x: ValueID, to sizes: [Dimension], default standard: String = "nearest") throws -> Resize {
    let interpolation = try options.choice(
      "interpolation", default: standard, of: ["nearest", "bilinear"],
      hint: "convert the model's ONNX export, or resize the picture before the network")
    let method =
      interpolation == "nearest"
      ? Resize.Method(.nearest, .tensorFlowHalfPixelForNearest, rounding: .floor)
      : Resize.Method(.linear, .halfPixel)
    let shape = graphShape(x)
    let axes = [shape[0], shape[1], sizes[0], sizes[1]].map { Resize.Axis(size: $0) }
    return try Resize(method, axes: axes)
  }

  /// One number, or one for each channel, as a constant that broadcasts over a value.
  fileprivate func spread(_ numbers: [Double], over x: ValueID, option: String) throws -> ValueID {
    let rank = graphShape(x).count
    guard numbers.count > 1 else {
      guard let number = numbers.first else { throw options.refusal(option, "\(option) is an empty list") }
      return try constant([Float(number)], shape: [], option)
    }
    guard shape(x).last == Dimension(numbers.count) else {
      throw options.refusal(
        option, "\(option) has \(numbers.count) numbers for the shape \(shape(x).text)",
        supported: "one, or one for each channel")
    }
    let extents = rank == 4 ? [numbers.count, 1, 1] : [numbers.count]
    return try constant(numbers.map { Float($0) }, shape: extents, option)
  }
}

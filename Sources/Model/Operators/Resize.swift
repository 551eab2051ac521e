import FerryTensor

/// Resamples a value of any shape to other extents, one axis after the other.
public struct Resize: Operator {
  public static let name = "Resize"

  public enum Mode: String, Sendable, CaseIterable { case nearest, linear, cubic }

  /// Which place of the input an output position stands for, by ONNX's names. `scale` is outputs over inputs.
  public enum Coordinates: String, Sendable, CaseIterable {
    /// (i + ½) / scale − ½
    case halfPixel
    /// As `halfPixel`, but the whole picture stays centred where the output's extent was rounded.
    case halfPixelSymmetric
    /// As `halfPixel`, but 0 for an output of one pixel.
    case pytorchHalfPixel
    /// First and last pixels meet.
    case alignCorners
    /// i / scale
    case asymmetric
    /// (i + ½) / scale
    case tensorFlowHalfPixelForNearest
    /// The part of the input from `start` to `end`, as fractions of the way from the first pixel to the last; places
    /// outside the input take the extrapolation value.
    case cropAndResize
  }

  /// How `nearest` turns a place between pixels into a pixel.
  public enum Rounding: String, Sendable, CaseIterable { case preferFloor, preferCeiling, floor, ceiling }

  /// How one axis is resampled.
  public struct Axis: Sendable, Equatable {
    public let size: Dimension
    /// The scale of the coordinates where it is stated; nil for outputs over inputs.
    public let scale: Double?
    /// The part of the input that `cropAndResize` reads.
    public let start, end: Double

    public init(size: Dimension, scale: Double? = nil, start: Double = 0, end: Double = 1) {
      self.size = size
      self.scale = scale
      self.start = start
      self.end = end
    }
  }

  /// What holds for all axes.
  public struct Method: Sendable, Equatable {
    public var mode: Mode
    public var coordinates: Coordinates
    public var rounding: Rounding
    /// The a of Keys' cubic convolution.
    public var cubicCoefficient: Double
    /// Weights of pixels outside the input are left out and the others scaled up, instead of repeating the edge.
    public var excludesOutside: Bool
    /// A smaller output takes a wider filter.
    public var antialias: Bool
    public var extrapolationValue: Double

    public init(
      _ mode: Mode, _ coordinates: Coordinates = .halfPixel, rounding: Rounding = .preferFloor,
      cubicCoefficient: Double = -0.75, excludesOutside: Bool = false, antialias: Bool = false,
      extrapolationValue: Double = 0
    ) {
      self.mode = mode
      self.coordinates = coordinates
      self.rounding = rounding
      self.cubicCoefficient = cubicCoefficient
      self.excludesOutside = excludesOutside
      self.antialias = antialias
      self.extrapolationValue = extrapolationValue
    }
  }

  public let method: Method
  /// One for each axis of the input.
  public let axes: [Axis]

  /// - Throws: `invalidModel` for numbers that are not finite, scales that are not positive and sizes below 1.
  public init(_ method: Method, axes: [Axis]) throws {
    guard axes.flatMap({ [$0.scale ?? 1, $0.start, $0.end] }).allSatisfy({ abs($0) <= 0x1p40 }),
      abs(method.cubicCoefficient) <= 0x1p100, abs(method.extrapolationValue) <= 0x1p127
    else {
      throw invalid(
        "a scale, region, coefficient or extrapolation value of Resize is not a finite number, or far too large",
        supported: "scales and regions up to 2^40")
    }
    guard axes.allSatisfy({ ($0.size.value ?? 1) >= 1 }) else {
      throw invalid("Resize to \(axes.map(\.size).text)", supported: "sizes from 1")
    }
    guard axes.allSatisfy({ ($0.scale ?? 1) >= 0x1p-40 }) else {
      throw invalid("Resize by the scales \(axes.map { $0.scale ?? 0 })", supported: "scales from 2^-40")
    }
    guard !method.antialias || method.mode != .nearest else {
      throw invalid("Resize has no antialiasing for the nearest pixel", supported: "linear, cubic")
    }
    self.method = method
    self.axes = axes
  }

  public init(attributes: inout AttributeReader) throws {
    let method = Method(
      try attributes.choice("mode"), try attributes.choice("coordinates"), rounding: try attributes.choice("rounding"),
      cubicCoefficient: try attributes.real("cubicCoefficient"),
      excludesOutside: try attributes.flag("excludesOutside"), antialias: try attributes.flag("antialias"),
      extrapolationValue: try attributes.real("extrapolationValue"))
    let axes = try attributes.dimensions("sizes").enumerated().map { index, size in
      let scale = try attributes.real("scale\(index)")
      return Axis(
        size: size, scale: scale == 0 ? nil : scale, start: try attributes.real("start\(index)"),
        end: try attributes.real("end\(index)"))
    }
    try self.init(method, axes: axes)
    try attributes.finish()
  }

  /// Each axis has a scale of its own, 0 where it follows from the sizes, and a region.
  public var attributes: [Attribute] {
    [
      Attribute("mode", .text(method.mode.rawValue)), Attribute("coordinates", .text(method.coordinates.rawValue)),
      Attribute("rounding", .text(method.rounding.rawValue)),
      Attribute("cubicCoefficient", .real(method.cubicCoefficient)),
      Attribute("excludesOutside", .flag(method.excludesOutside)), Attribute("antialias", .flag(method.antialias)),
      Attribute("extrapolationValue", .real(method.extrapolationValue)),
      Attribute("sizes", .dimensions(axes.map(\.size))),
    ]
      + axes.enumerated().flatMap { index, axis in
        [
          Attribute("scale\(index)", .real(axis.scale ?? 0)), Attribute("start\(index)", .real(axis.start)),
          Attribute("end\(index)", .real(axis.end)),
        ]
      }
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let shape = inputs[0]
    guard shape.count == axes.count else {
      throw invalid("Resize of \(axes.count) axes gets the shape \(shape.text)")
    }
    for (extent, axis) in zip(shape, axes) {
      guard let extent = extent.value, let size = axis.size.value else { continue }
      guard extent > 0 else { throw invalid("Resize gets the shape \(shape.text), which holds nothing") }
      try check(axis, extent: extent, size: size)
    }
    return [axes.map(\.size)]
  }

  private func check(_ axis: Axis, extent: Int, size: Int) throws {
    // Filters grow as scales shrink: a scale far from the sizes would take any time.
    let stated = axis.scale.map { $0 * Double(extent) } ?? Double(size)
    guard stated >= 0.5 * Double(size), stated <= Double(size) + 1 else {
      throw invalid("Resize of \(extent) by \(stated / Double(extent)) does not give \(size)")
    }
    let isFiltered = method.mode == .cubic || method.antialias
    if method.coordinates == .pytorchHalfPixel, size == 1, extent > 1, isFiltered || axis.scale != nil {
      throw FerryError(
        .unsupportedModel,
        "Resize with pytorch_half_pixel from \(extent) pixels to one, which PyTorch, ONNX and ONNX Runtime place "
          + "differently",
        supported: "2 pixels or more; one pixel with sizes, mode linear and no antialiasing",
        hint: "export with half_pixel")
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let target = try outputShape(of: inputs)
    var shape = inputs[0].shape
    var elements = inputs[0].elements.map(\.asDouble)
    // What shrinks goes first: then nothing in between is larger than both ends.
    let growth = zip(target, shape).map { Double($0) / Double(max(1, $1)) }
    let order = shape.indices.sorted { growth[$0] < growth[$1] }
    for axis in order where shape[axis] != target[axis] || !isTrivial(axes[axis]) {
      let resampling = Resampling(method, axes[axis], extent: shape[axis], size: target[axis])
      elements = resampling.apply(to: elements, shape: shape, axis: axis)
      shape[axis] = target[axis]
    }
    return [ReferenceArray(shape: shape, elements: elements.map { Scalar($0) })]
  }

  /// Whether an axis that keeps its extent keeps its elements.
  private func isTrivial(_ axis: Axis) -> Bool {
    (axis.scale ?? 1) == 1 && (method.coordinates != .cropAndResize || (axis.start == 0 && axis.end == 1))
      && method.coordinates != .tensorFlowHalfPixelForNearest
  }
}

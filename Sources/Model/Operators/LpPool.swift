import FerryTensor

/// The p-norm of each window of a N×C×… input with one to three spatial axes: (Σ |x|^p)^(1/p). Padding is zero.
public struct LpPool: Operator {
  public static let name = "LpPool"

  /// The p of the norm, 1 or more.
  public let order: Int
  public let window: Window

  public init(order: Int, window: Window) throws {
    try requireNormOrder(order)
    try window.requirePadsBelowSpan()
    self.order = order
    self.window = window
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(order: attributes.integer("order"), window: Window(attributes: &attributes))
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("order", .integer(order))] + window.attributes }
  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let (batch, channels, spatial) = try window.split(inputs[0], of: Self.name)
    return [[batch, channels] + (try window.outputExtents(spatial))]
  }

  /// Whether rounding the number of windows up would make no difference for an input of this shape.
  public func isSameInCeilMode(_ shape: [Dimension]) throws -> Bool {
    let (_, _, spatial) = try window.split(shape, of: Self.name)
    return try window.outputExtents(spatial) == window.outputExtents(spatial, ceilMode: true)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    var elements: [Scalar] = []
    elements.reserveCapacity(shape.reduce(1, *))
    try VolumeWindow(window).forEachWindow(input: x.shape, output: shape) { seen in
      var norm = NormSum(order: order)
      seen.forEachPixel { norm.add(x.elements[$0].asDouble) }
      elements.append(Scalar(norm.value))
    }
    return [ReferenceArray(shape: shape, elements: elements)]
  }
}

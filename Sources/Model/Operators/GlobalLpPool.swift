import FerryTensor

/// The p-norm over all pixels of each channel, (Σ |x|^p)^(1/p): N×C×… to N×C×1×….
public struct GlobalLpPool: Operator {
  public static let name = "GlobalLpPool"

  /// The p of the norm, 1 or more.
  public let order: Int

  public init(order: Int) throws {
    try requireNormOrder(order)
    self.order = order
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(order: attributes.integer("order"))
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("order", .integer(order))] }
  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    [try globallyPooled(inputs[0], by: Self.name)]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let pixels = x.shape.dropFirst(2).reduce(1, *)
    let norms = (0..<x.shape[0] * x.shape[1]).map { plane in
      var norm = NormSum(order: order)
      for value in x.elements[plane * pixels..<(plane + 1) * pixels] { norm.add(value.asDouble) }
      return Scalar(norm.value)
    }
    return [ReferenceArray(shape: try outputShape(of: inputs), elements: norms)]
  }
}

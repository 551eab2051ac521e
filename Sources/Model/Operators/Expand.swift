import FerryTensor

/// The input, broadcast against a shape: an axis of 1 is repeated, and where the shape has 1 the input's extent stays.
public struct Expand: Operator {
  public static let name = "Expand"
  /// May hold symbols, and may have fewer or more axes than the input.
  public let shape: [Dimension]

  public init(shape: [Dimension]) { self.shape = shape }

  public init(attributes: inout AttributeReader) throws {
    shape = try attributes.dimensions("shape")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("shape", .dimensions(shape))] }
  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try sharedType(of: inputs) }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard shape.allSatisfy({ ($0.value ?? 0) >= 0 }) else { throw invalid("the shape \(shape.text) is negative") }
    return [try Binary.broadcast(inputs[0], shape)]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    var y = ReferenceArray<Scalar>(zeros: try outputShape(of: inputs))
    forEachOffset(shape: y.shape, strides: x.broadcastStrides(to: y.shape)) { position, offset in
      y.elements[position] = x.elements[offset]
    }
    return [y]
  }
}

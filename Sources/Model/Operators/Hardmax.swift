import FerryTensor

/// 1 at the first of the largest elements along an axis, 0 elsewhere. NaN counts as larger than any number.
public struct Hardmax: Operator {
  public static let name = "Hardmax"
  public let axis: Int

  public init(axis: Int) { self.axis = axis }

  public init(attributes: inout AttributeReader) throws {
    axis = try attributes.integer("axis")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }
  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] { [try inputs[0].checked(axis: axis)] }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    [
      inputs[0].mapRows(along: axis) { values in
        var best = 0
        for (position, value) in values.enumerated() where !values[best].isNaN {
          if value > values[best] || value.isNaN { best = position }
        }
        return values.indices.map { $0 == best ? 1 : 0 }
      }
    ]
  }
}

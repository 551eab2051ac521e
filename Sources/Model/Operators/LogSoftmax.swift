import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// x − log(Σ exp(x)) along an axis, computed after subtracting the maximum.
public struct LogSoftmax: Operator {
  public static let name = "LogSoftmax"
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
        let largest = values.max() ?? 0
        let logarithm = log(values.reduce(0) { $0 + exp($1 - largest) })
        return values.map { $0 - largest - logarithm }
      }
    ]
  }
}

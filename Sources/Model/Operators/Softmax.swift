import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// exp(x) / Σ exp(x) along an axis, computed after subtracting the maximum.
public struct Softmax: Operator {
  public static let name = "Softmax"
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
        let powers = values.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
      }
    ]
  }
}

extension [Dimension] {
  /// The shape itself.
  ///
  /// - Throws: `invalidModel` if it has no such axis.
  func checked(axis: Int) throws -> [Dimension] {
    guard indices.contains(axis) else { throw invalid("axis \(axis) does not exist in the shape \(text)") }
    return self
  }
}

extension ReferenceArray {
  /// Replaces the elements along one axis, all together, by as many others.
  func mapRows(along axis: Int, _ transform: ([Double]) -> [Double]) -> ReferenceArray {
    var result = self
    let extent = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for column in 0..<inner {
        let positions = (0..<extent).map { (outer * extent + $0) * inner + column }
        for (position, value) in zip(positions, transform(positions.map { elements[$0].asDouble })) {
          result.elements[position] = Scalar(value)
        }
      }
    }
    return result
  }
}

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

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard inputs[0].indices.contains(axis) else {
      throw invalid("axis \(axis) does not exist in the shape \(inputs[0].text)")
    }
    return [inputs[0]]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    var y = inputs[0]
    let extent = y.shape[axis]
    let inner = y.shape[(axis + 1)...].reduce(1, *)
    for outer in 0..<y.shape[..<axis].reduce(1, *) {
      for column in 0..<inner {
        let positions = (0..<extent).map { (outer * extent + $0) * inner + column }
        let values = positions.map { y.elements[$0].asDouble }
        let largest = values.max() ?? 0
        let powers = values.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        for (position, power) in zip(positions, powers) { y.elements[position] = Scalar(power / sum) }
      }
    }
    return [y]
  }
}

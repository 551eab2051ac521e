import FerryTensor

/// A matrix of the same elements: the axes before `axis` become its rows, the others its columns.
public struct Flatten: Operator {
  public static let name = "Flatten"
  /// From 0 to the input's rank.
  public let axis: Int

  public init(axis: Int) { self.axis = axis }

  public init(attributes: inout AttributeReader) throws {
    axis = try attributes.integer("axis")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }
  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try sharedType(of: inputs) }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard (0...inputs[0].count).contains(axis) else {
      throw invalid("axis \(axis) does not exist in the shape \(inputs[0].text)")
    }
    return [[try Dimension.product(inputs[0][..<axis]), try Dimension.product(inputs[0][axis...])]]
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    [inputs[0].reshaped(try outputShape(of: inputs))]
  }
}

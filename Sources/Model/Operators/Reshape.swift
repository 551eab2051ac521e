import FerryTensor

/// The same elements in row-major order under another shape.
public struct Reshape: Operator {
  public static let name = "Reshape"
  /// May hold symbols; their number of elements must be the input's.
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
    let before = try Dimension.product(inputs[0])
    let after = try Dimension.product(shape)
    if let before = before.value, let after = after.value, before != after {
      throw invalid("\(before) elements of shape \(inputs[0].text) cannot take the shape \(shape.text)")
    }
    guard shape.allSatisfy({ ($0.value ?? 0) >= 0 }) else { throw invalid("the shape \(shape.text) is negative") }
    return [shape]
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    [inputs[0].reshaped(try outputShape(of: inputs))]
  }
}

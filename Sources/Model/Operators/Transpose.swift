import FerryTensor

/// The axes in another order: output axis i is input axis `permutation[i]`.
public struct Transpose: Operator {
  public static let name = "Transpose"
  public let permutation: [Int]

  public init(permutation: [Int]) { self.permutation = permutation }

  public init(attributes: inout AttributeReader) throws {
    permutation = try attributes.integers("permutation")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("permutation", .integers(permutation))] }
  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try sharedType(of: inputs) }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard permutation.sorted() == Array(inputs[0].indices) else {
      throw invalid("\(permutation) is not an order of the axes of \(inputs[0].text)")
    }
    return [permutation.map { inputs[0][$0] }]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    var y = ReferenceArray<Scalar>(zeros: permutation.map { x.shape[$0] })
    let strides = x.strides
    forEachOffset(shape: y.shape, strides: permutation.map { strides[$0] }) { position, offset in
      y.elements[position] = x.elements[offset]
    }
    return [y]
  }
}

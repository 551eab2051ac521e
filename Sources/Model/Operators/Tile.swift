import FerryTensor

/// The input repeated along each axis, one copy after another.
public struct Tile: Operator {
  public static let name = "Tile"
  /// How often, one number an axis; may hold symbols.
  public let repeats: [Dimension]

  public init(repeats: [Dimension]) { self.repeats = repeats }

  public init(attributes: inout AttributeReader) throws {
    repeats = try attributes.dimensions("repeats")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("repeats", .dimensions(repeats))] }
  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try sharedType(of: inputs) }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard repeats.count == inputs[0].count else {
      throw invalid("\(repeats.count) repeats are given for the shape \(inputs[0].text)")
    }
    guard repeats.allSatisfy({ ($0.value ?? 0) >= 0 }) else {
      throw invalid("the repeats \(repeats.text) are negative")
    }
    return [try zip(inputs[0], repeats).map { try $0 * $1 }]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    // Each axis as two, the copies outside: then a copy is a step of 0.
    let strides = x.strides
    let paired = x.shape.indices.flatMap { [x.shape[$0] == 0 ? 0 : shape[$0] / x.shape[$0], x.shape[$0]] }
    var y = ReferenceArray<Scalar>(zeros: shape)
    forEachOffset(shape: paired, strides: strides.flatMap { [0, $0] }) { position, offset in
      y.elements[position] = x.elements[offset]
    }
    return [y]
  }
}

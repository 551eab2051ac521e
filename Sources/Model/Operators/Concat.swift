import FerryTensor

/// The inputs one after another along an axis; all other extents agree.
public struct Concat: Operator {
  public static let name = "Concat"
  public let axis: Int

  public init(axis: Int) { self.axis = axis }

  public init(attributes: inout AttributeReader) throws {
    axis = try attributes.integer("axis")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }
  public var inputCount: ClosedRange<Int> { 1...(1 << 16) }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try sharedType(of: inputs) }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    var shape = inputs[0]
    guard shape.indices.contains(axis) else { throw invalid("axis \(axis) does not exist in the shape \(shape.text)") }
    for other in inputs.dropFirst() {
      guard other.count == shape.count,
        shape.indices.allSatisfy({
          $0 == axis || shape[$0] == other[$0] || shape[$0].value == nil || other[$0].value == nil
        })
      else { throw invalid("shapes \(inputs.map(\.text).joined(separator: ", ")) cannot be joined along axis \(axis)") }
      shape[axis] = try shape[axis] + other[axis]
    }
    return [shape]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let shape = try outputShape(of: inputs)
    var elements: [Scalar] = []
    elements.reserveCapacity(shape.reduce(1, *))
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for input in inputs {
        let run = input.shape[axis...].reduce(1, *)
        elements += input.elements[outer * run..<(outer + 1) * run]
      }
    }
    return [ReferenceArray(shape: shape, elements: elements)]
  }
}

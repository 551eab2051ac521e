import FerryTensor

/// The parts of x along an axis that computed indices name.
///
/// Inputs: x, indices (an integer type; negative ones count from the end). The axis is replaced by the indices' axes.
public struct Gather: Operator {
  public static let name = "Gather"
  public let axis: Int

  public init(axis: Int) { self.axis = axis }

  public init(attributes: inout AttributeReader) throws {
    axis = try attributes.integer("axis")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }
  public var inputCount: ClosedRange<Int> { 2...2 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard inputs[0].indices.contains(axis) else {
      throw invalid("axis \(axis) does not exist in the shape \(inputs[0].text)")
    }
    return [inputs[0][..<axis] + inputs[1] + inputs[0][(axis + 1)...]]
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    guard inputs.count == 2, !inputs[1].isFloatingPoint, inputs[1] != .bool else {
      throw FerryError(
        .unsupportedType, "the indices of Gather hold \(inputs.last?.rawValue ?? "nothing")", supported: "integers")
    }
    return [inputs[0]]
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let (x, indices) = (inputs[0], inputs[1])
    let shape = try outputShape(of: inputs)
    let extent = x.shape[axis]
    let places = try indices.elements.map { element -> Int in
      guard let index = Int(exactly: element.asDouble), index >= -extent, index < extent else {
        throw FerryError(
          .shapeMismatch, "index \(element.asDouble.plain) leaves axis \(axis)",
          supported: "\(-extent) to \(extent - 1)")
      }
      return index < 0 ? index + extent : index
    }
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    var elements: [Scalar] = []
    elements.reserveCapacity(shape.reduce(1, *))
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for place in places {
        let start = (outer * extent + place) * inner
        elements += x.elements[start..<start + inner]
      }
    }
    return [ReferenceArray(shape: shape, elements: elements)]
  }
}

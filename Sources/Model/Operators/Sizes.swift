import FerryTensor

/// Numbers that follow from the input's shape, where the network reads or returns them as data. No inputs.
public struct Sizes: Operator {
  public static let name = "Sizes"
  /// Row-major; symbols until the graph is bound.
  public let values: [Dimension]
  public let shape: [Int]
  public let elementType: ElementType

  /// - Throws: `invalidModel` if there are not as many values as the shape says.
  public init(_ values: [Dimension], shape: [Int], elementType: ElementType) throws {
    guard shape.count <= 16, try Shape(shape).elementCount == values.count else {
      throw invalid("\(values.count) sizes for the shape \(shape)")
    }
    self.values = values
    self.shape = shape
    self.elementType = elementType
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      attributes.dimensions("values"), shape: attributes.integers("shape"),
      elementType: attributes.choice("elementType"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("values", .dimensions(values)), Attribute("shape", .integers(shape)),
      Attribute("elementType", .text(elementType.rawValue)),
    ]
  }

  public var inputCount: ClosedRange<Int> { 0...0 }
  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] { [shape.map { Dimension($0) }] }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { [elementType] }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    guard let numbers = values.fixed else { throw FerryError(.internalDefect, "Sizes is evaluated with symbols") }
    let range = elementType.carriedIntegers
    if let number = numbers.first(where: { elementType != .float32 && !range.contains(Double($0)) }) {
      throw FerryError(.unsupportedType, "the size \(number) as \(elementType.rawValue)", supported: "up to 2^24")
    }
    return [ReferenceArray(shape: shape, elements: numbers.map { Scalar(Double($0)) })]
  }
}

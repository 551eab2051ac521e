import FerryTensor

/// The same numbers as another type: a fraction is cut off on the way to integers, anything but 0 is true.
public struct Cast: Operator {
  public static let name = "Cast"
  /// `float32`, an integer type or `bool`.
  public let elementType: ElementType

  public init(to elementType: ElementType) { self.elementType = elementType }

  public init(attributes: inout AttributeReader) throws {
    elementType = try attributes.choice("elementType")
    try attributes.finish()
    guard elementType == .float32 || !elementType.isFloatingPoint else {
      throw invalid("a cast to \(elementType.rawValue)", supported: "float32, integers, bool")
    }
  }

  public var attributes: [Attribute] { [Attribute("elementType", .text(elementType.rawValue))] }
  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] { [inputs[0]] }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { [elementType] }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    if elementType == .float32 { return [inputs[0]] }
    if elementType == .bool { return [inputs[0].map { $0 == 0 ? 0 : 1 }] }
    let range = elementType.carriedIntegers
    for element in inputs[0].elements where !range.contains(element.asDouble.rounded(.towardZero)) {
      throw FerryError(
        .unsupportedType, "\(element.asDouble.plain) is cast to \(elementType.rawValue)",
        supported: "\(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }
    return [inputs[0].map { $0.rounded(.towardZero) }]
  }
}

extension Double {
  /// As people write it: whole numbers without a point.
  package var plain: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}

extension ElementType {
  /// The integers of this type that a run can hold: those that `float32` holds exactly.
  package var carriedIntegers: ClosedRange<Double> {
    let limit = Double(1 << 24)
    switch self {
    case .bool: return 0...1
    case .int8: return -128...127
    case .uint8: return 0...255
    case .int16: return -32768...32767
    case .uint16: return 0...65535
    case .uint32, .uint64: return 0...limit
    case .int32, .int64, .float16, .float32, .float64: return -limit...limit
    }
  }
}

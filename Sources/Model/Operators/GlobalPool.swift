import FerryTensor

/// The mean or maximum over all pixels of each channel: N×C×H×W to N×C×1×1, likewise with other numbers of
/// spatial axes.
public struct GlobalPool: Operator {
  public static let name = "GlobalPool"

  public enum Kind: String, Sendable, CaseIterable { case average, maximum }
  public let kind: Kind

  public init(_ kind: Kind) { self.kind = kind }

  public init(attributes: inout AttributeReader) throws {
    kind = try attributes.choice("kind")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("kind", .text(kind.rawValue))] }
  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    [try globallyPooled(inputs[0], by: Self.name)]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let axes = Array(2..<inputs[0].shape.count)
    let reduction = Reduce(kind == .average ? .mean : .maximum, axes: axes, keepsDimensions: true)
    return try reduction.evaluate(inputs)
  }
}

/// A N×C×… shape with every spatial extent 1.
///
/// - Throws: `invalidModel` for a shape without spatial axes.
func globallyPooled(_ shape: [Dimension], by operatorName: String) throws -> [Dimension] {
  guard shape.count > 2 else {
    throw invalid(
      "\(operatorName) gets an input of shape \(shape.text), which has \(shape.count) dimensions",
      supported: "3 dimensions or more: batch, channels, pixels")
  }
  return shape.prefix(2) + [Dimension](repeating: 1, count: shape.count - 2)
}

import FerryTensor

/// The mean or maximum over all pixels of each channel: N×C×H×W to N×C×1×1.
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
    let (batch, channels, _, _) = try imageExtents(inputs[0], of: Self.name)
    return [[batch, channels, 1, 1]]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let reduction = Reduce(kind == .average ? .mean : .maximum, axes: [2, 3], keepsDimensions: true)
    return try reduction.evaluate(inputs)
  }
}

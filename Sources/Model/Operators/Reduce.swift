import FerryTensor

/// The mean, sum, maximum or minimum along some axes.
public struct Reduce: Operator {
  public static let name = "Reduce"

  public enum Kind: String, Sendable, CaseIterable { case mean, sum, maximum, minimum }
  public let kind: Kind
  /// Ascending, each once, counted from the front.
  public let axes: [Int]
  /// Reduced axes stay with extent 1.
  public let keepsDimensions: Bool

  public init(_ kind: Kind, axes: [Int], keepsDimensions: Bool) {
    self.kind = kind
    self.axes = Set(axes).sorted()
    self.keepsDimensions = keepsDimensions
  }

  public init(attributes: inout AttributeReader) throws {
    self.init(
      try attributes.choice("kind"), axes: try attributes.integers("axes"),
      keepsDimensions: try attributes.flag("keepsDimensions"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("kind", .text(kind.rawValue)), Attribute("axes", .integers(axes)),
      Attribute("keepsDimensions", .flag(keepsDimensions)),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let shape = inputs[0]
    guard axes.allSatisfy(shape.indices.contains) else {
      throw invalid("axes \(axes) do not all exist in the shape \(shape.text)")
    }
    return [
      shape.indices.compactMap { axes.contains($0) ? (keepsDimensions ? 1 : nil) : shape[$0] }
    ]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let kept = x.shape.indices.map { axes.contains($0) ? 1 : x.shape[$0] }
    let keptStrides = ReferenceArray<Scalar>.strides(of: kept)
    let strides = x.shape.indices.map { axes.contains($0) ? 0 : keptStrides[$0] }
    let start = kind == .maximum ? -Double.infinity : kind == .minimum ? Double.infinity : 0
    var results = [Double](repeating: start, count: kept.reduce(1, *))
    forEachOffset(shape: x.shape, strides: strides) { position, offset in
      let value = x.elements[position].asDouble
      switch kind {
      case .mean, .sum: results[offset] += value
      case .maximum: results[offset] = value.isNaN || results[offset].isNaN ? .nan : max(results[offset], value)
      case .minimum: results[offset] = value.isNaN || results[offset].isNaN ? .nan : min(results[offset], value)
      }
    }
    if kind == .mean {
      let count = Double(axes.reduce(1) { $0 * x.shape[$1] })
      for position in results.indices { results[position] /= count }
    }
    return [ReferenceArray(shape: try outputShape(of: inputs), elements: results.map { Scalar($0) })]
  }
}

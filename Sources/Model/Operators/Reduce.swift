import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A sum, an extreme or a norm along some axes; along none, the function of each element alone.
public struct Reduce: Operator {
  public static let name = "Reduce"

  public enum Kind: String, Sendable, CaseIterable {
    case mean, sum, maximum, minimum, product
    /// Σ |x|
    case l1Norm
    /// √(Σ x²)
    case l2Norm
    /// Σ x²
    case sumOfSquares
    /// log(Σ x)
    case logSum
    /// log(Σ exp(x)), computed after subtracting the maximum
    case logSumExp
  }
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

  /// Sums and products of integers may leave the range that a run holds exactly, extremes do not.
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    switch kind {
    case .maximum, .minimum: try sharedType(of: inputs)
    default: try floatTypes(for: inputs)
    }
  }

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
    func fold(_ start: Double, _ body: (inout Double, Double, _ offset: Int) -> Void) -> [Double] {
      var results = [Double](repeating: start, count: kept.reduce(1, *))
      forEachOffset(shape: x.shape, strides: strides) { position, offset in
        body(&results[offset], x.elements[position].asDouble, offset)
      }
      return results
    }
    var results: [Double]
    switch kind {
    case .mean, .sum, .logSum: results = fold(0) { sum, value, _ in sum += value }
    case .maximum: results = fold(-.infinity) { most, value, _ in most = Self.larger(most, value) }
    case .minimum: results = fold(.infinity) { least, value, _ in least = -Self.larger(-least, -value) }
    case .product: results = fold(1) { product, value, _ in product *= value }
    case .l1Norm: results = fold(0) { sum, value, _ in sum += value.magnitude }
    case .l2Norm, .sumOfSquares: results = fold(0) { sum, value, _ in sum += value * value }
    case .logSumExp:
      let largest = fold(-.infinity) { most, value, _ in most = Self.larger(most, value) }
      // Where the maximum is infinite it is the result: subtracting it would give NaN.
      let sums = fold(0) { sum, value, offset in sum += largest[offset].isInfinite ? 1 : exp(value - largest[offset]) }
      results = zip(largest, sums).map { $0.isInfinite ? $0 : $0 + log($1) }
    }
    switch kind {
    case .mean:
      let count = Double(axes.reduce(1) { $0 * x.shape[$1] })
      for position in results.indices { results[position] /= count }
    case .l2Norm: results = results.map { $0.squareRoot() }
    case .logSum: results = results.map { log($0) }
    default: break
    }
    return [ReferenceArray(shape: try outputShape(of: inputs), elements: results.map { Scalar($0) })]
  }

  /// The larger number; NaN if one is.
  private static func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }
}

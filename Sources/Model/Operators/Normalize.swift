import FerryTensor

/// Brings the elements along some axes to a common scale, by statistics of the elements themselves.
public struct Normalize: Operator {
  public static let name = "Normalize"

  /// What an element x becomes, where μ, σ² and q are the mean, the variance (over n, not n − 1) and the mean square of
  /// the elements along the axes.
  public enum Kind: String, Sendable, CaseIterable {
    /// (x − μ) / √(σ² + ε)
    case standardized
    /// (x − μ) / (σ + ε)
    case standardizedByDeviation
    /// x / √(q + ε)
    case rootMeanSquare
    /// x / Σ|x|; 0 where that is 0
    case absoluteSum
    /// x / √(Σx²); 0 where that is 0
    case euclidean
    /// 1 / √(σ² + ε), one for each group of elements: axes stay with extent 1
    case inverseDeviation
  }

  public let kind: Kind
  /// Ascending, each once, counted from the front.
  public let axes: [Int]
  public let epsilon: Float

  public init(_ kind: Kind, axes: [Int], epsilon: Float = 0) throws {
    guard epsilon >= 0, epsilon.isFinite else { throw invalid("epsilon is \(epsilon)", supported: "0 or more") }
    self.kind = kind
    self.axes = Set(axes).sorted()
    self.epsilon = epsilon
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      attributes.choice("kind"), axes: attributes.integers("axes"), epsilon: Float(attributes.real("epsilon")))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("kind", .text(kind.rawValue)), Attribute("axes", .integers(axes)),
      Attribute("epsilon", .real(Double(epsilon))),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let shape = inputs[0]
    guard axes.allSatisfy(shape.indices.contains) else {
      throw invalid("axes \(axes) do not all exist in the shape \(shape.text)")
    }
    return [kind == .inverseDeviation ? shape.indices.map { axes.contains($0) ? 1 : shape[$0] } : shape]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    var x = inputs[0]
    let kept = x.shape.indices.map { axes.contains($0) ? 1 : x.shape[$0] }
    let keptStrides = ReferenceArray<Scalar>.strides(of: kept)
    let strides = x.shape.indices.map { axes.contains($0) ? 0 : keptStrides[$0] }
    let groups = kept.reduce(1, *)
    let count = Double(axes.reduce(1) { $0 * x.shape[$1] })

    func sums(_ term: (_ x: Double, _ group: Int) -> Double) -> [Double] {
      var sums = [Double](repeating: 0, count: groups)
      forEachOffset(shape: x.shape, strides: strides) { position, group in
        sums[group] += term(x.elements[position].asDouble, group)
      }
      return sums
    }
    let usesMean = kind == .standardized || kind == .standardizedByDeviation || kind == .inverseDeviation
    let means = usesMean ? sums { x, _ in x }.map { $0 / count } : [Double](repeating: 0, count: groups)
    let spreads =
      kind == .absoluteSum
      ? sums { x, _ in abs(x) } : sums { x, group in (x - means[group]) * (x - means[group]) }
    let scales = spreads.map { scale($0, count) }
    if kind == .inverseDeviation { return [ReferenceArray(shape: kept, elements: scales.map { Scalar($0) })] }
    forEachOffset(shape: x.shape, strides: strides) { position, group in
      x.elements[position] = Scalar((x.elements[position].asDouble - means[group]) * scales[group])
    }
    return [x]
  }

  /// The factor of a group whose absolute values or squared distances from the mean have the sum `spread`.
  private func scale(_ spread: Double, _ count: Double) -> Double {
    let epsilon = Double(epsilon)
    switch kind {
    case .standardized, .rootMeanSquare, .inverseDeviation: return 1 / (spread / count + epsilon).squareRoot()
    case .standardizedByDeviation: return 1 / ((spread / count).squareRoot() + epsilon)
    case .absoluteSum: return spread == 0 ? 0 : 1 / spread
    case .euclidean: return spread == 0 ? 0 : 1 / spread.squareRoot()
    }
  }
}

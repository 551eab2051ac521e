import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// y = x₁ ⊕ x₂ element by element, after both have been broadcast to a common shape from the last axis on.
public struct Binary: Operator {
  public static let name = "Binary"

  public enum Kind: String, Sendable, CaseIterable {
    case add, subtract, multiply, divide, maximum, minimum, power
    /// x₁ − ⌊x₁ / x₂⌋ · x₂, with the sign of x₂, as Python's %
    case modulo
    /// x₁ − trunc(x₁ / x₂) · x₂, with the sign of x₁, as C's fmod
    case remainder
  }
  public let kind: Kind

  public init(_ kind: Kind) { self.kind = kind }

  public init(attributes: inout AttributeReader) throws {
    kind = try attributes.choice("kind")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("kind", .text(kind.rawValue))] }
  public var inputCount: ClosedRange<Int> { 2...2 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    [try Self.broadcast(inputs[0], inputs[1])]
  }

  /// The common shape of two operands.
  ///
  /// - Throws: `invalidModel` if two extents differ and neither is 1.
  static func broadcast(_ a: [Dimension], _ b: [Dimension]) throws -> [Dimension] {
    let rank = max(a.count, b.count)
    let left = [Dimension](repeating: 1, count: rank - a.count) + a
    let right = [Dimension](repeating: 1, count: rank - b.count) + b
    return try zip(left, right).map { x, y in
      if x == y || y == 1 { return x }
      if x == 1 { return y }
      // Of a symbol and a number other than 1, the number must hold. Two expressions that are not known to be equal,
      // such as a picture's height halved and doubled again, are settled when the graph is bound.
      if x.value == nil, y.value != nil { return y }
      if y.value == nil { return x }
      throw invalid("shapes \(a.text) and \(b.text) cannot be broadcast: \(x) against \(y)")
    }
  }

  func callAsFunction(_ x: Double, _ y: Double) -> Double {
    switch kind {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .maximum: x.isNaN || y.isNaN ? .nan : Swift.max(x, y)
    case .minimum: x.isNaN || y.isNaN ? .nan : Swift.min(x, y)
    case .power: pow(x, y)
    case .modulo: Self.modulo(x, y)
    case .remainder: fmod(x, y)
    }
  }

  private static func modulo(_ x: Double, _ y: Double) -> Double {
    let remainder = fmod(x, y)
    if remainder == 0 { return Double(signOf: y, magnitudeOf: 0) }
    return (remainder < 0) == (y < 0) ? remainder : remainder + y
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let shape = try outputShape(of: inputs)
    var y = ReferenceArray<Scalar>(zeros: shape)
    let (left, right) = (inputs[0], inputs[1])
    forEachOffset(shape: shape, strides: left.broadcastStrides(to: shape)) { position, offset in
      y.elements[position] = left.elements[offset]
    }
    forEachOffset(shape: shape, strides: right.broadcastStrides(to: shape)) { position, offset in
      y.elements[position] = Scalar(self(y.elements[position].asDouble, right.elements[offset].asDouble))
    }
    return [y]
  }
}

extension ReferenceArray {
  /// Strides that read this array as if it had `shape`: 0 along every repeated axis.
  package func broadcastStrides(to shape: [Int]) -> [Int] {
    let padding = shape.count - self.shape.count
    return [Int](repeating: 0, count: padding) + zip(self.shape, strides).map { $0 == 1 ? 0 : $1 }
  }
}

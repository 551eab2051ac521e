import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// y = f(x), element by element, for the functions of one number that have no fast form; those that have are kinds of
/// `Activation`.
///
/// NaN gives NaN except where a kind says otherwise; infinities and signed zeros are those of IEEE 754 for the formula.
public struct Unary: Operator {
  public static let name = "Unary"

  public enum Kind: String, Sendable, CaseIterable {
    /// |x|
    case absolute
    case acos, acosh, asin, asinh, atan, atanh
    case ceil
    /// x < 0 ? a · (exp(x / a) − 1) : x
    case celu
    case cos, cosh
    /// x < 0 ? a · (exp(x) − 1) : x
    case elu
    /// 2/√π · ∫ from 0 to x of exp(−t²) dt
    case erf
    case exp, floor
    /// x · Φ(x), the normal distribution
    case gelu
    /// x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))
    case geluTanh
    /// The natural logarithm: −∞ of 0, NaN below
    case log
    /// x · tanh(log(1 + exp(x)))
    case mish
    /// −x
    case negate
    /// 1 / x
    case reciprocal
    /// To the nearest whole number, halves to the even one
    case round
    /// b · (x > 0 ? x : a · (exp(x) − 1))
    case selu
    /// x < −a ? x + b : x > a ? x − b : 0; NaN gives 0
    case shrink
    /// −1, 0 or 1
    case sign
    case sin, sinh
    /// log(1 + exp(x))
    case softplus
    /// x / (1 + |x|)
    case softsign
    /// √x; NaN below 0
    case squareRoot
    /// x / (1 + exp(−a · x))
    case swish
    case tan
    /// x > a ? x : 0; NaN gives 0
    case threshold

    /// How many of the parameters the formula reads.
    var parameterCount: Int {
      switch self {
      case .celu, .elu, .swish, .threshold: 1
      case .selu, .shrink: 2
      default: 0
      }
    }
  }

  public let kind: Kind
  /// The parameters of the kinds that have them, single precision as in every source; 0 otherwise.
  public let a: Float
  public let b: Float

  public init(_ kind: Kind, a: Float = 0, b: Float = 0) {
    self.kind = kind
    self.a = a
    self.b = b
  }

  public init(attributes: inout AttributeReader) throws {
    kind = try attributes.choice("kind")
    a = Float(try attributes.real("a"))
    b = Float(try attributes.real("b"))
    try attributes.finish()
    guard (kind.parameterCount > 0 || a == 0) && (kind.parameterCount > 1 || b == 0) else {
      throw invalid("the function \(kind.rawValue) has no such parameters: \(a), \(b)")
    }
  }

  public var attributes: [Attribute] {
    [
      Attribute("kind", .text(kind.rawValue)), Attribute("a", .real(Double(a))), Attribute("b", .real(Double(b))),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] { [inputs[0]] }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    switch kind {
    case .absolute, .negate, .sign: inputs.contains(.bool) ? try floatTypes(for: inputs) : inputs
    default: try floatTypes(for: inputs)
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    [inputs[0].map { self($0) }]
  }

  /// The value in double precision, by formulas that lose nothing where the textbook's overflow or cancel.
  func callAsFunction(_ x: Double) -> Double {
    let a = Double(a)
    let b = Double(b)
    switch kind {
    case .absolute: return x.magnitude
    case .acos: return acos(x)
    case .acosh: return acosh(x)
    case .asin: return asin(x)
    case .asinh: return asinh(x)
    case .atan: return atan(x)
    case .atanh: return atanh(x)
    case .ceil: return x.rounded(.up)
    case .celu: return x < 0 ? a * expm1(x / a) : x
    case .cos: return cos(x)
    case .cosh: return cosh(x)
    case .elu: return x < 0 ? a * expm1(x) : x
    case .erf: return erf(x)
    case .exp: return exp(x)
    case .floor: return x.rounded(.down)
    // Φ(x) = erfc(−x/√2)/2 keeps its digits far below 0, where 1 + erf(x/√2) has cancelled them.
    case .gelu: return x * 0.5 * erfc(-x * 0.5.squareRoot())
    // (1 + tanh(u))/2 = 1/(1 + exp(−2u)), for the same reason.
    case .geluTanh:
      return x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .log: return log(x)
    case .mish: return x * tanh(Self.softplus(x))
    case .negate: return -x
    case .reciprocal: return 1 / x
    case .round: return x.rounded(.toNearestOrEven)
    case .selu: return b * (x > 0 ? x : a * expm1(x))
    case .shrink: return x < -a ? x + b : x > a ? x - b : 0
    case .sign: return x > 0 ? 1 : x < 0 ? -1 : x.isNaN ? x : 0
    case .sin: return sin(x)
    case .sinh: return sinh(x)
    case .softplus: return Self.softplus(x)
    case .softsign: return x / (1 + x.magnitude)
    case .squareRoot: return x.squareRoot()
    case .swish: return x / (1 + exp(-a * x))
    case .tan: return tan(x)
    case .threshold: return x > a ? x : 0
    }
  }

  /// log(1 + exp(x)): exp never overflows, and small results keep their digits.
  private static func softplus(_ x: Double) -> Double {
    x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
  }
}

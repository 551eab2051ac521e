import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A function of one number, as a node of its own or at the end of a convolution or a product.
public struct Activation: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    /// x
    case identity
    /// max(x, 0)
    case relu
    /// min(max(x, a), b); ReLU6 is a = 0, b = 6
    case clip
    /// 1 / (1 + exp(-x))
    case sigmoid
    /// x / (1 + exp(-x))
    case silu
    /// max(0, min(1, a·x + b))
    case hardSigmoid
    /// x · max(0, min(1, a·x + b))
    case hardSwish
    /// x < 0 ? a·x : x
    case leakyRelu
    case tanh
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

  public static let identity = Activation(.identity)

  /// The value in double precision. NaN gives NaN.
  public func callAsFunction(_ x: Double) -> Double {
    let a = Double(a)
    let b = Double(b)
    switch kind {
    case .identity: return x
    case .relu: return x < 0 ? 0 : x
    case .clip:
      // In this order where the bounds cross: the upper one wins, as ONNX defines it.
      let raised = x < a ? a : x
      return raised > b ? b : raised
    case .sigmoid: return 1 / (1 + exp(-x))
    case .silu: return x / (1 + exp(-x))
    case .hardSigmoid: return Self.clamp(a * x + b)
    case .hardSwish: return x * Self.clamp(a * x + b)
    case .leakyRelu: return x < 0 ? a * x : x
    case .tanh: return tanh_(x)
    }
  }

  private static func clamp(_ x: Double) -> Double { x < 0 ? 0 : (x > 1 ? 1 : x) }

  /// Attributes to append to those of an operator that ends with an activation.
  var attributes: [Attribute] {
    [
      Attribute("activation", .text(kind.rawValue)), Attribute("activationA", .real(Double(a))),
      Attribute("activationB", .real(Double(b))),
    ]
  }

  init(attributes: inout AttributeReader) throws {
    kind = try attributes.choice("activation")
    a = Float(try attributes.real("activationA"))
    b = Float(try attributes.real("activationB"))
  }
}

private func tanh_(_ x: Double) -> Double { tanh(x) }

/// y = activation(x), element by element.
public struct Activate: Operator {
  public static let name = "Activation"
  public let activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  public init(attributes: inout AttributeReader) throws {
    activation = try Activation(attributes: &attributes)
    try attributes.finish()
  }

  public var attributes: [Attribute] { activation.attributes }
  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    try activation == .identity ? inputs : floatTypes(for: inputs)
  }
  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] { [inputs[0]] }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    [inputs[0].map { activation($0) }]
  }
}

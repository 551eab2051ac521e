/// A function of one number, applied where a value is produced.
public enum ActivationKind: UInt8, BitwiseCopyable, Sendable {
  /// x
  case identity
  /// max(x, 0), and NaN for NaN
  case relu
  /// min(max(x, a), b), and NaN for NaN
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
  /// exp(x), within 2 units in the last place
  case exponential
}

public struct ActivationTask: BitwiseCopyable, Sendable {
  public var kind: ActivationKind
  public var a: Float
  public var b: Float
  public init(_ kind: ActivationKind = .identity, a: Float = 0, b: Float = 0) {
    self.kind = kind
    self.a = a
    self.b = b
  }
}

/// What happens to a sum before it is stored: `activation(sum + residual)`. `residual` is addressed like the output.
public struct Epilogue: BitwiseCopyable, @unchecked Sendable {
  public var residual: UnsafePointer<Float>?
  public var activation: ActivationTask
  public init(residual: UnsafePointer<Float>? = nil, activation: ActivationTask = ActivationTask()) {
    self.residual = residual
    self.activation = activation
  }
}

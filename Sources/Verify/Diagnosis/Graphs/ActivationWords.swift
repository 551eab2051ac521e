import FerryModel

/// The activations that are tried, and how people call them.
enum ActivationWords {
  /// The frequent ones first.
  static let all: [any Operator] = [
    Activate(Activation(.relu)),
    Activate(Activation(.clip, a: 0, b: 6)),
    Activate(Activation(.silu)),
    Activate(Activation(.hardSwish, a: 1 / 6, b: 0.5)),
    Activate(Activation(.sigmoid)),
    Activate(Activation(.hardSigmoid, a: 1 / 6, b: 0.5)),
    Activate(Activation(.hardSigmoid, a: 0.2, b: 0.5)),
    Activate(Activation(.tanh)),
    Activate(Activation(.leakyRelu, a: 0.01)),
    Activate(Activation(.leakyRelu, a: 0.1)),
    Activate(Activation(.leakyRelu, a: 0.2)),
    Activate(Activation(.leakyRelu, a: 0.3)),
    Activate(Activation(.leakyRelu, a: 0.25)),
    Unary(.elu, a: 1),
    Unary(.selu, a: 1.6732632, b: 1.050701),
    Unary(.gelu),
    Unary(.geluTanh),
    Unary(.swish, a: 1.702),
    Unary(.mish),
    Unary(.softplus),
    Unary(.softsign),
    Activate(Activation(.clip, a: 0, b: 1)),
    Activate(Activation(.clip, a: -1, b: 1)),
  ]

  /// Functions that end a layer rarely.
  static let unusual: [any Operator] = [
    Unary(.negate), Unary(.absolute), Unary(.exp), Unary(.log), Unary(.squareRoot), Unary(.reciprocal),
  ]

  static func of(_ operation: any Operator) -> String {
    switch operation {
    case let activate as Activate: words(activate.activation)
    case let unary as Unary: words(unary)
    case is PRelu: "PReLU"
    default: operation.name
    }
  }

  private static func words(_ activation: Activation) -> String {
    switch activation.kind {
    case .identity: "no activation"
    case .relu: "ReLU"
    case .clip where activation.a == 0 && activation.b == 6: "ReLU6"
    case .clip: "clipping to \(figure(Double(activation.a)))…\(figure(Double(activation.b)))"
    case .sigmoid: "sigmoid"
    case .silu: "SiLU"
    case .hardSigmoid: "hard sigmoid (\(slope(activation.a))·x + \(figure(Double(activation.b))))"
    case .hardSwish where activation.b == 0.5: "HardSwish"
    case .hardSwish: "HardSwish (\(slope(activation.a))·x + \(figure(Double(activation.b))))"
    case .leakyRelu: "LeakyReLU of slope \(figure(Double(activation.a)))"
    case .tanh: "tanh"
    }
  }

  private static func slope(_ value: Float) -> String { value == 1 / 6 ? "1/6" : figure(Double(value)) }

  private static func words(_ unary: Unary) -> String {
    switch unary.kind {
    case .elu: "ELU of alpha \(figure(Double(unary.a)))"
    case .selu: "SELU"
    case .gelu: "GELU"
    case .geluTanh: "GELU by its tanh formula"
    case .swish: "x · sigmoid(\(figure(Double(unary.a)))·x)"
    case .mish: "Mish"
    case .negate: "the sign turned"
    case .absolute: "the absolute value"
    case .exp: "the exponential"
    case .log: "the logarithm"
    case .reciprocal: "the reciprocal"
    case .squareRoot: "the square root"
    default: unary.kind.rawValue
    }
  }
}

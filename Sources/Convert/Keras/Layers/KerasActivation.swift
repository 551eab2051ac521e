import FerryModel
import FerryTensor

/// A function that Keras applies to a layer's result, as operators that follow one another.
struct KerasActivation {
  /// The operators for a value of that rank; none for `linear`.
  let operators: @Sendable (_ rank: Int) throws -> [any Operator]
  let isLinear: Bool

  static let linear = KerasActivation(operators: { _ in [] }, isLinear: true)

  init(_ operators: (any Operator)...) {
    self.init(operators: { _ in operators }, isLinear: false)
  }

  init(operators: @escaping @Sendable (Int) throws -> [any Operator], isLinear: Bool = false) {
    self.operators = operators
    self.isLinear = isLinear
  }

  init(_ kind: Activation.Kind, a: Double = 0, b: Double = 0) {
    self.init(Activate(Activation(kind, a: Float(a), b: Float(b))))
  }

  init(_ kind: Unary.Kind, a: Double = 0, b: Double = 0) { self.init(Unary(kind, a: Float(a), b: Float(b))) }

  static let relu6 = KerasActivation(.clip, a: 0, b: 6)

  /// Over the last of Keras's axes.
  static let softmax = KerasActivation(operators: { rank in
    [Softmax(axis: KerasAxes.graphAxis(rank - 1, rank: rank))]
  })

  static let logSoftmax = KerasActivation(operators: { rank in
    [LogSoftmax(axis: KerasAxes.graphAxis(rank - 1, rank: rank))]
  })

  /// max(x, slope · x) below `maximum`; with a threshold, x above it and 0 elsewhere.
  static func relu(maximum: Double?, slope: Double, threshold: Double) throws -> KerasActivation {
    guard threshold >= 0 else {
      throw FerryError(.invalidModel, "ReLU has a threshold of \(threshold)", supported: "0 and more")
    }
    guard threshold == 0 || slope == 0 else {
      throw FerryError(
        .unsupportedAttribute, "ReLU has both a slope of \(slope) and a threshold of \(threshold)",
        supported: "one of them", hint: "convert the model's ONNX export")
    }
    if let maximum, maximum < 0 {
      throw FerryError(.invalidModel, "ReLU has a maximum of \(maximum)", supported: "0 and more")
    }
    let bound = Float(maximum ?? .infinity)
    if threshold != 0 {
      let above = Unary(.threshold, a: Float(threshold))
      // Keras clips to 0 below as well, but only where there is a maximum.
      guard maximum != nil else { return KerasActivation(above) }
      return KerasActivation(above, Activate(Activation(.clip, a: 0, b: bound)))
    }
    guard slope != 0 else {
      return maximum == nil ? KerasActivation(.relu) : KerasActivation(Activate(Activation(.clip, a: 0, b: bound)))
    }
    let leaky = Activate(Activation(.leakyRelu, a: Float(slope)))
    guard maximum != nil else { return KerasActivation(leaky) }
    return KerasActivation(leaky, Activate(Activation(.clip, a: -.infinity, b: bound)))
  }
}

/// Keras's functions by name.
package enum KerasActivationCatalogue {
  /// The names that Ferry knows.
  package static let names: [String] = standard.keys.sorted()

  fileprivate static let standard: [String: KerasActivation] = [
    "linear": .linear,
    "relu": KerasActivation(.relu),
    "relu6": .relu6,
    "leaky_relu": KerasActivation(.leakyRelu, a: 0.2),
    "sigmoid": KerasActivation(.sigmoid),
    // Keras 2 and 3 differ; see `function`.
    "hard_sigmoid": KerasActivation(.hardSigmoid, a: 0.2, b: 0.5),
    "tanh": KerasActivation(.tanh),
    "softmax": .softmax,
    "log_softmax": .logSoftmax,
    "silu": KerasActivation(.silu),
    "swish": KerasActivation(.silu),
    "hard_silu": KerasActivation(.hardSwish, a: 1.0 / 6, b: 0.5),
    "hard_swish": KerasActivation(.hardSwish, a: 1.0 / 6, b: 0.5),
    "elu": KerasActivation(.elu, a: 1),
    "selu": KerasActivation(.selu, a: 1.673_263_242_354_377_2, b: 1.050_700_987_355_480_5),
    "celu": KerasActivation(.celu, a: 1),
    "softplus": KerasActivation(.softplus),
    "softsign": KerasActivation(.softsign),
    "exponential": KerasActivation(.exp),
    "gelu": KerasActivation(.gelu),
    "mish": KerasActivation(.mish),
    "hard_tanh": KerasActivation(.clip, a: -1, b: 1),
  ]

  static func function(_ name: String, kerasMajorVersion: Int) -> KerasActivation? {
    if name == "hard_sigmoid", kerasMajorVersion >= 3 { return KerasActivation(.hardSigmoid, a: 1.0 / 6, b: 0.5) }
    return standard[name]
  }
}

extension KerasOptions {
  /// A function given by its name, or as an object that Keras registered: a function, or one of its activation layers.
  func activation(
    _ name: String, kerasMajorVersion: Int, default standard: String = "linear"
  ) throws -> KerasActivation {
    switch value(name) {
    case nil: return try function(standard, name, kerasMajorVersion)
    case .string(let text): return try function(text, name, kerasMajorVersion)
    case .object(let object):
      guard case .string(let className)? = object["class_name"], KerasClassNames.isKeras(object) else {
        throw unknownFunction(JSONValue.object(object).pretty, name)
      }
      if case .string(let text)? = object["config"] { return try function(text, name, kerasMajorVersion) }
      guard case .object(let settings)? = object["config"], let make = KerasActivationLayers.byClass[className] else {
        throw unknownFunction("a \(className)", name)
      }
      let options = KerasOptions(settings)
      let activation = try make(options, kerasMajorVersion)
      options.pass("dtype")
      try options.finish()
      return activation
    default: throw wrongKind(name, "the name of a function")
    }
  }

  private func function(_ text: String, _ option: String, _ version: Int) throws -> KerasActivation {
    guard let function = KerasActivationCatalogue.function(text, kerasMajorVersion: version) else {
      throw unknownFunction("\"\(text)\"", option)
    }
    return function
  }

  private func unknownFunction(_ text: String, _ option: String) -> FerryError {
    refusal(
      option, "\(option) is \(text), which Ferry does not know",
      supported: KerasActivationCatalogue.names.joined(separator: ", "))
  }
}

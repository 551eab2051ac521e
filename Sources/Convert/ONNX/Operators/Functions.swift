import FerryModel
import FerryTensor

/// Functions of one number that are not activations of the fast path.
extension ONNXOperator {
  static let abs = function("Abs", .absolute)
  static let acos = function("Acos", since: 7, .acos)
  static let acosh = function("Acosh", since: 9, .acosh)
  static let asin = function("Asin", since: 7, .asin)
  static let asinh = function("Asinh", since: 9, .asinh)
  static let atan = function("Atan", since: 7, .atan)
  static let atanh = function("Atanh", since: 9, .atanh)
  static let ceil = function("Ceil", .ceil)
  static let cos = function("Cos", since: 7, .cos)
  static let cosh = function("Cosh", since: 9, .cosh)
  static let erf = function("Erf", since: 9, .erf)
  static let exp = function("Exp", .exp)
  static let floor = function("Floor", .floor)
  static let log = function("Log", .log)
  static let mish = function("Mish", since: 18, .mish)
  static let neg = function("Neg", .negate)
  static let reciprocal = function("Reciprocal", .reciprocal)
  static let round = function("Round", since: 11, .round)
  static let sign = function("Sign", since: 9, .sign)
  static let sin = function("Sin", since: 7, .sin)
  static let sinh = function("Sinh", since: 9, .sinh)
  static let softplus = function("Softplus", .softplus)
  static let softsign = function("Softsign", .softsign)
  static let sqrt = function("Sqrt", .squareRoot)
  static let tan = function("Tan", since: 7, .tan)

  static let celu = function("Celu", since: 12) { node in
    Unary(.celu, a: try node.float("alpha", default: 1))
  }
  static let elu = function("Elu") { node in
    Unary(.elu, a: try node.float("alpha", default: 1))
  }
  static let selu = function("Selu") { node in
    Unary(
      .selu, a: try node.float("alpha", default: 1.67326319217681884765625),
      b: try node.float("gamma", default: 1.05070102214813232421875))
  }
  static let shrink = function("Shrink", since: 9) { node in
    Unary(.shrink, a: try node.float("lambd", default: 0.5), b: try node.float("bias", default: 0))
  }
  static let thresholdedRelu = function("ThresholdedRelu", since: 10) { node in
    Unary(.threshold, a: try node.float("alpha", default: 1))
  }
  static let gelu = function("Gelu", since: 20) { node in
    switch try node.string("approximate", default: "none") {
    case "none": return Unary(.gelu)
    case "tanh": return Unary(.geluTanh)
    case let other:
      throw node.refusal("approximate", "Gelu has approximate = \(other)", supported: "none, tanh")
    }
  }
  static let swish = function("Swish", since: 24) { node in
    let alpha = try node.float("alpha", default: 1)
    // With the usual factor it is the activation that has a fast form.
    return alpha == 1 ? Activate(Activation(.silu)) : Unary(.swish, a: alpha)
  }

  private static func function(_ type: String, since version: Int = 6, _ kind: Unary.Kind) -> ONNXOperator {
    function(type, since: version) { _ in Unary(kind) }
  }

  private static func function(
    _ type: String, since version: Int = 6,
    _ make: @escaping @Sendable (inout ONNXNodeImport) throws -> any Operator
  ) -> ONNXOperator {
    ONNXOperator(type, opsets: version...28, inputs: 1...1) { node in
      let operation = try make(&node)
      try node.emit(operation, [node.operand(0)])
    }
  }
}

import FerryModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Activation {
  /// The x for which the activation gives `y`; NaN where several do, where none does, and where rounding of `y` would
  /// make it meaningless.
  func inverse(_ y: Double) -> Double {
    let (a, b) = (Double(a), Double(b))
    switch kind {
    case .identity: return y
    case .relu: return y > 0 ? y : .nan
    case .clip: return y > a && y < b ? y : .nan
    case .leakyRelu: return y >= 0 ? y : a > 0 ? y / a : .nan
    case .sigmoid: return y > 0.02 && y < 0.98 ? log(y / (1 - y)) : .nan
    case .tanh: return y.magnitude < 0.97 ? atanh(y) : .nan
    case .hardSigmoid: return y > 0 && y < 1 && a != 0 ? (y - b) / a : .nan
    case .hardSwish: return Self.inverse(y, hardSwish: a, b)
    case .silu: return Self.inverse(silu: y)
    }
  }

  /// Of x · clamp(a·x + b), on the branch above 0, where it grows.
  private static func inverse(_ y: Double, hardSwish a: Double, _ b: Double) -> Double {
    guard y > 0, a > 0, b > 0 else { return .nan }
    if y >= (1 - b) / a { return y }
    return (-b + (b * b + 4 * a * y).squareRoot()) / (2 * a)
  }

  /// Of x / (1 + exp(−x)), on the branch above 0, by Newton's method.
  private static func inverse(silu y: Double) -> Double {
    guard y > 0, y.isFinite else { return .nan }
    var x = y + 0.3
    for _ in 0..<50 {
      let gate = 1 / (1 + exp(-x))
      let step = (x * gate - y) / (gate * (1 + x * (1 - gate)))
      x -= step
      if step.magnitude <= 1e-15 * max(1, x.magnitude) { break }
    }
    return x
  }
}

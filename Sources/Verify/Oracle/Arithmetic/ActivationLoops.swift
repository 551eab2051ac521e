import FerryModel

extension Activation {
  /// Adds `bias` to `count` numbers and replaces each by the activation of the sum. Gives what `callAsFunction` gives.
  func end(_ x: UnsafeMutablePointer<Double>, _ count: Int, bias: Double = 0) {
    switch kind {
    case .identity: if bias != 0 { Self.each(x, count) { $0 + bias } }
    case .relu:
      Self.each(x, count) { value in
        let sum = value + bias
        return sum < 0 ? 0 : sum
      }
    case .clip:
      let (a, b) = (Double(a), Double(b))
      Self.each(x, count) { value in
        let sum = value + bias
        let raised = sum < a ? a : sum
        return raised > b ? b : raised
      }
    case .leakyRelu:
      let a = Double(a)
      Self.each(x, count) { value in
        let sum = value + bias
        return sum < 0 ? a * sum : sum
      }
    case .hardSigmoid, .hardSwish:
      let (a, b, isSwish) = (Double(a), Double(b), kind == .hardSwish)
      Self.each(x, count) { value in
        let sum = value + bias
        let line = a * sum + b
        let gate = line < 0 ? 0 : (line > 1 ? 1 : line)
        return isSwish ? sum * gate : gate
      }
    case .sigmoid, .silu, .tanh: Self.each(x, count) { self($0 + bias) }
    }
  }

  @inline(__always)
  private static func each(_ x: UnsafeMutablePointer<Double>, _ count: Int, _ function: (Double) -> Double) {
    for index in 0..<count { x[index] = function(x[index]) }
  }
}

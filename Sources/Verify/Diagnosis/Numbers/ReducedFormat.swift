/// A floating-point format of fewer digits than single precision.
enum ReducedFormat: String, CaseIterable {
  case float16, bfloat16
  /// Ten bits of fraction in single precision's range: what graphics processors multiply by default.
  case tensorFloat32

  private var fractionBits: Int { self == .bfloat16 ? 7 : 10 }

  /// The distance between two numbers of the format at a magnitude.
  func spacing(at value: Double) -> Double {
    let least: Double = self == .float16 ? 0x1p-24 : 0x1p-149
    guard value != 0, value.isFinite else { return least }
    return max(least, Double(sign: .plus, exponent: Int(value.exponent) - fractionBits, significand: 1))
  }

  /// The nearest number of the format, halves to even; infinite beyond its range.
  func rounded(_ value: Double) -> Double {
    guard value.isFinite else { return value }
    let spacing = spacing(at: value)
    let rounded = (value / spacing).rounded(.toNearestOrEven) * spacing
    return self == .float16 && rounded.magnitude > 65504 ? (value < 0 ? -.infinity : .infinity) : rounded
  }

  /// Whether all numbers are of the format, and enough of them are not 0 for that to mean something.
  func holds(_ values: [Double], least: Int = 64) -> Bool {
    var count = 0
    var distinct = Set<Double>()
    for value in values where value != 0 {
      guard rounded(value) == value else { return false }
      count += 1
      if distinct.count < least { distinct.insert(value) }
    }
    return count >= least && distinct.count >= least / 2
  }
}

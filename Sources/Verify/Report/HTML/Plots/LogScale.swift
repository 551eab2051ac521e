#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A logarithmic axis over whole decades.
struct LogScale {
  /// The decades at both ends, as powers of ten.
  let decades: ClosedRange<Int>
  /// Where the lowest and the highest decade stand, in the drawing's units.
  let start: Double
  let end: Double

  init(decades: ClosedRange<Int>, from start: Double, to end: Double) {
    self.decades = decades
    self.start = start
    self.end = end
  }

  /// Where a value stands. Values beyond the axis, 0 and infinity included, stand at its ends.
  func place(_ value: Double) -> Double {
    guard value > 0 else { return start }
    let decade = value.isInfinite ? Double(decades.upperBound) : log10(value)
    let (low, high) = (Double(decades.lowerBound), Double(decades.upperBound))
    return start + (min(high, max(low, decade)) - low) / max(1, high - low) * (end - start)
  }

  /// Every decade, or every second or third, so that there are no more than `limit`; the highest is one of them.
  func ticks(limit: Int) -> [Int] {
    let count = decades.count
    let step = max(1, (count + limit - 1) / max(1, limit))
    return decades.filter { (decades.upperBound - $0).isMultiple(of: step) }
  }

  static func value(_ decade: Int) -> Double { Double("1e\(decade)") ?? 0 }

  /// A power of ten as people write it: 10⁻⁷.
  static func label(_ decade: Int) -> String {
    switch decade {
    case 0: return "1"
    case 1: return "10"
    default:
      let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
      let power = "\(decade.magnitude)".compactMap(\.wholeNumberValue).map { digits[$0] }
      return "10" + (decade < 0 ? "⁻" : "") + String(power)
    }
  }
}

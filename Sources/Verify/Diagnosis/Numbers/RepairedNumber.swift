/// What a damaged number should be, from what it is and about what it has to be.
struct RepairedNumber {
  let value: Double
  /// Which damage it is, such as "one flipped exponent bit"; nil if it is none of those that are known.
  let damage: String?

  /// Whether only the place of the damage was taken from the golden.
  var isExact: Bool { damage != nil }

  /// - Parameters:
  ///   - present: the number as it is, of single precision.
  ///   - needed: about what it has to be.
  init(present: Double, needed: Double) {
    let bits = Float(present).bitPattern
    let flips = (0..<32).map { bit in (bit: bit, value: Double(Float(bitPattern: bits ^ 1 << UInt32(bit)))) }
    let nearest = flips.filter { $0.value.isFinite }.min {
      ($0.value - needed).magnitude < ($1.value - needed).magnitude
    }
    if let nearest, (nearest.value - needed).magnitude <= 2e-4 * needed.magnitude {
      value = nearest.value
      damage = nearest.bit == 31 ? "its sign" : nearest.bit >= 23 ? "one flipped exponent bit" : "one flipped bit"
    } else {
      value = needed
      damage = present == 0 ? "it was set to 0" : nil
    }
  }
}

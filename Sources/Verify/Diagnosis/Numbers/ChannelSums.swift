import FerryModel

/// Least squares for one factor and one offset: target ≈ factor · x + offset.
struct LineFit {
  private var (count, x, t, xx, xt, tt) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
  private var originX = 0.0
  private var originT = 0.0

  /// Takes a pair in. Sums are taken about the first pair, so that large means do not cancel digits.
  mutating func add(_ value: Double, _ target: Double) {
    if count == 0 { (originX, originT) = (value, target) }
    let (dx, dt) = (value - originX, target - originT)
    count += 1
    x += dx
    t += dt
    xx += dx * dx
    xt += dx * dt
    tt += dt * dt
  }

  var pairCount: Int { Int(count) }

  /// nil for fewer than two pairs, and where x does not vary.
  var line: (factor: Double, offset: Double)? {
    let variance = xx - x * x / count
    guard count >= 2, variance > 1e-12 * max(xx, .leastNormalMagnitude) else { return nil }
    let factor = (xt - x * t / count) / variance
    return (factor, originT + t / count - factor * (originX + x / count))
  }

  /// The mean of target − x; nil without pairs.
  var offset: Double? { count == 0 ? nil : originT - originX + (t - x) / count }

  /// The factor alone; nil where x is 0 everywhere.
  var factor: Double? {
    let squares = xx + 2 * originX * x + count * originX * originX
    guard squares > 0 else { return nil }
    return (xt + originX * t + originT * x + count * originX * originT) / squares
  }
}

/// The fits of each channel of a value to what it should be, over all elements of which that is known.
struct ChannelSums {
  let lines: [LineFit]

  /// - Parameters:
  ///   - x: what is fitted.
  ///   - target: of the same shape; NaN where it is not known.
  init(_ x: Values, _ target: Values) {
    let planes = x.planes
    lines = (0..<planes.channels).map { channel in
      var line = LineFit()
      planes.forEach(channel: channel) { position in
        let (value, wanted) = (x.elements[position], target.elements[position])
        if value.isFinite, wanted.isFinite { line.add(value, wanted) }
      }
      return line
    }
  }

  /// The number of pairs that a channel with two free numbers needs at least to be believed.
  static let leastPairs = 16

  /// Factor and offset of each channel; nil for those with too few known elements.
  func fits() -> [(factor: Double, offset: Double)?] {
    lines.map { $0.pairCount >= Self.leastPairs ? $0.line : nil }
  }

  /// The offset of each channel; nil for those with too few known elements.
  func offsets() -> [Double?] { lines.map { $0.pairCount >= Self.leastPairs / 2 ? $0.offset : nil } }

  /// The factor of each channel; nil for those with too few known elements.
  func factors() -> [Double?] { lines.map { $0.pairCount >= Self.leastPairs / 2 ? $0.factor : nil } }
}

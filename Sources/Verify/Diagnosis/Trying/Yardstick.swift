import FerryModel

/// Measures results against what is expected, by the rules of `Comparison`.
struct Yardstick {
  /// How far a result is from what is expected.
  struct Residual {
    /// The largest error relative to max|expected|; infinite if one side alone is NaN or infinite somewhere.
    let error: Double
    /// Whether every element is within the tolerance.
    let isWithin: Bool
    /// 1 − Σ(e − p)² / Σ(e − mean)²: 1 for a perfect prediction, 0 for one that is no better than a constant.
    let determination: Double
  }

  let expected: Values
  let tolerance: Tolerance
  /// max|expected| of the whole value, of which `expected` may be a part.
  let peak: Double
  private let spread: Double

  init(expected: Values, tolerance: Tolerance, peak: Double? = nil) {
    self.expected = expected
    self.tolerance = tolerance
    var largest = 0.0
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    for value in expected.elements where value.isFinite {
      largest = max(largest, value.magnitude)
      sum += value
      squares += value * value
      count += 1
    }
    self.peak = peak ?? largest
    spread = count == 0 ? 0 : max(0, squares - sum * sum / count)
  }

  /// The smallest allowed error of any element, relative to the peak.
  var relativeTolerance: Double {
    peak == 0 ? 0 : (tolerance.atol + tolerance.peak * peak) / peak
  }

  /// How large an error single precision may leave by itself; smaller ones say nothing about which candidate is right.
  var floor: Double { max(relativeTolerance / 16, 2e-7) }

  /// What is allowed at an element.
  func allowed(_ expected: Double) -> Double {
    tolerance.atol + tolerance.peak * peak + tolerance.rtol * expected.magnitude
  }

  /// - Parameter result: of the shape of `expected`.
  func measure(_ result: Values) -> Residual {
    let everywhere = tolerance.atol + tolerance.peak * peak
    let rtol = tolerance.rtol
    var (largest, squares) = (0.0, 0.0)
    var (isWithin, isFinite) = (true, true)
    expected.elements.withUnsafeBufferPointer { expected in
      result.elements.withUnsafeBufferPointer { result in
        for index in 0..<min(expected.count, result.count) {
          let (e, p) = (expected[index], result[index])
          let error = (e - p).magnitude
          guard error.isFinite else {
            // Equal infinities, and NaN where NaN is expected.
            if e == p || (e.isNaN && p.isNaN) { continue }
            isFinite = false
            isWithin = false
            continue
          }
          largest = max(largest, error)
          squares += error * error
          if error > everywhere + rtol * e.magnitude { isWithin = false }
        }
      }
    }
    let error = !isFinite ? .infinity : largest == 0 ? 0 : largest / peak
    return Residual(
      error: error, isWithin: isWithin,
      determination: squares == 0 ? 1 : spread == 0 || !isFinite ? 0 : 1 - squares / spread)
  }
}

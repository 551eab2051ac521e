#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The sums, extremes and counts behind a `Comparison`, from two passes over the elements and a few short ones for the
/// percentile; nothing as large as the tensors is allocated.
struct ErrorStatistics {
  private(set) var peak = 0.0
  private(set) var finiteCount = 0
  /// Elements that are the same infinity in both tensors.
  private(set) var equalInfinityCount = 0
  private(set) var errorSum = 0.0
  private(set) var maximumError = 0.0
  private(set) var maximumUnitsInLastPlace = 0
  private(set) var outsideCount = 0
  private(set) var nonFiniteMismatchCount = 0
  private(set) var percentile99Error = 0.0
  private(set) var worst: Worst?
  private var firstNonFiniteMismatch: Worst?
  // Sums of squares, of values scaled by a power of two to magnitudes below 2, so that no square overflows.
  private var signal = 0.0
  private var noise = 0.0
  private var actualSquares = 0.0
  private var products = 0.0
  /// The power of two that they are scaled by.
  private var scale = 1.0

  struct Worst {
    let index: Int
    let actual: Double
    let expected: Double
    let allowed: Double
    /// How far the error is beyond what is allowed; negative inside.
    let excess: Double
  }

  init(_ pairs: some ComparedPairs, _ tolerance: Tolerance) {
    scale = findPeak(pairs)
    addUp(pairs, tolerance)
    if let firstNonFiniteMismatch { worst = firstNonFiniteMismatch }
    if finiteCount > 0 {
      // The nearest rank: the error that 99 % of all, rounded up, do not exceed.
      percentile99Error = smallestError(pairs, rank: (finiteCount * 99 + 99) / 100)
    }
  }

  /// Finds max|expected|.
  ///
  /// - Returns: the power of two that brings the largest magnitude of both tensors to between 1 and 2.
  private mutating func findPeak(_ pairs: some ComparedPairs) -> Double {
    var largest = 0.0
    for index in 0..<pairs.count {
      let (actual, expected) = (pairs.actual(index).magnitude, pairs.expected(index).magnitude)
      if expected.isFinite && expected > peak { peak = expected }
      if actual.isFinite && actual > largest { largest = actual }
    }
    largest = max(largest, peak)
    guard largest > 0 else { return 1 }
    return Double(sign: .plus, exponent: min(1022, max(-1022, -Int(largest.exponent))), significand: 1)
  }

  private mutating func addUp(_ pairs: some ComparedPairs, _ tolerance: Tolerance) {
    let everywhere = tolerance.atol + tolerance.peak * peak
    for index in 0..<pairs.count {
      let (actual, expected) = (pairs.actual(index), pairs.expected(index))
      let allowed = everywhere + tolerance.rtol * expected.magnitude
      guard actual.isFinite && expected.isFinite else {
        // Equal infinities compare equal; a NaN matches any other, its payload means nothing.
        if actual == expected { equalInfinityCount += 1 }
        if actual == expected || (actual.isNaN && expected.isNaN) { continue }
        nonFiniteMismatchCount += 1
        if firstNonFiniteMismatch == nil {
          firstNonFiniteMismatch = Worst(
            index: index, actual: actual, expected: expected, allowed: expected.isFinite ? allowed : 0,
            excess: .infinity)
        }
        continue
      }
      let error = pairs.error(index)
      finiteCount += 1
      errorSum += error
      if error > maximumError { maximumError = error }
      if !(error <= allowed) { outsideCount += 1 }
      let excess = error - allowed
      if worst.map({ excess > $0.excess }) ?? true {
        worst = Worst(index: index, actual: actual, expected: expected, allowed: allowed, excess: excess)
      }
      let distance = (ordered(Float(actual)) - ordered(Float(expected))).magnitude
      if distance > maximumUnitsInLastPlace.magnitude { maximumUnitsInLastPlace = Int(distance) }
      let (scaledActual, scaledExpected, scaledError) = (actual * scale, expected * scale, error * scale)
      signal += scaledExpected * scaledExpected
      noise += scaledError * scaledError
      actualSquares += scaledActual * scaledActual
      products += scaledActual * scaledExpected
    }
    outsideCount += nonFiniteMismatchCount
  }

  /// The error of a given rank, counted from 1 at the smallest. Magnitudes are ordered as their bits are: twelve bits
  /// at a time are decided by counting, until few enough errors share them to be gathered and sorted.
  private func smallestError(_ pairs: some ComparedPairs, rank: Int) -> Double {
    let gathered = 4096
    var known: UInt64 = 0
    var knownMask: UInt64 = 0
    var rank = rank
    for shift: UInt64 in [52, 40, 28, 16, 4, 0] {
      let digits: UInt64 = shift == 0 ? 0xF : 0xFFF
      var counts = [Int](repeating: 0, count: Int(digits) + 1)
      counts.withUnsafeMutableBufferPointer { counts in
        forEachError(pairs) { bits in
          if bits & knownMask == known { counts[Int((bits &>> shift) & digits)] += 1 }
        }
      }
      var digit = 0
      while counts[digit] < rank {
        rank -= counts[digit]
        digit += 1
      }
      known |= UInt64(digit) << shift
      knownMask |= digits << shift
      if shift > 0 && counts[digit] <= gathered {
        var candidates: [UInt64] = []
        forEachError(pairs) { if $0 & knownMask == known { candidates.append($0) } }
        candidates.sort()
        return Double(bitPattern: candidates[rank - 1])
      }
    }
    return Double(bitPattern: known)
  }

  @inline(__always)
  private func forEachError(_ pairs: some ComparedPairs, _ body: (UInt64) -> Void) {
    for index in 0..<pairs.count where pairs.actual(index).isFinite && pairs.expected(index).isFinite {
      body(pairs.error(index).bitPattern)
    }
  }

  /// The smallest `peak` that would pass alone; nil if none would.
  var smallestPassingPeak: Double? {
    if nonFiniteMismatchCount > 0 { return nil }
    if maximumError == 0 { return 0 }
    var candidate = maximumError / peak
    // The division may have rounded down.
    while candidate.isFinite && candidate * peak < maximumError { candidate = candidate.nextUp }
    return candidate.isFinite ? candidate : nil
  }

  var cosine: Double {
    if signal == 0 || actualSquares == 0 { return signal == actualSquares ? 1 : 0 }
    return max(-1, min(1, products / (signal.squareRoot() * actualSquares.squareRoot())))
  }

  var rootMeanSquareError: Double { rootMeanSquare(noise) }

  var rootMeanSquareUnitsInLastPlace: Double {
    if noise == 0 { return 0 }
    let typical = Float(min(rootMeanSquare(signal), Double(Float.greatestFiniteMagnitude)))
    return rootMeanSquareError / Double(typical.ulp)
  }

  private func rootMeanSquare(_ squares: Double) -> Double {
    finiteCount == 0 ? 0 : (squares / Double(finiteCount)).squareRoot() / scale
  }

  var signalToNoiseDecibels: Double { noise == 0 ? .infinity : 10 * log10(signal / noise) }
}

/// The position of a number in the order of all float32 numbers; 0 and −0 share one.
@inline(__always)
private func ordered(_ value: Float) -> Int {
  let bits = Int(Int32(bitPattern: value.bitPattern))
  return bits >= 0 ? bits : -(bits & 0x7FFF_FFFF)
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import FerryTensor

/// Fills an `ErrorPicture` in one pass over the elements, behind one for max|expected|.
struct ErrorPainter {
  private(set) var histogram = ErrorPicture.Histogram(
    counts: [Int](repeating: 0, count: ErrorPicture.Histogram.binCount))

  var plane: ErrorPicture.Plane? {
    guard let map else { return nil }
    return ErrorPicture.Plane(
      height: shape[shape.rank - 2], width: shape[shape.rank - 1], rows: map.rows, columns: map.columns,
      errors: map.errors)
  }

  var channels: ErrorPicture.Channels? {
    channelErrors.isEmpty ? nil : ErrorPicture.Channels(count: shape[1], errors: channelErrors)
  }

  private struct Map {
    let rows, columns: Int
    var errors: [Float]
  }

  private let shape: Shape
  private var map: Map?
  private var channelErrors: [Float] = []

  init(_ shape: Shape) {
    self.shape = shape
    guard shape.elementCount > 0 else { return }
    if shape.rank >= 3 {
      let rows = min(shape[shape.rank - 2], ErrorPicture.Plane.limit)
      let columns = min(shape[shape.rank - 1], ErrorPicture.Plane.limit)
      map = Map(rows: rows, columns: columns, errors: [Float](repeating: 0, count: rows * columns))
    }
    if shape.rank >= 2 {
      channelErrors = [Float](repeating: 0, count: min(shape[1], ErrorPicture.Channels.limit))
    }
  }

  /// - Parameter pairs: as many as the shape has elements, row-major.
  mutating func paint(_ pairs: some ComparedPairs) {
    guard shape.elementCount > 0 else { return }
    var peak = 0.0
    for index in 0..<pairs.count {
      let expected = pairs.expected(index).magnitude
      if expected.isFinite && expected > peak { peak = expected }
    }
    let width = shape.rank > 0 ? shape[shape.rank - 1] : 1
    let height = shape.rank > 1 ? shape[shape.rank - 2] : 1
    let columns = map?.columns ?? 1
    let columnOf = (0..<width).map { $0 * columns / width }
    // A row of the last axis lies in one channel, unless that axis is the channels themselves.
    let rowsPerChannel = shape.rank >= 3 ? shape.strides[1] / width : 1
    for row in 0..<pairs.count / width {
      let mapRow = (row % height) * (map?.rows ?? 1) / height * columns
      var largest: Float = 0
      for column in 0..<width {
        let error = add(pairs, row * width + column, peak: peak)
        guard error > 0 else { continue }
        largest = max(largest, error)
        if map != nil {
          let cell = mapRow + columnOf[column]
          if let known = map?.errors[cell], error > known { map?.errors[cell] = error }
        }
        if shape.rank == 2 { raise(channel: column, to: error) }
      }
      if shape.rank >= 3, largest > 0 { raise(channel: row / rowsPerChannel % shape[1], to: largest) }
    }
  }

  private mutating func raise(channel: Int, to error: Float) {
    let bin = channel * channelErrors.count / shape[1]
    if error > channelErrors[bin] { channelErrors[bin] = error }
  }

  /// Counts one element.
  ///
  /// - Returns: its error relative to the peak.
  @inline(__always)
  private mutating func add(_ pairs: some ComparedPairs, _ index: Int, peak: Double) -> Float {
    let (actual, expected) = (pairs.actual(index), pairs.expected(index))
    guard actual.isFinite && expected.isFinite else {
      if actual == expected || (actual.isNaN && expected.isNaN) {
        histogram.zeroCount += 1
        return 0
      }
      histogram.nonFiniteCount += 1
      return .infinity
    }
    let error = pairs.error(index)
    guard error > 0 else {
      histogram.zeroCount += 1
      return 0
    }
    let relative = error / peak
    if relative >= Self.bounds[ErrorPicture.Histogram.binCount] {
      histogram.aboveCount += 1
    } else if relative < Self.bounds[0] {
      histogram.belowCount += 1
    } else {
      histogram.counts[Self.bin(relative)] += 1
    }
    // An error that float32 cannot hold is still one.
    return max(Float(relative), .leastNonzeroMagnitude)
  }

  /// The bin of an error within the bounds: a guess by its power of two, which may be up to two bins too low.
  @inline(__always)
  private static func bin(_ relative: Double) -> Int {
    var bin = firstBins[Int(relative.exponent) - lowestExponent]
    while relative >= bounds[bin + 1] { bin += 1 }
    return bin
  }

  /// The bins' lower bounds, and the upper one of the last.
  static let bounds: [Double] = (0...ErrorPicture.Histogram.binCount).map { bin in
    let quarters = bin + ErrorPicture.Histogram.decades.lowerBound * ErrorPicture.Histogram.binsPerDecade
    let perDecade = ErrorPicture.Histogram.binsPerDecade
    // Whole decades exactly as they are written.
    return quarters.isMultiple(of: perDecade)
      ? Double("1e\(quarters / perDecade)") ?? 0 : pow(10, Double(quarters) / Double(perDecade))
  }

  private static let lowestExponent = Int(bounds[0].exponent)

  /// For each power of two within the bounds, the bin that it lies in.
  private static let firstBins: [Int] = {
    let highest = Int(bounds[bounds.count - 1].exponent)
    return (lowestExponent...highest).map { exponent in
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      return max(0, (bounds.firstIndex { $0 > power } ?? bounds.count - 1) - 1)
    }
  }()
}

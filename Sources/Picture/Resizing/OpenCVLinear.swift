/// Bilinear interpolation of bytes as OpenCV does it: fractions of 11 bits, horizontally without rounding, vertically in
/// 16-bit arithmetic that drops bits in each product.
enum OpenCVLinear {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    if source.width == width && source.height == height {
      for row in 0..<height { body(row, source.row(row)) }
      return
    }
    let count = width * 3
    if source.width == 2 * width && source.height == 2 * height {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { bytes in
        guard let bytes = bytes.baseAddress else { return }
        for row in 0..<height {
          halve(source.row(2 * row), source.row(2 * row + 1), into: bytes, width: width)
          body(row, bytes)
        }
      }
      return
    }
    let columns = Side(width, of: source.width)
    let rows = Side(height, of: source.height)
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: 2 * count) { memory in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { bytes in
        guard let memory = memory.baseAddress, let bytes = bytes.baseAddress else { return }
        // The two rows of the source last interpolated horizontally, and which they are.
        var (upper, lower) = (memory, memory + count)
        var (upperRow, lowerRow) = (-1, -1)
        for row in 0..<height {
          let place = rows.places[row]
          let (first, second) = (max(place.first, 0), min(place.first + 1, source.height - 1))
          if first == lowerRow {
            swap(&upper, &lower)
            swap(&upperRow, &lowerRow)
          }
          if first != upperRow {
            columns.interpolate(source.row(first), into: upper)
            upperRow = first
          }
          var below = upper
          if second != first {
            if second != lowerRow {
              columns.interpolate(source.row(second), into: lower)
              lowerRow = second
            }
            below = lower
          }
          blend(upper, place.firstWeight, below, place.secondWeight, into: bytes, count: count)
          body(row, bytes)
        }
      }
    }
  }

  /// What OpenCV does where both sides are halved exactly: the mean of four pixels.
  private static func halve(
    _ upper: UnsafePointer<UInt8>, _ lower: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, width: Int
  ) {
    for column in 0..<width {
      for component in 0..<3 {
        let place = column * 6 + component
        let sum = UInt16(upper[place]) &+ UInt16(upper[place + 3]) &+ UInt16(lower[place]) &+ UInt16(lower[place + 3])
        target[column * 3 + component] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
      }
    }
  }

  /// Rows of 15-bit numbers, of which each product keeps the upper 16 bits.
  private static func blend(
    _ upper: UnsafePointer<Int16>, _ upperWeight: Int16, _ lower: UnsafePointer<Int16>, _ lowerWeight: Int16,
    into target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let (upperWeight, lowerWeight) = (Int32(upperWeight), Int32(lowerWeight))
    for index in 0..<count {
      let above = Int16(truncatingIfNeeded: (Int32(upper[index]) &* upperWeight) >> 16)
      let below = Int16(truncatingIfNeeded: (Int32(lower[index]) &* lowerWeight) >> 16)
      target[index] = UInt8(truncatingIfNeeded: (above &+ below &+ 2) >> 2)
    }
  }

  /// Where the pixels of one side come from.
  private struct Side {
    /// The pixel before the place, which is −1 at most where the place lies before the first pixel, and how much of it
    /// and of the next one is taken, in 2048ths.
    let places: [(first: Int, firstWeight: Int16, secondWeight: Int16)]
    let sourceSide: Int

    init(_ side: Int, of sourceSide: Int) {
      self.sourceSide = sourceSide
      let scale = 1 / (Double(side) / Double(sourceSide))
      places = (0..<side).map { index in
        let place = Float((Double(index) + 0.5) * scale - 0.5)
        let first = place.rounded(.down)
        let fraction = place - first
        return (Int(first), weight(1 - fraction), weight(fraction))
      }
    }

    /// Interpolates between columns: numbers below 2^15, the sums without their lowest four bits, which `blend` leaves
    /// out.
    func interpolate(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Int16>) {
      for (column, place) in places.enumerated() {
        for component in 0..<3 {
          let value: Int32
          if place.first < 0 || place.first >= sourceSide - 1 {
            value = Int32(source[min(max(place.first, 0), sourceSide - 1) * 3 + component]) << 11
          } else {
            let start = place.first * 3 + component
            value =
              Int32(source[start]) &* Int32(place.firstWeight) &+ Int32(source[start + 3]) &* Int32(place.secondWeight)
          }
          target[column * 3 + component] = Int16(truncatingIfNeeded: value >> 4)
        }
      }
    }
  }

  private static func weight(_ fraction: Float) -> Int16 { Int16((fraction * 2048).rounded(.toNearestOrEven)) }
}

/// Bilinear interpolation of bytes as OpenCV does it: fractions of 11 bits; horizontally nothing is rounded, vertically
/// each product loses its lower bits.
enum OpenCVLinear {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    if source.width == width && source.height == height {
      for row in 0..<height { body(row, source.row(row)) }
    } else if isHalving(source.width, source.height, width, height) {
      halve(source, width: width, height: height, body)
    } else {
      interpolate(source, width: width, height: height, body)
    }
  }

  /// Whether both sides are halved exactly: OpenCV takes the mean of four pixels then (its INTER_AREA).
  static func isHalving(_ sourceWidth: Int, _ sourceHeight: Int, _ width: Int, _ height: Int) -> Bool {
    sourceWidth.isMultiple(of: 2) && sourceWidth / 2 == width && sourceHeight.isMultiple(of: 2)
      && sourceHeight / 2 == height
  }

  private static func halve(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: width * 3)
    defer { bytes.deallocate() }
    for row in 0..<height {
      let (upper, lower) = (source.row(2 * row), source.row(2 * row + 1))
      for column in 0..<width {
        for component in 0..<3 {
          let place = column &* 6 &+ component
          let above = UInt16(upper[place]) &+ UInt16(upper[place &+ 3])
          let below = UInt16(lower[place]) &+ UInt16(lower[place &+ 3])
          bytes[column &* 3 &+ component] = UInt8(truncatingIfNeeded: (above &+ below &+ 2) &>> 2)
        }
      }
      body(row, bytes)
    }
  }

  private static func interpolate(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    let columns = Side(width, of: source.width)
    let rows = Side(height, of: source.height)
    let count = width * 3
    // One number more than a row has: pixels are written as four numbers.
    var cache = RowCache<Int16>(count: 2, stride: count + 1)
    let weights = UnsafeMutablePointer<SIMD8<Int16>>.allocate(capacity: 2)
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    defer {
      cache.deallocate()
      weights.deallocate()
      bytes.deallocate()
    }
    for (row, place) in rows.places.enumerated() {
      let (first, second) = (max(place.first, 0), min(place.first + 1, source.height - 1))
      let upper = cache.row(first) { columns.across(source.row(first), into: $0) }
      let lower = cache.row(second) { columns.across(source.row(second), into: $0) }
      weights[0] = SIMD8(repeating: place.weights.0)
      weights[1] = SIMD8(repeating: place.weights.1)
      blend(upper, lower, weights, into: bytes, count: count)
      body(row, bytes)
    }
  }

  /// Rows of 15-bit numbers; each product keeps what lies above its lower 16 bits.
  ///
  /// The weights come by memory that the compiler cannot see into: only where they are loaded beside the multiplication
  /// does it know that they have 16 bits, and takes the instruction for the upper halves of such products.
  @inline(never)
  private static func blend(
    _ upper: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>, _ weights: UnsafePointer<SIMD8<Int16>>,
    into target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let (above, below, result) = (UnsafeRawPointer(upper), UnsafeRawPointer(lower), UnsafeMutableRawPointer(target))
    let vectors = count / 8
    for vector in 0..<vectors {
      let first = product(above.loadUnaligned(fromByteOffset: vector &* 16, as: SIMD8<Int16>.self), weights[0])
      let second = product(below.loadUnaligned(fromByteOffset: vector &* 16, as: SIMD8<Int16>.self), weights[1])
      let sum = first &+ second &+ SIMD8(repeating: 2)
      result.storeBytes(
        of: SIMD8<UInt8>(truncatingIfNeeded: sum &>> 2), toByteOffset: vector &* 8, as: SIMD8<UInt8>.self)
    }
    let (upperWeight, lowerWeight) = (Int32(weights[0][0]), Int32(weights[1][0]))
    for index in vectors * 8..<count {
      let first = (Int32(upper[index]) &* upperWeight) >> 16
      let second = (Int32(lower[index]) &* lowerWeight) >> 16
      target[index] = UInt8(truncatingIfNeeded: (first &+ second &+ 2) >> 2)
    }
  }

  @inline(__always)
  private static func product(_ numbers: SIMD8<Int16>, _ weights: SIMD8<Int16>) -> SIMD8<Int16> {
    let product = SIMD8<Int32>(truncatingIfNeeded: numbers) &* SIMD8<Int32>(truncatingIfNeeded: weights)
    return SIMD8<Int16>(truncatingIfNeeded: product &>> 16)
  }
}

extension OpenCVLinear {
  /// Where the pixels of one side come from.
  struct Side {
    /// The pixel before the place (−1 where that lies before the first one), and how much of it and of the next one is
    /// taken, in 2048ths.
    let places: [(first: Int, weights: (Int16, Int16))]
    let sourceSide: Int
    /// The places between two pixels of which the second is not the last one.
    let inner: Range<Int>

    init(_ side: Int, of sourceSide: Int) {
      self.sourceSide = sourceSide
      // The reciprocal of a reciprocal, as OpenCV has it.
      let scale = 1 / (Double(side) / Double(sourceSide))
      let places: [(first: Int, weights: (Int16, Int16))] = (0..<side).map { index in
        let place = Float((Double(index) + 0.5) * scale - 0.5)
        let first = place.rounded(.down)
        let fraction = place - first
        // The rounding of a side of many millions must not leave the picture.
        return (min(max(Int(first), -1), sourceSide - 1), (Self.weight(1 - fraction), Self.weight(fraction)))
      }
      // Places only ever rise.
      let start = places.firstIndex { $0.first >= 0 } ?? side
      self.places = places
      inner = start..<max(start, places.firstIndex { $0.first >= sourceSide - 2 } ?? side)
    }

    private static func weight(_ fraction: Float) -> Int16 { Int16((fraction * 2048).rounded(.toNearestOrEven)) }

    /// Interpolates between columns: 15-bit numbers, the sums without their lowest four bits, which `blend` has no use
    /// for. One number beyond the row is overwritten.
    func across(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Int16>) {
      for column in 0..<inner.lowerBound { edge(column, source, target) }
      let (raw, rawTarget) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
      places.withUnsafeBufferPointer { places in
        for column in inner {
          let place = places[column]
          // Two pixels and two bytes.
          let bytes = raw.loadUnaligned(fromByteOffset: place.first &* 3, as: UInt64.self).littleEndian
          let left = unsafeBitCast(UInt32(truncatingIfNeeded: bytes), to: SIMD4<UInt8>.self)
          let right = unsafeBitCast(UInt32(truncatingIfNeeded: bytes &>> 24), to: SIMD4<UInt8>.self)
          let sum =
            SIMD4<Int32>(truncatingIfNeeded: left) &* SIMD4<Int32>(repeating: Int32(place.weights.0))
            &+ SIMD4<Int32>(truncatingIfNeeded: right) &* SIMD4<Int32>(repeating: Int32(place.weights.1))
          let limit = SIMD4<Int32>(repeating: 32767)
          let shifted = pointwiseMax(pointwiseMin(sum &>> 4, limit), SIMD4<Int32>(repeating: -32768))
          rawTarget.storeBytes(
            of: SIMD4<Int16>(truncatingIfNeeded: shifted), toByteOffset: column &* 6, as: SIMD4<Int16>.self)
        }
      }
      for column in inner.upperBound..<places.count { edge(column, source, target) }
    }

    private func edge(_ column: Int, _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<Int16>) {
      for component in 0..<3 {
        let sum = across(places[column]) { Int32(source[$0 * 3 + component]) }
        target[column * 3 + component] = Int16(truncatingIfNeeded: sum >> 4)
      }
    }

    /// The sum for one place, in 2048ths of a byte. Before the first pixel and behind the last one it is that pixel.
    func across(_ place: (first: Int, weights: (Int16, Int16)), _ byte: (Int) -> Int32) -> Int32 {
      if place.first < 0 { return byte(0) << 11 }
      if place.first >= sourceSide - 1 { return byte(sourceSide - 1) << 11 }
      return byte(place.first) &* Int32(place.weights.0) &+ byte(place.first + 1) &* Int32(place.weights.1)
    }
  }
}

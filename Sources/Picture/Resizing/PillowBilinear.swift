/// The triangle filter of Pillow on bytes: as wide as the picture gets smaller, weights of 22 bits, first across each
/// row, then down each column, both rounded to bytes. A side that stays is left alone.
enum PillowBilinear {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    let columns = width == source.width ? nil : Side(width, of: source.width)
    guard height != source.height else {
      guard let columns else {
        for row in 0..<height { body(row, source.row(row)) }
        return
      }
      let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: width * 3)
      defer { bytes.deallocate() }
      for row in 0..<height {
        columns.across(source.row(row), into: bytes)
        body(row, bytes)
      }
      return
    }
    let rows = Side(height, of: source.height)
    guard let columns else {
      rows.down(width: width, { source.row($0) }, body)
      return
    }
    if isColumnsFirst(source.width, source.height, height) {
      let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: width * 3)
      defer { bytes.deallocate() }
      rows.down(width: source.width, { source.row($0) }) { row, line in
        columns.across(line, into: bytes)
        body(row, bytes)
      }
      return
    }
    var cache = RowCache<UInt8>(count: rows.taps, stride: width * 3)
    defer { cache.deallocate() }
    rows.down(
      width: width, { index in cache.row(index) { columns.across(source.row(index), into: $0) } }, body)
  }

  /// Whether a very tall picture that gets lower is resized down its columns first.
  static func isColumnsFirst(_ sourceWidth: Int, _ sourceHeight: Int, _ height: Int) -> Bool {
    // height > 100·width without a product that could overflow.
    (sourceHeight - 1) / 100 >= sourceWidth && height < sourceHeight
  }

  /// Half of what a byte counts: sums are rounded to the nearest.
  static let half: Int32 = 1 << 21

  static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(sum >> 22, 0), 255)) }
}

extension PillowBilinear {
  /// Where the pixels of one side come from.
  struct Side {
    /// The most pixels of the source that one pixel needs: the stride of `weights`.
    let taps: Int
    /// For each pixel the first of the source that it needs, and how many.
    let ranges: [(first: Int, count: Int)]
    /// In 2^22ths.
    let weights: [Int32]

    init(_ side: Int, of sourceSide: Int) {
      let scale = Double(sourceSide) / Double(side)
      let support = max(scale, 1)
      let taps = min(Int(support.rounded(.up)) * 2 + 1, sourceSide)
      var ranges = [(first: Int, count: Int)](repeating: (0, 0), count: side)
      var weights = [Int32](repeating: 0, count: side * taps)
      var parts = [Double](repeating: 0, count: taps)
      for index in 0..<side {
        let center = (Double(index) + 0.5) * scale
        let first = max(Int(center - support + 0.5), 0)
        let count = min(Int(center + support + 0.5), sourceSide) - first
        var sum = 0.0
        for tap in 0..<count {
          parts[tap] = max(0, 1 - ((Double(tap + first) - center + 0.5) * (1 / support)).magnitude)
          sum += parts[tap]
        }
        for tap in 0..<count {
          weights[index * taps + tap] = Int32((sum == 0 ? parts[tap] : parts[tap] / sum) * Double(1 << 22) + 0.5)
        }
        ranges[index] = (first, count)
      }
      (self.taps, self.ranges, self.weights) = (taps, ranges, weights)
    }

    func across(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
      weights.withUnsafeBufferPointer { weights in
        for (column, range) in ranges.enumerated() {
          var (red, green, blue) = (PillowBilinear.half, PillowBilinear.half, PillowBilinear.half)
          for tap in 0..<range.count {
            let (weight, start) = (weights[column &* taps &+ tap], (range.first &+ tap) &* 3)
            red &+= Int32(source[start]) &* weight
            green &+= Int32(source[start + 1]) &* weight
            blue &+= Int32(source[start + 2]) &* weight
          }
          target[column * 3] = PillowBilinear.byte(red)
          target[column * 3 + 1] = PillowBilinear.byte(green)
          target[column * 3 + 2] = PillowBilinear.byte(blue)
        }
      }
    }

    /// Calls `body` with each row of the result; `line` gives the rows that they are made of, one at a time.
    func down(
      width: Int, _ line: (Int) -> UnsafePointer<UInt8>, _ body: (Int, UnsafePointer<UInt8>) -> Void
    ) {
      let count = width * 3
      let sums = UnsafeMutablePointer<Int32>.allocate(capacity: count)
      let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
      defer {
        sums.deallocate()
        bytes.deallocate()
      }
      for (row, range) in ranges.enumerated() {
        sums.initialize(repeating: PillowBilinear.half, count: count)
        for tap in 0..<range.count {
          let (weight, pixels) = (weights[row * taps + tap], line(range.first + tap))
          for index in 0..<count { sums[index] &+= Int32(pixels[index]) &* weight }
        }
        for index in 0..<count { bytes[index] = PillowBilinear.byte(sums[index]) }
        body(row, bytes)
      }
    }
  }
}

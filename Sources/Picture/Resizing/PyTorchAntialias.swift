/// The triangle filter of PyTorch's `interpolate` in float32 with `antialias=True`: as wide as the picture gets
/// smaller, first across each row, then down each column.
enum PyTorchAntialias {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue, 0 to 255.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    let rows = Side(height, of: source.height)
    let columns = Side(width, of: source.width)
    let count = width * 3
    var cache = RowCache<Float>(count: rows.taps, stride: count)
    let result = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer {
      cache.deallocate()
      result.deallocate()
    }
    for (row, range) in rows.ranges.enumerated() {
      for tap in 0..<range.count {
        let line = cache.row(range.first + tap) { columns.across(source.row(range.first + tap), into: $0) }
        let weight = rows.weights[row * rows.taps + tap]
        if tap == 0 {
          for index in 0..<count { result[index] = line[index] * weight }
        } else if Side.isFused(tap, of: range.count) {
          for index in 0..<count { result[index] = PyTorchBilinear.fused(line[index], weight, result[index]) }
        } else {
          for index in 0..<count { result[index] += line[index] * weight }
        }
      }
      body(row, result)
    }
  }

  /// Where the pixels of one side come from.
  struct Side {
    /// The most pixels of the source that one pixel needs: the stride of `weights`.
    let taps: Int
    /// For each pixel the first of the source that it needs, and how many: at least one.
    let ranges: [(first: Int, count: Int)]
    let weights: [Float]

    init(_ side: Int, of sourceSide: Int) {
      let scale = Float(sourceSide) / Float(side)
      let support = max(scale, 1)
      let inverse = scale >= 1 ? 1 / scale : 1
      let taps = min(Int(support.rounded(.up)) * 2 + 1, sourceSide)
      var ranges = [(first: Int, count: Int)](repeating: (0, 1), count: side)
      var weights = [Float](repeating: 0, count: side * taps)
      for index in 0..<side {
        let center = scale * (Float(index) + 0.5)
        // The rounding of a side of many millions must not leave the picture.
        let first = min(max(Int(Double(center - support) + 0.5), 0), sourceSide - 1)
        let count = min(max(min(Int(Double(center + support) + 0.5), sourceSide) - first, 1), taps)
        let start = index * taps
        var sum: Float = 0
        for tap in 0..<count {
          let distance = Float((Double(Float(tap + first) - center) + 0.5) * Double(inverse))
          weights[start + tap] = max(0, 1 - distance.magnitude)
          sum += weights[start + tap]
        }
        if sum != 0 {
          for tap in 0..<count { weights[start + tap] /= sum }
        }
        ranges[index] = (first, count)
      }
      (self.taps, self.ranges, self.weights) = (taps, ranges, weights)
    }

    /// Whether a product is rounded once together with the sum. PyTorch's compiler took the products behind the first
    /// by fours, rounding each, and multiplies and adds in one only what is left over.
    static func isFused(_ tap: Int, of count: Int) -> Bool { tap > (count - 1) / 4 * 4 }

    func across(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Float>) {
      weights.withUnsafeBufferPointer { weights in
        for (column, range) in ranges.enumerated() {
          for component in 0..<3 {
            target[column * 3 + component] = Self.sum(range.count) { tap in
              (Float(source[(range.first + tap) * 3 + component]), weights[column * taps + tap])
            }
          }
        }
      }
    }

    /// The sum of at least one number times its weight.
    static func sum(_ count: Int, _ factors: (Int) -> (Float, Float)) -> Float {
      let (number, weight) = factors(0)
      var sum = number * weight
      for tap in 1..<max(count, 1) {
        let (number, weight) = factors(tap)
        sum = isFused(tap, of: count) ? PyTorchBilinear.fused(number, weight, sum) : sum + number * weight
      }
      return sum
    }
  }
}

/// The triangle filter of PyTorch's `interpolate` in float32, `antialias=True`: as wide as the picture gets smaller, first
/// each row, then each column.
enum PyTorchAntialias {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue, 0 to 255.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    let rows = Side(height, of: source.height)
    let columns = Side(width, of: source.width)
    let count = width * 3
    // The rows of the source that one row of the result needs, each at its number modulo the capacity.
    let capacity = rows.taps
    withUnsafeTemporaryAllocation(of: Float.self, capacity: (capacity + 1) * count) { memory in
      guard let result = memory.baseAddress else { return }
      let lines = result + count
      var ready = 0
      for row in 0..<height {
        let (first, end) = (rows.first[row], rows.first[row] + rows.count[row])
        for index in max(ready, first)..<max(ready, first, end) {
          columns.across(source.row(index), into: lines + index % capacity * count)
        }
        ready = max(ready, end)
        for index in 0..<count { result[index] = 0 }
        for tap in 0..<(end - first) {
          let (weight, line) = (rows.weights[row * rows.taps + tap], lines + (first + tap) % capacity * count)
          for index in 0..<count { result[index] += line[index] * weight }
        }
        body(row, result)
      }
    }
  }

  /// Where the pixels of one side come from.
  private struct Side {
    /// The most pixels of the source that one pixel needs: the stride of `weights`.
    let taps: Int
    let first: [Int]
    let count: [Int]
    let weights: [Float]

    init(_ side: Int, of sourceSide: Int) {
      let scale = Float(sourceSide) / Float(side)
      let support = max(scale, 1)
      let taps = Int(support.rounded(.up)) * 2 + 1
      var first = [Int](repeating: 0, count: side)
      var count = first
      var weights = [Float](repeating: 0, count: side * taps)
      for index in 0..<side {
        let center = scale * (Float(index) + 0.5)
        first[index] = max(Int(center - support + 0.5), 0)
        count[index] = min(max(min(Int(center + support + 0.5), sourceSide) - first[index], 0), taps)
        let parts = (0..<count[index]).map { tap in
          max(0, 1 - ((Float(tap + first[index]) - center + 0.5) * (1 / support)).magnitude)
        }
        let sum = parts.reduce(0, +)
        for (tap, part) in parts.enumerated() { weights[index * taps + tap] = sum == 0 ? part : part / sum }
      }
      (self.taps, self.first, self.count, self.weights) = (taps, first, count, weights)
    }

    func across(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Float>) {
      for column in first.indices {
        for component in 0..<3 {
          var sum: Float = 0
          for tap in 0..<count[column] {
            sum += Float(source[(first[column] + tap) * 3 + component]) * weights[column * taps + tap]
          }
          target[column * 3 + component] = sum
        }
      }
    }
  }
}

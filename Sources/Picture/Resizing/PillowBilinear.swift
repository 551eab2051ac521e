/// The triangle filter of Pillow on bytes: as wide as the picture gets smaller, weights of 22 bits, first each row, then
/// each column, both rounded to bytes.
enum PillowBilinear {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<UInt8>) -> Void
  ) {
    let rows = height == source.height ? nil : Side(height, of: source.height)
    let columns = width == source.width ? nil : Side(width, of: source.width)
    let count = width * 3
    // The rows of the source that one row of the result needs, each at its number modulo the capacity.
    let capacity = rows?.taps ?? 1
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: columns == nil ? 1 : capacity * count) { memory in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { sums in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { bytes in
          guard let memory = memory.baseAddress, let sums = sums.baseAddress, let bytes = bytes.baseAddress else {
            return
          }
          var ready = 0
          for row in 0..<height {
            let needed = rows?.first[row] ?? row
            let end = needed + (rows?.count[row] ?? 1)
            func line(_ index: Int) -> UnsafePointer<UInt8> {
              columns == nil ? source.row(index) : UnsafePointer(memory + index % capacity * count)
            }
            if let columns {
              for index in max(ready, needed)..<max(ready, end) {
                columns.across(source.row(index), into: memory + index % capacity * count)
              }
              ready = max(ready, end)
            }
            guard let rows else {
              body(row, line(row))
              continue
            }
            for index in 0..<count { sums[index] = PillowBilinear.half }
            for tap in 0..<(end - needed) {
              let (weight, pixels) = (rows.weights[row * rows.taps + tap], line(needed + tap))
              for index in 0..<count { sums[index] &+= Int32(pixels[index]) &* weight }
            }
            for index in 0..<count { bytes[index] = PillowBilinear.byte(sums[index]) }
            body(row, bytes)
          }
        }
      }
    }
  }

  private static let bits = 22
  private static let half: Int32 = 1 << 21

  private static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(sum >> 22, 0), 255)) }

  /// Where the pixels of one side come from.
  private struct Side {
    /// The most pixels of the source that one pixel needs: the stride of `weights`.
    let taps: Int
    let first: [Int]
    let count: [Int]
    let weights: [Int32]

    init(_ side: Int, of sourceSide: Int) {
      let scale = Double(sourceSide) / Double(side)
      let support = max(scale, 1)
      let taps = Int(support.rounded(.up)) * 2 + 1
      var first = [Int](repeating: 0, count: side)
      var count = first
      var weights = [Int32](repeating: 0, count: side * taps)
      for index in 0..<side {
        let center = (Double(index) + 0.5) * scale
        first[index] = max(Int(center - support + 0.5), 0)
        count[index] = min(Int(center + support + 0.5), sourceSide) - first[index]
        let parts = (0..<count[index]).map { tap in
          max(0, 1 - ((Double(tap + first[index]) - center + 0.5) * (1 / support)).magnitude)
        }
        let sum = parts.reduce(0, +)
        for (tap, part) in parts.enumerated() {
          weights[index * taps + tap] = Int32((sum == 0 ? part : part / sum) * Double(1 << PillowBilinear.bits) + 0.5)
        }
      }
      (self.taps, self.first, self.count, self.weights) = (taps, first, count, weights)
    }

    func across(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
      weights.withUnsafeBufferPointer { weights in
        for column in first.indices {
          var (red, green, blue) = (PillowBilinear.half, PillowBilinear.half, PillowBilinear.half)
          for tap in 0..<count[column] {
            let (weight, start) = (weights[column * taps + tap], (first[column] + tap) * 3)
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
  }
}

/// Bilinear interpolation in float32 as PyTorch's `interpolate` does it, `align_corners=False` and no antialiasing.
enum PyTorchBilinear {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue, 0 to 255.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    let columns = places(width, of: source.width)
    let rows = places(height, of: source.height)
    let count = width * 3
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * count) { memory in
      guard let memory = memory.baseAddress else { return }
      // The two rows of the source last interpolated horizontally, and which they are.
      var (upper, lower) = (memory, memory + count)
      var (upperRow, lowerRow) = (-1, -1)
      let result = memory + 2 * count
      for (row, place) in rows.enumerated() {
        if place.first == lowerRow {
          swap(&upper, &lower)
          swap(&upperRow, &lowerRow)
        }
        if place.first != upperRow {
          across(source.row(place.first), columns, into: upper)
          upperRow = place.first
        }
        if place.second != place.first && place.second != lowerRow {
          across(source.row(place.second), columns, into: lower)
          lowerRow = place.second
        }
        let below = place.second == place.first ? upper : lower
        for index in 0..<count { result[index] = between(upper[index], below[index], place.fraction) }
        body(row, result)
      }
    }
  }

  private typealias Place = (first: Int, second: Int, fraction: Float)

  /// Between which pixels of a side each new pixel lies, and how far from the first to the second.
  private static func places(_ side: Int, of sourceSide: Int) -> [Place] {
    let scale = Float(sourceSide) / Float(side)
    return (0..<side).map { index in
      if side == sourceSide { return (index, index, 0) }
      let place = max((Float(index) + 0.5) * scale - 0.5, 0)
      let first = min(Int(place), sourceSide - 1)
      return (first, min(first + 1, sourceSide - 1), min(max(place - Float(first), 0), 1))
    }
  }

  private static func across(
    _ source: UnsafePointer<UInt8>, _ columns: [Place], into target: UnsafeMutablePointer<Float>
  ) {
    for (column, place) in columns.enumerated() {
      for component in 0..<3 {
        target[column * 3 + component] = between(
          Float(source[place.first * 3 + component]), Float(source[place.second * 3 + component]), place.fraction)
      }
    }
  }

  private static func between(_ first: Float, _ second: Float, _ fraction: Float) -> Float {
    first * (1 - fraction) + second * fraction
  }
}

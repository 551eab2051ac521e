/// Bilinear interpolation in float32 as PyTorch's `interpolate` does it with `align_corners=False`, no antialiasing, in
/// one thread on x86-64 with AVX2: sums whose products are rounded but once, together with the sum (fused
/// multiply-add).
enum PyTorchBilinear {
  /// Computes the resized picture from the top, and calls `body` with each row: its number, and `width` pixels of red,
  /// green and blue, 0 to 255.
  static func resize(
    _ source: PixelRegion, width: Int, height: Int, _ body: (Int, UnsafePointer<Float>) -> Void
  ) {
    let columns = places(width, of: source.width)
    let rows = places(height, of: source.height)
    let result = UnsafeMutablePointer<Float>.allocate(capacity: width * 3)
    defer { result.deallocate() }
    for (row, down) in rows.enumerated() {
      let (upper, lower) = (source.row(down.first), source.row(down.second))
      for (column, across) in columns.enumerated() {
        for component in 0..<3 {
          let (left, right) = (across.first * 3 + component, across.second * 3 + component)
          result[column * 3 + component] = between(
            (upper[left], upper[right], lower[left], lower[right]), down.weights, across.weights)
        }
      }
      body(row, result)
    }
  }

  /// The pixels that a new one lies between, and how much of each is taken.
  typealias Place = (first: Int, second: Int, weights: (Float, Float))

  static func places(_ side: Int, of sourceSide: Int) -> [Place] {
    let scale = Float(sourceSide) / Float(side)
    return (0..<side).map { index in
      if side == sourceSide { return (index, index, (1, 0)) }
      let place = max(fused(scale, Float(index) + 0.5, -0.5), 0)
      let first = min(Int(place), sourceSide - 1)
      let fraction = min(max(place - Float(first), 0), 1)
      return (first, min(first + 1, sourceSide - 1), (1 - fraction, fraction))
    }
  }

  /// Between four bytes: upper left, upper right, lower left, lower right.
  static func between(
    _ bytes: (UInt8, UInt8, UInt8, UInt8), _ down: (Float, Float), _ across: (Float, Float)
  ) -> Float {
    let right = Float(bytes.1) * (down.0 * across.1)
    let upper = fused(Float(bytes.0), down.0 * across.0, right)
    return fused(Float(bytes.3), down.1 * across.1, fused(Float(bytes.2), down.1 * across.0, upper))
  }

  /// first·second + third, rounded once. Float64 holds the product exactly, and the sum so closely that rounding it a
  /// second time almost never matters; not every processor that Ferry runs on has the instruction.
  static func fused(_ first: Float, _ second: Float, _ third: Float) -> Float {
    Float(Double(first) * Double(second) + Double(third))
  }
}

// Which tiles an instruction set's registers hold. Many rows share the weights that a tile loads; with one or two rows
// there are too few independent sums to hide the latency of the multiplications, so such tiles are wider.
//
// Sizes are found from the whole range but never change a result: every element is the same sequence of operations.

#if FERRY_AVX512
  /// Panels of the next tiles when `rows` rows and `remaining` panels are left to do.
  @inline(__always)
  func tileWidth(rows: Int, remaining: Int) -> Int {
    if rows == 1 && remaining >= 8 { return 8 }
    if rows <= 2 && remaining >= 4 { return 4 }
    return remaining == 3 ? 3 : min(remaining, 2)
  }
  /// The most rows that a tile of so many panels has.
  @inline(__always)
  func tileHeight(width: Int) -> Int {
    switch width {
    case 8: 1
    case 4: 2
    case 3: 8
    default: 14
    }
  }
#elseif FERRY_AVX2
  @inline(__always)
  func tileWidth(rows: Int, remaining: Int) -> Int {
    if rows == 1 && remaining >= 4 { return 4 }
    return rows <= 2 ? min(remaining, 2) : 1
  }
  @inline(__always)
  func tileHeight(width: Int) -> Int {
    switch width {
    case 4: 1
    case 2: 2
    default: 6
    }
  }
#elseif arch(x86_64)
  @inline(__always)
  func tileWidth(rows: Int, remaining: Int) -> Int { 1 }
  @inline(__always)
  func tileHeight(width: Int) -> Int { 2 }
#else
  // NEON: 32 registers, four to a vector.
  @inline(__always)
  func tileWidth(rows: Int, remaining: Int) -> Int { rows == 1 ? min(remaining, 2) : 1 }
  @inline(__always)
  func tileHeight(width: Int) -> Int { width == 2 ? 1 : 6 }
#endif

/// Calls the tile of this size.
@inline(__always)
func computeTile(
  rows: Int, width: Int, _ product: Product, _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
  _ bias: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>,
  _ ahead: UnsafePointer<Float>, _ aheadStep: Int
) {
  @inline(__always)
  func run<let rows: Int, let panels: Int>(_: Tile<rows, panels>.Type) {
    Tile<rows, panels>.compute(
      product, input: input, weights: weights, bias: bias, residual: residual, output: output, ahead: ahead,
      aheadStep: aheadStep)
  }
  switch (width, rows) {
  #if FERRY_AVX512
    case (8, _): run(Tile<1, 8>.self)
    case (4, 1): run(Tile<1, 4>.self)
    case (4, _): run(Tile<2, 4>.self)
    case (3, 1): run(Tile<1, 3>.self)
    case (3, 2): run(Tile<2, 3>.self)
    case (3, 3): run(Tile<3, 3>.self)
    case (3, 4): run(Tile<4, 3>.self)
    case (3, 5): run(Tile<5, 3>.self)
    case (3, 6): run(Tile<6, 3>.self)
    case (3, 7): run(Tile<7, 3>.self)
    case (3, _): run(Tile<8, 3>.self)
    case (2, 1): run(Tile<1, 2>.self)
    case (2, 2): run(Tile<2, 2>.self)
    case (2, 3): run(Tile<3, 2>.self)
    case (2, 4): run(Tile<4, 2>.self)
    case (2, 5): run(Tile<5, 2>.self)
    case (2, 6): run(Tile<6, 2>.self)
    case (2, 7): run(Tile<7, 2>.self)
    case (2, 8): run(Tile<8, 2>.self)
    case (2, 9): run(Tile<9, 2>.self)
    case (2, 10): run(Tile<10, 2>.self)
    case (2, 11): run(Tile<11, 2>.self)
    case (2, 12): run(Tile<12, 2>.self)
    case (2, 13): run(Tile<13, 2>.self)
    case (2, _): run(Tile<14, 2>.self)
    case (_, 7): run(Tile<7, 1>.self)
    case (_, 8): run(Tile<8, 1>.self)
    case (_, 9): run(Tile<9, 1>.self)
    case (_, 10): run(Tile<10, 1>.self)
    case (_, 11): run(Tile<11, 1>.self)
    case (_, 12): run(Tile<12, 1>.self)
    case (_, 13): run(Tile<13, 1>.self)
    case (_, 14): run(Tile<14, 1>.self)
  #elseif FERRY_AVX2
    case (4, _): run(Tile<1, 4>.self)
    case (2, 1): run(Tile<1, 2>.self)
    case (2, _): run(Tile<2, 2>.self)
  #elseif !arch(x86_64)
    case (2, _): run(Tile<1, 2>.self)
  #endif
  #if !(FERRY_BASELINE && arch(x86_64))
    case (_, 3): run(Tile<3, 1>.self)
    case (_, 4): run(Tile<4, 1>.self)
    case (_, 5): run(Tile<5, 1>.self)
    case (_, 6): run(Tile<6, 1>.self)
  #endif
  case (_, 1): run(Tile<1, 1>.self)
  default: run(Tile<2, 1>.self)
  }
}

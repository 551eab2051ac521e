import CShims
import FerryKernelInterface
import FerryKernelVector

/// Tiles of a matrix product below each other: where they read and write.
struct Tiles {
  /// The first row's value for k = 0, and floats from one row to the next.
  var input: UnsafePointer<Float>
  var inputStride: Int
  /// For each k the floats from a row's beginning to its value; nil where that is k.
  var offsets: UnsafePointer<Int>?
  /// The first panel at k = 0, and floats from one panel to the next.
  var weights: UnsafePointer<Float>
  var panelStride: Int
  var depth: Int
  var bias: UnsafePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var outputStride: Int
  /// Addressed like the output.
  var residual: UnsafePointer<Float>?
  /// Output channels from the first panel on. Lanes beyond the last one need not be written.
  var channels: Int
  /// Where the weights lie that will be needed next, and lines of each k that every tile asks for.
  var ahead: UnsafePointer<Float>
  var aheadStep: Int
}

/// How the value for k is found in a row.
private protocol Addressing {
  static var isDirect: Bool { get }
}
private enum Direct: Addressing {
  @_transparent static var isDirect: Bool { true }
}
private enum Indirect: Addressing {
  @_transparent static var isDirect: Bool { false }
}

/// `count` tiles of a size that the compiler knows, with all sums of a tile in registers: an InlineArray is promoted to
/// registers once its loops are unrolled (the target's unroll threshold sees to that).
///
/// Adds the products for k ascending, starting from the bias, and stores the finished sums. The tiles share the
/// prefetching of the weights that come next: each asks for its part, a line at every k, while it computes. And each
/// asks for the lines that it will write at its end: they may lie in another core's cache.
@inline(never)
private func compute<let rows: Int, let panels: Int, L: TileLanes, A: Addressing>(
  _: TileSize<rows, panels>.Type, _: L.Type, _: A.Type, _ tiles: Tiles, count: Int, _ finish: Finish
) {
  let panelStride = tiles.panelStride
  let inputStride = tiles.inputStride
  let outputStride = tiles.outputStride
  let depth = tiles.depth
  var tileInput = tiles.input
  var output = tiles.output
  var residual = tiles.residual
  var asked = 0
  for _ in 0..<count {
    var sums = InlineArray<rows, InlineArray<panels, L.Register>>(repeating: InlineArray(repeating: L.broadcast(0)))
    for p in 0..<panels {
      let start = L.load(tiles.bias + p &* lanes)
      for r in 0..<rows { sums[unchecked: r][unchecked: p] = start }
    }
    for r in 0..<rows {
      for p in 0..<panels { ferry_prefetch_to_write(output + r &* outputStride + p &* lanes) }
    }
    var input = tileInput
    var offset = tiles.offsets.unsafelyUnwrappedOrAny
    var weights = tiles.weights
    let end = weights + depth &* lanes
    let asks = asked < lanes
    var ahead = asks ? tiles.ahead + asked &* depth : tiles.weights
    let aheadStep = asks ? tiles.aheadStep : 0
    @inline(__always)
    func step(
      _ sums: inout InlineArray<rows, InlineArray<panels, L.Register>>, _ weights: inout UnsafePointer<Float>,
      _ input: inout UnsafePointer<Float>, _ offset: inout UnsafePointer<Int>, _ ahead: inout UnsafePointer<Float>
    ) {
      // Wide tiles read the weights once, in order: the processor's own prefetching follows.
      if panels < 4 {
        for p in 0..<panels { ferry_prefetch(ahead + p &* panelStride) }
        ahead += aheadStep
      }
      // All weights first, then one input value at a time: the other order keeps every broadcast alive.
      var columns = InlineArray<panels, L.Register>(repeating: L.broadcast(0))
      for p in 0..<panels { columns[unchecked: p] = L.load(weights + p &* panelStride) }
      let values = A.isDirect ? input : tileInput + offset.pointee
      for r in 0..<rows {
        let value = L.broadcast(values[r &* inputStride])
        for p in 0..<panels {
          sums[unchecked: r][unchecked: p] = L.multiplyAdd(
            sums[unchecked: r][unchecked: p], value, columns[unchecked: p])
        }
      }
      if A.isDirect { input += 1 } else { offset += 1 }
      weights += lanes
    }
    // Four at a time: a short loop whose end the processor foresees. Tiles that fill the registers of another
    // instruction set would spill.
    #if FERRY_AVX2
      let unrolledEnd = weights + depth / 4 &* 4 &* lanes
    #else
      let unrolledEnd = weights
    #endif
    while weights != unrolledEnd {
      step(&sums, &weights, &input, &offset, &ahead)
      step(&sums, &weights, &input, &offset, &ahead)
      step(&sums, &weights, &input, &offset, &ahead)
      step(&sums, &weights, &input, &offset, &ahead)
    }
    while weights != end { step(&sums, &weights, &input, &offset, &ahead) }
    if let address = residual {
      for r in 0..<rows {
        for p in 0..<panels {
          sums[unchecked: r][unchecked: p] = L.add(
            sums[unchecked: r][unchecked: p], L.load(address + r &* outputStride + p &* lanes))
        }
      }
      residual = address + rows &* outputStride
    }
    if finish.clipsBelow {
      let lower = L.broadcast(finish.lower)
      for r in 0..<rows {
        for p in 0..<panels { sums[unchecked: r][unchecked: p] = L.raise(sums[unchecked: r][unchecked: p], to: lower) }
      }
    }
    if finish.clipsAbove {
      let upper = L.broadcast(finish.upper)
      for r in 0..<rows {
        for p in 0..<panels {
          sums[unchecked: r][unchecked: p] = L.lowered(sums[unchecked: r][unchecked: p], to: upper)
        }
      }
    }
    for r in 0..<rows {
      for p in 0..<panels { L.store(sums[unchecked: r][unchecked: p], output + r &* outputStride + p &* lanes) }
    }
    tileInput += rows &* inputStride
    output += rows &* outputStride
    asked &+= tiles.aheadStep
  }
}

extension Optional where Wrapped == UnsafePointer<Int> {
  /// The pointer, or one that is never read.
  @_transparent fileprivate var unsafelyUnwrappedOrAny: UnsafePointer<Int> {
    unsafeBitCast(self, to: UnsafePointer<Int>.self)
  }
}

// Which tiles an instruction set's registers hold. Many rows share the weights that a tile loads; with one or two rows
// there are too few independent sums to hide the latency of the multiplications, so such tiles are wider.
//
// Sizes are found from the whole range but never change a result: every element is the same sequence of operations.

/// Panels of the next tiles when `rows` rows and `remaining` panels are left to do.
@inline(__always)
private func tileWidth(rows: Int, remaining: Int) -> Int {
  #if FERRY_AVX512
    if rows == 1 && remaining >= 8 { return 8 }
    if rows <= 2 && remaining >= 4 { return 4 }
    return remaining == 3 ? 3 : min(remaining, 2)
  #elseif FERRY_AVX2
    if rows == 1 { return min(remaining, 4) }
    return rows == 2 ? min(remaining, 2) : 1
  #elseif arch(x86_64)
    return 1
  #else
    return rows == 1 ? min(remaining, 2) : 1
  #endif
}

/// The most rows that a tile of so many panels has.
@inline(__always)
private func tileHeight(width: Int) -> Int {
  #if FERRY_AVX512
    // Fourteen rows of two panels would fit 32 registers on paper; the compiler spills one of them.
    width == 8 ? 1 : width == 4 ? 2 : width == 3 ? 8 : 12
  #elseif FERRY_AVX2
    width >= 3 ? 1 : width == 2 ? 2 : 6
  #elseif arch(x86_64)
    2
  #else
    // NEON has 32 registers, four to a vector.
    width == 2 ? 1 : 6
  #endif
}

/// Whether tiles of half a panel do half the work.
#if FERRY_AVX2
  private let halvesPanels = true
#else
  private let halvesPanels = false
#endif

/// Calls the tiles of this size.
@inline(__always)
private func compute(
  rows: Int, panels: Int, isHalf: Bool, _ tiles: Tiles, count: Int, _ finish: Finish
) {
  @inline(__always)
  func run<let rows: Int, let panels: Int>(_ size: TileSize<rows, panels>.Type, _ tiles: Tiles) {
    run(size, WholePanel.self, tiles)
  }
  @inline(__always)
  func run<let rows: Int, let panels: Int, L: TileLanes>(
    _ size: TileSize<rows, panels>.Type, _ lanes: L.Type, _ tiles: Tiles
  ) {
    if tiles.offsets == nil {
      compute(size, lanes, Direct.self, tiles, count: count, finish)
    } else {
      compute(size, lanes, Indirect.self, tiles, count: count, finish)
    }
  }
  #if FERRY_AVX2
    if isHalf {
      switch rows {
      case 1: run(TileSize<1, 1>.self, HalfPanel.self, tiles)
      case 2: run(TileSize<2, 1>.self, HalfPanel.self, tiles)
      case 3: run(TileSize<3, 1>.self, HalfPanel.self, tiles)
      case 4: run(TileSize<4, 1>.self, HalfPanel.self, tiles)
      case 5: run(TileSize<5, 1>.self, HalfPanel.self, tiles)
      case 6: run(TileSize<6, 1>.self, HalfPanel.self, tiles)
      case 7: run(TileSize<7, 1>.self, HalfPanel.self, tiles)
      case 8: run(TileSize<8, 1>.self, HalfPanel.self, tiles)
      default: run(TileSize<9, 1>.self, HalfPanel.self, tiles)
      }
      return
    }
  #endif
  switch (panels, rows) {
  #if FERRY_AVX512
    case (8, _): run(TileSize<1, 8>.self, tiles)
    case (4, 1): run(TileSize<1, 4>.self, tiles)
    case (4, _): run(TileSize<2, 4>.self, tiles)
    case (3, 1): run(TileSize<1, 3>.self, tiles)
    case (3, 2): run(TileSize<2, 3>.self, tiles)
    case (3, 3): run(TileSize<3, 3>.self, tiles)
    case (3, 4): run(TileSize<4, 3>.self, tiles)
    case (3, 5): run(TileSize<5, 3>.self, tiles)
    case (3, 6): run(TileSize<6, 3>.self, tiles)
    case (3, 7): run(TileSize<7, 3>.self, tiles)
    case (3, _): run(TileSize<8, 3>.self, tiles)
    case (2, 1): run(TileSize<1, 2>.self, tiles)
    case (2, 2): run(TileSize<2, 2>.self, tiles)
    case (2, 3): run(TileSize<3, 2>.self, tiles)
    case (2, 4): run(TileSize<4, 2>.self, tiles)
    case (2, 5): run(TileSize<5, 2>.self, tiles)
    case (2, 6): run(TileSize<6, 2>.self, tiles)
    case (2, 7): run(TileSize<7, 2>.self, tiles)
    case (2, 8): run(TileSize<8, 2>.self, tiles)
    case (2, 9): run(TileSize<9, 2>.self, tiles)
    case (2, 10): run(TileSize<10, 2>.self, tiles)
    case (2, 11): run(TileSize<11, 2>.self, tiles)
    case (2, _): run(TileSize<12, 2>.self, tiles)
    case (_, 7): run(TileSize<7, 1>.self, tiles)
    case (_, 8): run(TileSize<8, 1>.self, tiles)
    case (_, 9): run(TileSize<9, 1>.self, tiles)
    case (_, 10): run(TileSize<10, 1>.self, tiles)
    case (_, 11): run(TileSize<11, 1>.self, tiles)
    case (_, 12): run(TileSize<12, 1>.self, tiles)
  #elseif FERRY_AVX2
    case (4, _): run(TileSize<1, 4>.self, tiles)
    case (3, _): run(TileSize<1, 3>.self, tiles)
    case (2, 1): run(TileSize<1, 2>.self, tiles)
    case (2, _): run(TileSize<2, 2>.self, tiles)
  #elseif !arch(x86_64)
    case (2, _): run(TileSize<1, 2>.self, tiles)
  #endif
  #if !(FERRY_BASELINE && arch(x86_64))
    case (_, 3): run(TileSize<3, 1>.self, tiles)
    case (_, 4): run(TileSize<4, 1>.self, tiles)
    case (_, 5): run(TileSize<5, 1>.self, tiles)
    case (_, 6): run(TileSize<6, 1>.self, tiles)
  #endif
  case (_, 1): run(TileSize<1, 1>.self, tiles)
  default: run(TileSize<2, 1>.self, tiles)
  }
}

/// `rows` rows of `panels` panels, the first of which `tiles` describes, in tiles of equal height or one less: no small
/// rest at the end. `tiles` asks for no weights ahead yet: that is the next panels' matter.
func multiply(_ tiles: Tiles, rows: Int, panels: Int, _ finish: Finish) {
  var tiles = tiles
  var panel = 0
  while panel < panels {
    // A panel with no more than half its lanes takes higher tiles: twelve rows would fit the registers, but spill.
    let isHalf = halvesPanels && tiles.channels <= lanes / 2
    // Such a panel is not joined with those before it.
    let whole = halvesPanels && tiles.channels % lanes <= lanes / 2 && tiles.channels % lanes > 0 ? 1 : 0
    let width = isHalf ? 1 : tileWidth(rows: rows, remaining: max(1, panels &- panel &- whole))
    let height = isHalf ? 9 : tileHeight(width: width)
    let count = (rows &+ height &- 1) / height
    let (short, longer) = rows.quotientAndRemainder(dividingBy: max(count, 1))
    let column = tiles
    tiles.ahead = tiles.weights + width &* tiles.panelStride
    tiles.aheadStep = max(1, (lanes &+ count &- 1) / max(count, 1))
    if longer > 0 { compute(rows: short &+ 1, panels: width, isHalf: isHalf, tiles, count: longer, finish) }
    if longer < count {
      let done = longer &* (short &+ 1)
      tiles.input += done &* tiles.inputStride
      tiles.output += done &* tiles.outputStride
      tiles.residual = tiles.residual.map { $0 + done &* tiles.outputStride }
      // What the higher tiles left.
      tiles.ahead += min(longer &* tiles.aheadStep, lanes) &* tiles.depth
      compute(rows: short, panels: width, isHalf: isHalf, tiles, count: count &- longer, finish)
    }
    if let remaining = finish.remaining {
      activate(remaining, column.output, rows: rows, stride: tiles.outputStride, count: width &* lanes)
    }
    tiles = column
    tiles.weights += width &* tiles.panelStride
    tiles.bias += width &* lanes
    tiles.channels &-= width &* lanes
    tiles.output += width &* lanes
    tiles.residual = tiles.residual.map { $0 + width &* lanes }
    panel &+= width
  }
}

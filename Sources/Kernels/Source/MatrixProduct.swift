import CShims
import FerryKernelInterface
import FerryKernelVector

/// A tile of a size that the compiler knows, from `row` and `panel` on, with all sums in registers: an InlineArray is
/// promoted to registers once its loops are unrolled (the target's unroll threshold sees to that).
///
/// Adds the products for k ascending, starting from the bias, and stores the finished sums. `ahead` is where the
/// weights lie that will be needed next; at every k one line of each panel is prefetched and `ahead` moves by
/// `aheadStep` floats.
@inline(never)
private func tile<let rows: Int, let panels: Int>(
  _: TileSize<rows, panels>.Type, _ task: MatrixProduct, _ finish: Finish, row: Int, panel: Int,
  ahead: UnsafePointer<Float>, aheadStep: Int
) {
  let panelStride = task.depth &* lanes
  var sums = InlineArray<rows, InlineArray<panels, Vector>>(repeating: InlineArray(repeating: .zero))
  for p in 0..<panels {
    let start = load(task.bias + (panel &+ p) &* lanes)
    for r in 0..<rows { sums[unchecked: r][unchecked: p] = start }
  }
  var input = task.input + row &* task.inputStride
  var weights = task.weights + panel &* panelStride
  let end = weights + panelStride
  var ahead = ahead
  while weights != end {
    // Wide tiles read the weights once, in order: the processor's own prefetching follows.
    if panels < 4 {
      for p in 0..<panels { ferry_prefetch(ahead + p &* panelStride) }
    }
    // All weights first, then one input value at a time: the other order keeps every broadcast alive.
    var columns = InlineArray<panels, Vector>(repeating: .zero)
    for p in 0..<panels { columns[unchecked: p] = load(weights + p &* panelStride) }
    for r in 0..<rows {
      let value = Vector(repeating: input[r &* task.inputStride])
      for p in 0..<panels {
        sums[unchecked: r][unchecked: p] = multiplyAdd(sums[unchecked: r][unchecked: p], value, columns[unchecked: p])
      }
    }
    input += task.inputStep
    weights += lanes
    ahead += aheadStep
  }
  let offset = row &* task.outputStride &+ panel &* lanes
  if let residual = task.epilogue.residual {
    let residual = residual + offset
    for r in 0..<rows {
      for p in 0..<panels { sums[unchecked: r][unchecked: p] += load(residual + r &* task.outputStride + p &* lanes) }
    }
  }
  if finish.clips {
    let lower = Vector(repeating: finish.lower)
    let upper = Vector(repeating: finish.upper)
    for r in 0..<rows {
      for p in 0..<panels { sums[unchecked: r][unchecked: p] = clip(sums[unchecked: r][unchecked: p], lower, upper) }
    }
  }
  let output = task.output + offset
  for r in 0..<rows {
    for p in 0..<panels { store(sums[unchecked: r][unchecked: p], output + r &* task.outputStride + p &* lanes) }
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

/// Calls the tile of this size.
@inline(__always)
private func tile(
  rows: Int, panels: Int, _ task: MatrixProduct, _ finish: Finish, row: Int, panel: Int, ahead: UnsafePointer<Float>,
  aheadStep: Int
) {
  @inline(__always)
  func run<let rows: Int, let panels: Int>(_ size: TileSize<rows, panels>.Type) {
    tile(size, task, finish, row: row, panel: panel, ahead: ahead, aheadStep: aheadStep)
  }
  switch (panels, rows) {
  #if FERRY_AVX512
    case (8, _): run(TileSize<1, 8>.self)
    case (4, 1): run(TileSize<1, 4>.self)
    case (4, _): run(TileSize<2, 4>.self)
    case (3, 1): run(TileSize<1, 3>.self)
    case (3, 2): run(TileSize<2, 3>.self)
    case (3, 3): run(TileSize<3, 3>.self)
    case (3, 4): run(TileSize<4, 3>.self)
    case (3, 5): run(TileSize<5, 3>.self)
    case (3, 6): run(TileSize<6, 3>.self)
    case (3, 7): run(TileSize<7, 3>.self)
    case (3, _): run(TileSize<8, 3>.self)
    case (2, 1): run(TileSize<1, 2>.self)
    case (2, 2): run(TileSize<2, 2>.self)
    case (2, 3): run(TileSize<3, 2>.self)
    case (2, 4): run(TileSize<4, 2>.self)
    case (2, 5): run(TileSize<5, 2>.self)
    case (2, 6): run(TileSize<6, 2>.self)
    case (2, 7): run(TileSize<7, 2>.self)
    case (2, 8): run(TileSize<8, 2>.self)
    case (2, 9): run(TileSize<9, 2>.self)
    case (2, 10): run(TileSize<10, 2>.self)
    case (2, 11): run(TileSize<11, 2>.self)
    case (2, _): run(TileSize<12, 2>.self)
    case (_, 7): run(TileSize<7, 1>.self)
    case (_, 8): run(TileSize<8, 1>.self)
    case (_, 9): run(TileSize<9, 1>.self)
    case (_, 10): run(TileSize<10, 1>.self)
    case (_, 11): run(TileSize<11, 1>.self)
    case (_, 12): run(TileSize<12, 1>.self)
  #elseif FERRY_AVX2
    case (4, _): run(TileSize<1, 4>.self)
    case (3, _): run(TileSize<1, 3>.self)
    case (2, 1): run(TileSize<1, 2>.self)
    case (2, _): run(TileSize<2, 2>.self)
  #elseif !arch(x86_64)
    case (2, _): run(TileSize<1, 2>.self)
  #endif
  #if !(FERRY_BASELINE && arch(x86_64))
    case (_, 3): run(TileSize<3, 1>.self)
    case (_, 4): run(TileSize<4, 1>.self)
    case (_, 5): run(TileSize<5, 1>.self)
    case (_, 6): run(TileSize<6, 1>.self)
  #endif
  case (_, 1): run(TileSize<1, 1>.self)
  default: run(TileSize<2, 1>.self)
  }
}

/// Rows worked on together, so that their part of the input stays in the second-level cache while all panels pass over
/// it.
@inline(__always)
private func rowsPerBlock(depth: Int, height: Int) -> Int {
  let floats = 48 * 1024
  return max(floats / max(depth, 1) / height, 8) * height
}

func matrixProduct(_ task: MatrixProduct, _ rows: Range<Int>, _ panels: Range<Int>) {
  let finish = Finish(task.epilogue.activation)
  let block = rowsPerBlock(depth: task.depth, height: tileHeight(width: 2))
  var first = rows.lowerBound
  while first < rows.upperBound {
    let count = min(block, rows.upperBound &- first)
    var panel = panels.lowerBound
    while panel < panels.upperBound {
      let width = tileWidth(rows: count, remaining: panels.upperBound &- panel)
      column(task, finish, first, count, panel, width)
      panel &+= width
    }
    first &+= count
  }
}

/// All tiles of `width` panels over `count` rows, in tiles of equal height or one less: no small rest at the end.
@inline(__always)
private func column(
  _ task: MatrixProduct, _ finish: Finish, _ first: Int, _ count: Int, _ panel: Int, _ width: Int
) {
  let height = tileHeight(width: width)
  let tiles = (count &+ height &- 1) / height
  let (short, longer) = count.quotientAndRemainder(dividingBy: tiles)
  // The tiles share the prefetching of the next panels: each asks for its part while it computes.
  let next = task.weights + (panel &+ width) &* task.depth &* lanes
  let step = max(1, (lanes &+ tiles &- 1) / tiles)
  var asked = 0
  var row = first
  for i in 0..<tiles {
    let rows = i < longer ? short &+ 1 : short
    let asks = asked < lanes
    tile(
      rows: rows, panels: width, task, finish, row: row, panel: panel,
      ahead: asks ? next + asked &* task.depth : task.weights, aheadStep: asks ? step : 0)
    if let remaining = finish.remaining {
      let output = task.output + row &* task.outputStride + panel &* lanes
      activate(remaining, output, rows: rows, stride: task.outputStride, count: width &* lanes)
    }
    asked &+= step
    row &+= rows
  }
}

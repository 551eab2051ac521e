import CShims
import FerryKernelInterface
import FerryKernelVector

#if FERRY_AVX512
  private typealias Register = Register16
#elseif FERRY_AVX2
  private typealias Register = Register8
#else
  private typealias Register = Register4
#endif

/// Output pixels of a row that one strip computes at most: with the weights of a kernel row of five they fill the
/// registers.
private let stripPixels = 8

/// A strip of neighbouring output pixels, for the usual kernels: every input value is loaded once for each row of the
/// kernel and added to all sums that see it.
///
private struct Strip {
  /// The input rows that lie under the kernel, and from their beginning to the first column that the strip sees.
  let rows: UnsafePointer<UnsafePointer<Float>>
  let rowCount: Int
  let column: Int
  let ahead: UnsafePointer<Float>?
  /// The first of the kernel's rows that lies inside the input.
  let weights: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  /// The columns that lie inside the input, out of `(pixels - 1) * stride + kernelWidth`.
  let columnBegin, columnEnd: Int
}

/// The rows of an input that one output row sees.
struct WindowRows {
  var addresses: InlineArray<5, UnsafePointer<Float>>
  let count: Int
  /// The first row below them, which the next output row will see, if it has to be fetched from far away.
  var ahead: UnsafePointer<Float>?

  /// - Parameters:
  ///   - row: address of the input's row y for every y from 0 to the input's height
  init(_ taps: (begin: Int, end: Int), y: Int, _ row: (Int) -> UnsafePointer<Float>) {
    count = taps.end &- taps.begin
    addresses = InlineArray(repeating: row(0))
    for i in 0..<count { addresses[unchecked: i] = row(y &+ taps.begin &+ i) }
  }
}

private protocol Position {
  static var isInside: Bool { get }
}
/// All columns lie inside the input.
private enum Inside: Position {
  @_transparent static var isInside: Bool { true }
}
private enum Border: Position {
  @_transparent static var isInside: Bool { false }
}

@inline(never)
private func compute<let pixels: Int, let kernelWidth: Int, let stride: Int, P: Position>(
  _: StripShape<pixels, kernelWidth, stride>.Type, _: P.Type, _ task: DepthwiseConvolution, _ finish: Finish,
  _ group: Range<Int>, _ strip: Strip
) {
  let inputStride = task.inputStride
  let inputRow = task.window.inputWidth &* inputStride
  let weightTap = task.blocks &* lanes
  let outputStride = task.outputStride
  let lower = Register(repeating: finish.lower)
  let upper = Register(repeating: finish.upper)
  let (begin, columnEnd) = (strip.columnBegin, strip.columnEnd)
  var channel = group.lowerBound &* lanes
  let end = group.upperBound &* lanes
  while channel < end {
    // The next output row's new input rows, a cache line at a time.
    if let next = strip.ahead, channel % lanes == 0 {
      var ahead = next + (strip.column &+ channel)
      for _ in 0..<stride {
        for column in 0..<(pixels &* stride) { ferry_prefetch(ahead + column &* inputStride) }
        ahead += inputRow
      }
    }
    let start = load(task.bias + channel, as: Register.self)
    var sums = InlineArray<pixels, Register>(repeating: start)
    var weightRow = strip.weights + channel
    for row in 0..<strip.rowCount {
      var weights = InlineArray<kernelWidth, Register>(repeating: .zero)
      for tap in 0..<kernelWidth { weights[unchecked: tap] = load(weightRow + tap &* weightTap, as: Register.self) }
      var at = strip.rows[row] + (strip.column &+ channel)
      for column in 0..<((pixels &- 1) &* stride &+ kernelWidth) {
        if P.isInside || (column >= begin && column < columnEnd) {
          let value = load(at, as: Register.self)
          for tap in 0..<kernelWidth {
            let position = column &- tap
            if position >= 0 && position % stride == 0 && position / stride < pixels {
              sums[unchecked: position / stride] = multiplyAdd(
                sums[unchecked: position / stride], value, weights[unchecked: tap])
            }
          }
        }
        at += inputStride
      }
      weightRow += kernelWidth &* weightTap
    }
    if finish.clipsBelow {
      for p in 0..<pixels { sums[unchecked: p] = raise(sums[unchecked: p], to: lower) }
    }
    if finish.clipsAbove {
      for p in 0..<pixels { sums[unchecked: p] = lowered(sums[unchecked: p], to: upper) }
    }
    var output = strip.output + channel
    for p in 0..<pixels {
      store(sums[unchecked: p], output)
      output += outputStride
    }
    channel &+= Register.scalarCount
  }
}

/// One output row on strips, for the blocks of `group`.
///
/// - Parameters:
///   - taps: the rows of the kernel that lie inside
///   - offset: of the row's first pixel in the output
func stripRow(
  _ task: DepthwiseConvolution, _ finish: Finish, _ group: Range<Int>, rows: WindowRows,
  taps: (begin: Int, end: Int), offset: Int
) {
  let window = task.window
  let width = window.outputWidth
  // Strips of equal size or one less.
  let count = (width &+ stripPixels &- 1) / stripPixels
  let (short, longer) = width.quotientAndRemainder(dividingBy: count)
  let weights = task.weights + taps.begin &* window.kernelWidth &* task.blocks &* lanes
  withUnsafePointer(to: rows.addresses) { addresses in
    let addresses = UnsafeRawPointer(addresses).assumingMemoryBound(to: UnsafePointer<Float>.self)
    var ox = 0
    for i in 0..<count {
      let pixels = i < longer ? short &+ 1 : short
      let x = ox &* window.strideWidth &- window.padLeft
      let columns = (pixels &- 1) &* window.strideWidth &+ window.kernelWidth
      compute(
        pixels, task, finish, group,
        Strip(
          rows: addresses, rowCount: rows.count, column: x &* task.inputStride, ahead: rows.ahead, weights: weights,
          output: task.output + (offset &+ ox &* task.outputStride), columnBegin: max(0, -x),
          columnEnd: min(columns, window.inputWidth &- x)),
        isInside: x >= 0 && x &+ columns <= window.inputWidth)
      ox &+= pixels
    }
  }
}

/// Calls the strip of this shape.
@inline(__always)
private func compute(
  _ pixels: Int, _ task: DepthwiseConvolution, _ finish: Finish, _ group: Range<Int>,
  _ strip: Strip, isInside: Bool
) {
  @inline(__always)
  func run<let pixels: Int, let kernelWidth: Int, let stride: Int>(
    _ shape: StripShape<pixels, kernelWidth, stride>.Type, _ task: DepthwiseConvolution,
    _ strip: Strip
  ) {
    if isInside {
      compute(shape, Inside.self, task, finish, group, strip)
    } else {
      compute(shape, Border.self, task, finish, group, strip)
    }
  }
  @inline(__always)
  func run<let pixels: Int>(
    _: StripSize<pixels, 1>.Type, _ task: DepthwiseConvolution, _ strip: Strip
  ) {
    switch (task.window.kernelWidth, task.window.strideWidth) {
    case (3, 1): run(StripShape<pixels, 3, 1>.self, task, strip)
    case (3, _): run(StripShape<pixels, 3, 2>.self, task, strip)
    case (_, 1): run(StripShape<pixels, 5, 1>.self, task, strip)
    default: run(StripShape<pixels, 5, 2>.self, task, strip)
    }
  }
  switch pixels {
  case 1: run(StripSize<1, 1>.self, task, strip)
  case 2: run(StripSize<2, 1>.self, task, strip)
  case 3: run(StripSize<3, 1>.self, task, strip)
  case 4: run(StripSize<4, 1>.self, task, strip)
  case 5: run(StripSize<5, 1>.self, task, strip)
  case 6: run(StripSize<6, 1>.self, task, strip)
  case 7: run(StripSize<7, 1>.self, task, strip)
  default: run(StripSize<8, 1>.self, task, strip)
  }
}

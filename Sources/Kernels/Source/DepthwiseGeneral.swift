import FerryKernelInterface
import FerryKernelVector

/// Output pixels of a row that one strip computes at most: their sums stay in registers and share every weight.
#if FERRY_AVX512
  private let stripPixels = 8
#elseif FERRY_BASELINE && arch(x86_64)
  private let stripPixels = 2
#else
  private let stripPixels = 6
#endif

/// Sums of a few neighbouring output pixels, all of which see the same taps, in `blocks` blocks at a time.
///
/// `input` and `weights` are at the first tap of the first pixel, `output` at the first pixel.
@inline(never)
private func strip<let pixels: Int, let blocks: Int>(
  _: StripSize<pixels, blocks>.Type, _ task: DepthwiseConvolution, _ finish: Finish, _ group: Range<Int>,
  input: UnsafePointer<Float>, weights: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  residual: UnsafePointer<Float>?, tapRows: Int, tapColumns: Int
) {
  let window = task.window
  let inputPixel = window.strideWidth &* task.inputStride
  let inputTap = window.dilationWidth &* task.inputStride
  let inputTapRow = window.dilationHeight &* window.inputWidth &* task.inputStride
  let weightTap = task.blocks &* lanes
  let weightTapRow = window.kernelWidth &* weightTap
  let lower = Vector(repeating: finish.lower)
  let upper = Vector(repeating: finish.upper)
  var channel = group.lowerBound &* lanes
  let end = group.upperBound &* lanes
  while channel < end {
    var sums = InlineArray<pixels, InlineArray<blocks, Vector>>(repeating: InlineArray(repeating: .zero))
    for b in 0..<blocks {
      let start = load(task.bias + channel + b &* lanes)
      for p in 0..<pixels { sums[unchecked: p][unchecked: b] = start }
    }
    var inputRow = input + channel
    var weightRow = weights + channel
    for _ in 0..<tapRows {
      var inputAt = inputRow
      var weightAt = weightRow
      for _ in 0..<tapColumns {
        for b in 0..<blocks {
          let weight = load(weightAt + b &* lanes)
          for p in 0..<pixels {
            sums[unchecked: p][unchecked: b] = multiplyAdd(
              sums[unchecked: p][unchecked: b], load(inputAt + p &* inputPixel + b &* lanes), weight)
          }
        }
        inputAt += inputTap
        weightAt += weightTap
      }
      inputRow += inputTapRow
      weightRow += weightTapRow
    }
    for p in 0..<pixels {
      for b in 0..<blocks {
        let offset = p &* task.outputStride &+ channel &+ b &* lanes
        if let residual { sums[unchecked: p][unchecked: b] += load(residual + offset) }
        if finish.clipsBelow || finish.clipsAbove {
          sums[unchecked: p][unchecked: b] = clip(sums[unchecked: p][unchecked: b], lower, upper)
        }
        store(sums[unchecked: p][unchecked: b], output + offset)
      }
    }
    channel &+= blocks &* lanes
  }
}

/// All blocks of `group` for `pixels` pixels. With few pixels several blocks are summed at once, so that there are
/// enough independent sums to hide the latency of the multiplications.
@inline(__always)
private func strips(
  _ pixels: Int, _ task: DepthwiseConvolution, _ finish: Finish, _ group: Range<Int>, _ input: UnsafePointer<Float>,
  _ weights: UnsafePointer<Float>, _ offset: Int, _ tapRows: Int, _ tapColumns: Int
) {
  let output = task.output + offset
  let residual = task.epilogue.residual.map { $0 + offset }
  @inline(__always)
  func run<let pixels: Int, let blocks: Int>(_ size: StripSize<pixels, blocks>.Type, _ group: Range<Int>) {
    strip(
      size, task, finish, group, input: input, weights: weights, output: output, residual: residual, tapRows: tapRows,
      tapColumns: tapColumns)
  }
  @inline(__always)
  func run<let pixels: Int, let blocks: Int>(_ size: StripSize<pixels, blocks>.Type, rest: StripSize<pixels, 1>.Type) {
    let wide = group.lowerBound &+ group.count / blocks &* blocks
    run(size, group.lowerBound..<wide)
    if wide < group.upperBound { run(rest, wide..<group.upperBound) }
  }
  switch pixels {
  #if FERRY_AVX512
    case 8: run(StripSize<8, 1>.self, group)
    case 7: run(StripSize<7, 1>.self, group)
  #endif
  #if !(FERRY_BASELINE && arch(x86_64))
    case 6: run(StripSize<6, 1>.self, group)
    case 5: run(StripSize<5, 1>.self, group)
    case 4: run(StripSize<4, 1>.self, group)
    case 3: run(StripSize<3, 2>.self, rest: StripSize<3, 1>.self)
    case 2: run(StripSize<2, 2>.self, rest: StripSize<2, 1>.self)
    default: run(StripSize<1, 4>.self, rest: StripSize<1, 1>.self)
  #else
    case 2: run(StripSize<2, 1>.self, group)
    default: run(StripSize<1, 2>.self, rest: StripSize<1, 1>.self)
  #endif
  }
}

/// One output row on strips of any kernel, stride and dilation, for the blocks of `group`.
///
/// - Parameters:
///   - input: the sample's first row
///   - oy: the output row's number in the sample
///   - offset: of the row's first pixel in the output
func generalRow(
  _ task: DepthwiseConvolution, _ finish: Finish, _ group: Range<Int>, input: UnsafePointer<Float>, oy: Int,
  offset: Int
) {
  let window = task.window
  let (y, taps) = verticalTaps(window, oy)
  let reach = (window.kernelWidth &- 1) &* window.dilationWidth
  // Pixels whose whole kernel row lies inside the input.
  let interior = insidePositions(
    start: -window.padLeft, stride: window.strideWidth, size: window.inputWidth &- reach, count: window.outputWidth)
  let inputRow = window.inputWidth &* task.inputStride
  let weightTap = task.blocks &* lanes
  var ox = 0
  while ox < window.outputWidth {
    let x = ox &* window.strideWidth &- window.padLeft
    var columns = (begin: 0, end: window.kernelWidth)
    var pixels = 1
    if ox >= interior.begin && ox < interior.end {
      // Strips of equal size or one less.
      let left = interior.end &- ox
      let strips = (left &+ stripPixels &- 1) / stripPixels
      pixels = (left &+ strips &- 1) / strips
    } else {
      columns = insidePositions(
        start: x, stride: window.dilationWidth, size: window.inputWidth, count: window.kernelWidth)
    }
    // Without taps inside, only the bias is read.
    let empty = taps.begin == taps.end || columns.begin == columns.end
    let tap =
      (y &+ taps.begin &* window.dilationHeight) &* inputRow
      &+ (x &+ columns.begin &* window.dilationWidth) &* task.inputStride
    strips(
      pixels, task, finish, group, empty ? task.input : input + tap,
      task.weights + (taps.begin &* window.kernelWidth &+ columns.begin) &* weightTap,
      offset &+ ox &* task.outputStride, empty ? 0 : taps.end &- taps.begin, columns.end &- columns.begin)
    ox &+= pixels
  }
}

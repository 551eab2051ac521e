import FerryKernelInterface

/// Output pixels of a row that one strip computes: their sums stay in registers and share every weight that is loaded.
#if FERRY_AVX512
  private let stripPixels = 8
#elseif FERRY_BASELINE && arch(x86_64)
  private let stripPixels = 3
#else
  private let stripPixels = 6
#endif

/// A part of one output row: the taps that lie inside the input are the same for all its pixels.
struct StripTask {
  /// The first tap of the first pixel.
  var input: UnsafePointer<Float>
  var weights: UnsafePointer<Float>
  var bias: UnsafePointer<Float>
  var residual: UnsafePointer<Float>?
  var output: UnsafeMutablePointer<Float>
  /// Taps inside the input.
  var tapRows, tapColumns: Int
  /// Floats between taps: in the input and in the weights.
  var inputTapRow, inputTapColumn, weightTapRow, weightTapColumn: Int
  /// Floats between pixels.
  var inputPixel, outputPixel: Int
  var blocks: Int
  var finish: Finish
}

enum Strip<let pixels: Int> {
  @inline(never)
  static func compute(_ task: StripTask) {
    let lower = Vector(repeating: task.finish.lower)
    let upper = Vector(repeating: task.finish.upper)
    for block in 0..<task.blocks {
      let channel = block &* lanes
      var sums = InlineArray<pixels, Vector>(repeating: load(task.bias + channel))
      var inputRow = task.input + channel
      var weightRow = task.weights + channel
      for _ in 0..<task.tapRows {
        var input = inputRow
        var weights = weightRow
        for _ in 0..<task.tapColumns {
          let weight = load(weights)
          for p in 0..<pixels {
            sums[unchecked: p] = multiplyAdd(sums[unchecked: p], load(input + p &* task.inputPixel), weight)
          }
          input += task.inputTapColumn
          weights += task.weightTapColumn
        }
        inputRow += task.inputTapRow
        weightRow += task.weightTapRow
      }
      if let residual = task.residual {
        for p in 0..<pixels { sums[unchecked: p] += load(residual + channel + p &* task.outputPixel) }
      }
      if task.finish.clips {
        for p in 0..<pixels { sums[unchecked: p] = clip(sums[unchecked: p], lower, upper) }
      }
      for p in 0..<pixels { store(sums[unchecked: p], task.output + channel + p &* task.outputPixel) }
    }
    task.finish.complete(task.output, rows: pixels, stride: task.outputPixel, count: task.blocks &* lanes)
  }
}

@inline(__always)
private func computeStrip(_ pixels: Int, _ task: StripTask) {
  switch pixels {
  #if FERRY_AVX512
    case 8: Strip<8>.compute(task)
    case 7: Strip<7>.compute(task)
  #endif
  #if !(FERRY_BASELINE && arch(x86_64))
    case 6: Strip<6>.compute(task)
    case 5: Strip<5>.compute(task)
    case 4: Strip<4>.compute(task)
  #endif
  case 3: Strip<3>.compute(task)
  case 2: Strip<2>.compute(task)
  default: Strip<1>.compute(task)
  }
}

func depthwise(_ task: DepthwiseConvolution, _ rows: Range<Int>) {
  let window = task.window
  let reach = (window.kernelWidth &- 1) &* window.dilationWidth
  // Pixels whose whole kernel row lies inside the input.
  let interior = insidePositions(
    start: -window.padLeft, stride: window.strideWidth, size: window.inputWidth &- reach, count: window.outputWidth)
  let inputRow = window.inputWidth &* task.inputStride
  let weightTap = task.blocks &* lanes
  for oy in rows {
    let y = oy &* window.strideHeight &- window.padTop
    let taps = insidePositions(
      start: y, stride: window.dilationHeight, size: window.inputHeight, count: window.kernelHeight)
    var ox = 0
    while ox < window.outputWidth {
      let x = ox &* window.strideWidth &- window.padLeft
      var columns = (begin: 0, end: window.kernelWidth)
      var pixels = 1
      if ox >= interior.begin && ox < interior.end {
        // Strips of equal size or one less.
        let left = interior.end &- ox
        pixels = (left &+ (left &+ stripPixels &- 1) / stripPixels &- 1) / ((left &+ stripPixels &- 1) / stripPixels)
      } else {
        columns = insidePositions(
          start: x, stride: window.dilationWidth, size: window.inputWidth, count: window.kernelWidth)
      }
      let offset = (oy &* window.outputWidth &+ ox) &* task.outputStride
      // Without taps inside, only the bias is read.
      let empty = taps.begin == taps.end || columns.begin == columns.end
      let tapRow = y &+ taps.begin &* window.dilationHeight
      let tapColumn = x &+ columns.begin &* window.dilationWidth
      computeStrip(
        pixels,
        StripTask(
          input: empty ? task.input : task.input + tapRow &* inputRow + tapColumn &* task.inputStride,
          weights: task.weights + (taps.begin &* window.kernelWidth &+ columns.begin) &* weightTap,
          bias: task.bias, residual: task.epilogue.residual.map { $0 + offset }, output: task.output + offset,
          tapRows: empty ? 0 : taps.end &- taps.begin, tapColumns: empty ? 0 : columns.end &- columns.begin,
          inputTapRow: window.dilationHeight &* inputRow, inputTapColumn: window.dilationWidth &* task.inputStride,
          weightTapRow: window.kernelWidth &* weightTap, weightTapColumn: weightTap,
          inputPixel: window.strideWidth &* task.inputStride, outputPixel: task.outputStride, blocks: task.blocks,
          finish: Finish(task.epilogue.activation)))
      ox &+= pixels
    }
  }
}

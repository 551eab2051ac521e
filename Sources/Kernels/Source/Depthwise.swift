import FerryKernelInterface
import FerryKernelVector

func depthwise(_ task: DepthwiseConvolution, _ rows: Range<Int>, _ blocks: Range<Int>) {
  let finish = Finish(task.epilogue.activation)
  let size = blocksPerGroup(task.window)
  let window = task.window
  let inputRow = window.inputWidth &* task.inputStride
  // Within the second-level cache prefetching costs 5 to 15 %; beyond it, it is worth up to 80 %.
  let prefetches = window.inputHeight &* inputRow > 256 &* 1024
  var block = blocks.lowerBound
  while block < blocks.upperBound {
    let group = block..<min(blocks.upperBound, block &+ size)
    for row in rows {
      let (sample, oy) = row.quotientAndRemainder(dividingBy: window.outputHeight)
      let input = task.input + sample &* window.inputHeight &* inputRow
      let offset = row &* window.outputWidth &* task.outputStride
      let sums = task.sums.map { $0 + row &* task.sumsStride }
      if task.epilogue.residual == nil && DepthwiseConvolution.hasStrips(window) {
        let (y, taps) = verticalTaps(window, oy)
        var under = WindowRows(taps, y: y) { input + $0 &* inputRow }
        if prefetches { under.ahead = input + (y &+ taps.end) &* inputRow }
        stripRow(task, finish, group, rows: under, taps: taps, offset: offset)
      } else {
        generalRow(task, finish, group, input: input, oy: oy, offset: offset)
      }
      finishRow(task, finish, group, task.output + offset, sums)
    }
    block = group.upperBound
  }
}

/// Blocks worked on together for all rows: as many as keep the rows of the input under a window in the second-level
/// cache.
private func blocksPerGroup(_ window: Window) -> Int {
  let lines = (window.kernelHeight &+ window.strideHeight) &* window.inputWidth
  return max(4, 4096 / max(lines, 1))
}

/// The input row under the kernel's first row, and the rows of the kernel that lie inside the input.
@inline(__always)
func verticalTaps(_ window: Window, _ oy: Int) -> (y: Int, taps: (begin: Int, end: Int)) {
  let y = oy &* window.strideHeight &- window.padTop
  return (
    y, insidePositions(start: y, stride: window.dilationHeight, size: window.inputHeight, count: window.kernelHeight)
  )
}

/// The activations that are not applied where the sums are, and the sums of the row.
@inline(__always)
func finishRow(
  _ task: DepthwiseConvolution, _ finish: Finish, _ group: Range<Int>, _ output: UnsafeMutablePointer<Float>,
  _ sums: UnsafeMutablePointer<Float>?
) {
  let width = task.window.outputWidth
  if let sums {
    activate(
      finish.remaining ?? ActivationTask(), output, rows: width, stride: task.outputStride, group, sums: sums)
  } else if let remaining = finish.remaining {
    activate(
      remaining, output + group.lowerBound &* lanes, rows: width, stride: task.outputStride,
      count: group.count &* lanes)
  }
}

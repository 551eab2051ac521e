import FerryKernelInterface
import FerryKernelVector

func depthwise(_ task: DepthwiseConvolution, _ rows: Range<Int>, _ blocks: Range<Int>) {
  let finish = Finish(task.epilogue.activation)
  let size = blocksPerGroup(task.window)
  var block = blocks.lowerBound
  while block < blocks.upperBound {
    let group = block..<min(blocks.upperBound, block &+ size)
    for row in rows { depthwiseRow(task, finish, row, group) }
    block = group.upperBound
  }
}

/// Blocks worked on together for all rows: as many as keep the rows of the input under a window in the second-level cache.
private func blocksPerGroup(_ window: Window) -> Int {
  let lines = (window.kernelHeight &+ window.strideHeight) &* window.inputWidth
  return max(4, 4096 / max(lines, 1))
}

private func depthwiseRow(
  _ task: DepthwiseConvolution, _ finish: Finish, _ row: Int, _ group: Range<Int>
) {
  let window = task.window
  let (sample, oy) = row.quotientAndRemainder(dividingBy: window.outputHeight)
  let y = oy &* window.strideHeight &- window.padTop
  let taps = insidePositions(
    start: y, stride: window.dilationHeight, size: window.inputHeight, count: window.kernelHeight)
  let input = task.input + (sample &* window.inputHeight &+ y) &* window.inputWidth &* task.inputStride
  let offset = row &* window.outputWidth &* task.outputStride
  if hasStrips(task) {
    stripRow(task, finish, group, input: input, taps: taps, offset: offset)
  } else {
    generalRow(task, finish, group, input: input, taps: taps, offset: offset)
  }
  let output = task.output + offset
  if let sums = task.sums {
    activate(
      finish.remaining ?? ActivationTask(), output, rows: window.outputWidth, stride: task.outputStride, group,
      sums: sums + row &* task.sumsStride)
  } else if let remaining = finish.remaining {
    activate(
      remaining, output + group.lowerBound &* lanes, rows: window.outputWidth, stride: task.outputStride,
      count: group.count &* lanes)
  }
}

import FerryKernelInterface
import FerryKernelVector

func convolution(
  _ task: Convolution, _ rows: Range<Int>, _ panels: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
) {
  let window = task.window
  let finish = Finish(task.epilogue.activation)
  let reach = (window.kernelWidth &- 1) &* window.dilationWidth
  // Pixels whose whole kernel row lies inside the input.
  let interior = insidePositions(
    start: -window.padLeft, stride: window.strideWidth, size: window.inputWidth &- reach, count: window.outputWidth)
  var row = rows.lowerBound
  while row < rows.upperBound {
    let end = min(row &+ Convolution.rowsPerBlock, rows.upperBound)
    if interior.begin < interior.end {
      for row in row..<end { interiorRow(task, row, interior.begin..<interior.end, panels, finish) }
    }
    for column in 0..<interior.begin { borderColumn(task, row..<end, column, panels, scratch, finish) }
    for column in interior.end..<window.outputWidth { borderColumn(task, row..<end, column, panels, scratch, finish) }
    row = end
  }
}

/// Pixels of one output row whose patches lie inside the input from left to right. Rows of the kernel above or below
/// the input are left out.
@inline(__always)
private func interiorRow(
  _ task: Convolution, _ row: Int, _ columns: Range<Int>, _ panels: Range<Int>, _ finish: Finish
) {
  let window = task.window
  let (sample, oy) = row.quotientAndRemainder(dividingBy: window.outputHeight)
  let y = oy &* window.strideHeight &- window.padTop
  let x = columns.lowerBound &* window.strideWidth &- window.padLeft
  let taps = insidePositions(
    start: y, stride: window.dilationHeight, size: window.inputHeight, count: window.kernelHeight)
  let kernelRow = window.kernelWidth &* task.inputChannels
  let depth = task.depth
  let input = task.input + (sample &* task.sampleStride &+ y &* task.rowStride &+ x &* task.pixelStride)
  let offset =
    (row &* window.outputWidth &+ columns.lowerBound) &* task.outputStride &+ panels.lowerBound &* lanes
  let weights = task.weights + (panels.lowerBound &* depth &+ taps.begin &* kernelRow) &* lanes
  multiply(
    Tiles(
      input: input, inputStride: window.strideWidth &* task.pixelStride,
      offsets: task.offsets + taps.begin &* kernelRow, weights: weights, panelStride: depth &* lanes,
      depth: (taps.end &- taps.begin) &* kernelRow, bias: task.bias + panels.lowerBound &* lanes,
      output: task.output + offset, outputStride: task.outputStride,
      residual: task.epilogue.residual.map { $0 + offset },
      channels: task.outputChannels &- panels.lowerBound &* lanes, ahead: weights, aheadStep: 0),
    rows: columns.count, panels: panels.count, finish)
}

/// The pixels of one output column: their patches are copied with zeros for what lies outside.
private func borderColumn(
  _ task: Convolution, _ rows: Range<Int>, _ column: Int, _ panels: Range<Int>,
  _ scratch: UnsafeMutablePointer<Float>, _ finish: Finish
) {
  let window = task.window
  let stride = Convolution.patchStride(depth: task.depth)
  for row in rows { gather(task, row, column, scratch + (row &- rows.lowerBound) &* stride) }
  let outputRow = window.outputWidth &* task.outputStride
  let offset = rows.lowerBound &* outputRow &+ column &* task.outputStride &+ panels.lowerBound &* lanes
  let weights = task.weights + panels.lowerBound &* task.depth &* lanes
  multiply(
    Tiles(
      input: scratch, inputStride: stride, offsets: nil, weights: weights, panelStride: task.depth &* lanes,
      depth: task.depth, bias: task.bias + panels.lowerBound &* lanes, output: task.output + offset,
      outputStride: outputRow, residual: task.epilogue.residual.map { $0 + offset },
      channels: task.outputChannels &- panels.lowerBound &* lanes, ahead: weights, aheadStep: 0),
    rows: rows.count, panels: panels.count, finish)
}

/// One patch, zeros outside the input.
private func gather(_ task: Convolution, _ row: Int, _ column: Int, _ patch: UnsafeMutablePointer<Float>) {
  let window = task.window
  let (sample, oy) = row.quotientAndRemainder(dividingBy: window.outputHeight)
  let y = oy &* window.strideHeight &- window.padTop
  let x = column &* window.strideWidth &- window.padLeft
  let base = sample &* task.sampleStride &+ y &* task.rowStride &+ x &* task.pixelStride
  let channels = task.inputChannels
  var k = 0
  for ky in 0..<window.kernelHeight {
    let tapY = y &+ ky &* window.dilationHeight
    for kx in 0..<window.kernelWidth {
      let tapX = x &+ kx &* window.dilationWidth
      if tapY >= 0 && tapY < window.inputHeight && tapX >= 0 && tapX < window.inputWidth {
        for i in k..<(k &+ channels) { patch[i] = task.input[base &+ task.offsets[i]] }
      } else {
        for i in k..<(k &+ channels) { patch[i] = 0 }
      }
      k &+= channels
    }
  }
}

import FerryKernelInterface
import FerryKernelVector

func separable(_ task: SeparableConvolution, _ rows: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) {
  let window = task.depthwise.window
  let blocks = task.depthwise.blocks
  let size = SeparableConvolution.rowsPerBlock(window, blocks: blocks, expands: task.expansion != nil)
  var ring = task.expansion.map { Ring($0, window, blocks: blocks, memory: scratch) }
  let between = scratch + (ring?.count ?? 0)
  var row = rows.lowerBound
  while row < rows.upperBound {
    // With an expansion a block ends with its sample: the rows that are kept belong to one.
    let rest = ring == nil ? rows.upperBound : (row / window.outputHeight &+ 1) &* window.outputHeight
    let end = min(row &+ size, rows.upperBound, rest)
    var depthwiseTask = task.depthwise
    if task.projection != nil {
      depthwiseTask.outputStride = SeparableConvolution.pixelStride(blocks: blocks)
      // Rows count from the first of all; the block's first pixel lies at the beginning of scratch.
      depthwiseTask.output = between - row &* window.outputWidth &* depthwiseTask.outputStride
    }
    if ring != nil {
      depthwiseTask.inputStride = SeparableConvolution.pixelStride(blocks: blocks)
      ring?.depthwise(depthwiseTask, row..<end)
    } else {
      depthwise(depthwiseTask, row..<end, 0..<blocks)
    }
    if let projection = task.projection {
      multiply(
        projection, row &* window.outputWidth, (end &- row) &* window.outputWidth, input: UnsafePointer(between),
        inputStride: depthwiseTask.outputStride,
        output: projection.output + row &* window.outputWidth &* projection.outputStride,
        outputStride: projection.outputStride, panels: task.panels)
    }
    row = end
  }
}

/// Rows of a product whose input or output lies elsewhere than the task says.
private func multiply(
  _ task: MatrixProduct, _ first: Int, _ count: Int, input: UnsafePointer<Float>, inputStride: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int, panels: Int
) {
  multiply(
    Tiles(
      input: input, inputStride: inputStride, offsets: nil, weights: task.weights, panelStride: task.depth &* lanes,
      depth: task.depth, bias: task.bias, output: output, outputStride: outputStride,
      residual: task.epilogue.residual.map { $0 + first &* task.outputStride }, channels: task.channels,
      ahead: task.weights, aheadStep: 0),
    rows: count, panels: panels, Finish(task.epilogue.activation))
}

/// The expanded rows that the depthwise convolution sees, the last few of them: row y lies at y modulo their number.
private struct Ring {
  let expansion: MatrixProduct
  let window: Window
  let blocks: Int
  let memory: UnsafeMutablePointer<Float>
  let rows, rowStride: Int
  /// The sample whose rows are there, and the first of them that is not.
  var sample = -1
  var next = 0

  init(_ expansion: MatrixProduct, _ window: Window, blocks: Int, memory: UnsafeMutablePointer<Float>) {
    self.expansion = expansion
    self.window = window
    self.blocks = blocks
    self.memory = memory
    rows = SeparableConvolution.rowsInRing(window, blocks: blocks)
    rowStride = window.inputWidth &* SeparableConvolution.pixelStride(blocks: blocks)
  }

  /// Floats that it takes.
  var count: Int { rows &* rowStride }

  /// Output rows of one sample, after the input rows that they see and that are not there yet.
  mutating func depthwise(_ task: DepthwiseConvolution, _ outputRows: Range<Int>) {
    let (sample, oy) = outputRows.lowerBound.quotientAndRemainder(dividingBy: window.outputHeight)
    let (y, taps) = verticalTaps(window, oy)
    let last = verticalTaps(window, oy &+ outputRows.count &- 1)
    let first = max(y &+ taps.begin, 0)
    if sample != self.sample || next < first { (self.sample, next) = (sample, first) }
    // An output row that lies wholly in the padding at the bottom sees none of the rows before it.
    expand(upTo: min(last.y &+ last.taps.end, window.inputHeight))
    let finish = Finish(task.epilogue.activation)
    for row in outputRows {
      let (y, taps) = verticalTaps(window, row &- sample &* window.outputHeight)
      let offset = row &* window.outputWidth &* task.outputStride
      let under = WindowRows(taps, y: y) { UnsafePointer(memory + $0 % rows &* rowStride) }
      stripRow(task, finish, 0..<blocks, rows: under, taps: taps, offset: offset)
      finishRow(task, finish, 0..<blocks, task.output + offset, task.sums.map { $0 + row &* task.sumsStride })
    }
  }

  /// Computes the missing rows before `end`: as many at a time as lie behind each other.
  private mutating func expand(upTo end: Int) {
    while next < end {
      let place = next % rows
      let count = min(end &- next, rows &- place)
      let pixel = (sample &* window.inputHeight &+ next) &* window.inputWidth
      multiply(
        expansion, pixel, count &* window.inputWidth, input: expansion.input + pixel &* expansion.inputStride,
        inputStride: expansion.inputStride, output: memory + place &* rowStride,
        outputStride: SeparableConvolution.pixelStride(blocks: blocks), panels: blocks)
      next &+= count
    }
  }
}

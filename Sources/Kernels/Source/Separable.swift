import FerryKernelInterface
import FerryKernelVector

func separable(_ task: SeparableConvolution, _ rows: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) {
  let window = task.depthwise.window
  let blocks = task.depthwise.blocks
  let size = SeparableConvolution.rowsPerBlock(window, blocks: blocks)
  let stride = SeparableConvolution.pixelStride(blocks: blocks)
  let finish = Finish(task.product.epilogue.activation)
  let panelStride = task.product.depth &* lanes
  var row = rows.lowerBound
  while row < rows.upperBound {
    let end = min(row &+ size, rows.upperBound)
    let first = row &* window.outputWidth
    var depthwiseTask = task.depthwise
    // Rows count from the first of all; the block's first pixel lies at the beginning of scratch.
    depthwiseTask.output = scratch - first &* stride
    depthwiseTask.outputStride = stride
    depthwise(depthwiseTask, row..<end, 0..<blocks)
    let offset = first &* task.product.outputStride
    multiply(
      Tiles(
        input: scratch, inputStride: stride, offsets: nil, weights: task.product.weights, panelStride: panelStride,
        depth: task.product.depth, bias: task.product.bias, output: task.product.output + offset,
        outputStride: task.product.outputStride, residual: task.product.epilogue.residual.map { $0 + offset },
        ahead: task.product.weights, aheadStep: 0),
      rows: (end &- row) &* window.outputWidth, panels: task.panels, finish)
    row = end
  }
}

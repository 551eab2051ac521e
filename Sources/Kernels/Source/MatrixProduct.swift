import FerryKernelInterface

/// Rows worked on together, so that their part of the input stays in the second-level cache while all panels pass over
/// it.
@inline(__always)
private func rowsPerBlock(depth: Int, height: Int) -> Int {
  let floats = 48 * 1024
  return max(floats / max(depth, 1) / height, 8) * height
}

func matrixProduct(_ task: MatrixProduct, _ rows: Range<Int>, _ panels: Range<Int>) {
  let product = Product(
    depth: task.depth, inputStride: task.inputStride, panelStride: task.depth &* lanes,
    outputStride: task.outputStride, finish: Finish(task.epilogue.activation))
  let block = rowsPerBlock(depth: task.depth, height: tileHeight(width: 2))
  var first = rows.lowerBound
  while first < rows.upperBound {
    let count = min(block, rows.upperBound &- first)
    var panel = panels.lowerBound
    while panel < panels.upperBound {
      let width = tileWidth(rows: count, remaining: panels.upperBound &- panel)
      computeColumn(task, product, first, count, panel, width)
      panel &+= width
    }
    first &+= count
  }
}

/// All tiles of `width` panels over `count` rows, in tiles of equal height or one less: no small rest at the end.
@inline(__always)
private func computeColumn(
  _ task: MatrixProduct, _ product: Product, _ first: Int, _ count: Int, _ panel: Int, _ width: Int
) {
  let height = tileHeight(width: width)
  let tiles = (count &+ height &- 1) / height
  let (short, longer) = count.quotientAndRemainder(dividingBy: tiles)
  let weights = task.weights + panel &* product.panelStride
  let bias = task.bias + panel &* lanes
  // The tiles share the prefetching of the next panels: each asks for its part while it computes.
  let next = weights + width &* product.panelStride
  let step = max(1, (lanes &+ tiles &- 1) / tiles)
  var asked = 0
  var row = first
  for tile in 0..<tiles {
    let rows = tile < longer ? short &+ 1 : short
    let offset = row &* task.outputStride &+ panel &* lanes
    let output = task.output + offset
    let asks = asked < lanes
    computeTile(
      rows: rows, width: width, product, task.input + row &* task.inputStride, weights, bias,
      task.epilogue.residual.map { $0 + offset }, output,
      asks ? next + asked &* task.depth : weights, asks ? step : 0)
    product.finish.complete(output, rows: rows, stride: task.outputStride, count: width &* lanes)
    asked &+= step
    row &+= rows
  }
}

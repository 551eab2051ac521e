import FerryKernelInterface
import FerryKernelVector

func matrixProduct(
  _ task: MatrixProduct, _ rows: Range<Int>, _ panels: Range<Int>, _ scratch: UnsafeMutablePointer<Float>?
) {
  let finish = Finish(task.epilogue.activation)
  let block = MatrixProduct.rowsPerBlock(depth: task.depth)
  let panelStride = task.depth &* lanes
  var first = rows.lowerBound
  while first < rows.upperBound {
    var count = min(block, rows.upperBound &- first)
    var input = task.input + first &* task.inputStride
    var inputStride = task.inputStride
    if let scale = task.scale, let scratch {
      let (sample, row) = first.quotientAndRemainder(dividingBy: task.rowsPerSample)
      count = min(count, task.rowsPerSample &- row)
      inputStride = MatrixProduct.scaledStride(depth: task.depth)
      applyScale(
        scale + sample &* task.scaleStride, input, task.inputStride, scratch, inputStride, rows: count,
        depth: task.depth)
      input = UnsafePointer(scratch)
    }
    let offset = first &* task.outputStride &+ panels.lowerBound &* lanes
    let weights = task.weights + panels.lowerBound &* panelStride
    multiply(
      Tiles(
        input: input, inputStride: inputStride, offsets: nil, weights: weights, panelStride: panelStride,
        depth: task.depth, bias: task.bias + panels.lowerBound &* lanes, output: task.output + offset,
        outputStride: task.outputStride, residual: task.epilogue.residual.map { $0 + offset },
        channels: task.channels &- panels.lowerBound &* lanes, ahead: weights, aheadStep: 0),
      rows: count, panels: panels.count, finish)
    first &+= count
  }
}

/// output[r][k] = input[r][k] · scale[k]
private func applyScale(
  _ scale: UnsafePointer<Float>, _ input: UnsafePointer<Float>, _ inputStride: Int,
  _ output: UnsafeMutablePointer<Float>, _ outputStride: Int, rows: Int, depth: Int
) {
  for row in 0..<rows {
    let from = input + row &* inputStride
    let to = output + row &* outputStride
    var k = 0
    while k < depth {
      let rest = depth &- k
      if rest >= lanes {
        store(load(from + k) * load(scale + k), to + k)
      } else {
        storePartial(loadPartial(from + k, rest) * loadPartial(scale + k, rest), to + k, rest)
      }
      k &+= lanes
    }
  }
}

func scatteredProduct(_ task: ScatteredProduct, _ rows: Range<Int>, _ panels: Range<Int>) {
  let product = task.product
  let finish = Finish(product.epilogue.activation)
  let panelStride = product.depth &* lanes
  let outputWidth = task.width &* task.strideWidth
  for row in rows {
    for tap in 0..<(task.strideHeight &* task.strideWidth) {
      let (u, v) = tap.quotientAndRemainder(dividingBy: task.strideWidth)
      let weights = product.weights + (tap &* task.panels &+ panels.lowerBound) &* panelStride
      let pixel = (row &* task.strideHeight &+ u) &* outputWidth &+ v
      multiply(
        Tiles(
          input: product.input + row &* task.width &* product.inputStride, inputStride: product.inputStride,
          offsets: nil, weights: weights, panelStride: panelStride, depth: product.depth,
          bias: product.bias + panels.lowerBound &* lanes,
          output: product.output + (pixel &* product.outputStride &+ panels.lowerBound &* lanes),
          outputStride: task.strideWidth &* product.outputStride, residual: nil,
          channels: product.channels &- panels.lowerBound &* lanes, ahead: weights, aheadStep: 0),
        rows: task.width, panels: panels.count, finish)
    }
  }
}

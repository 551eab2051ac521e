import FerryKernelInterface

func pool(_ task: Pooling, _ rows: Range<Int>) {
  let window = task.window
  let inputRow = window.inputWidth &* task.inputStride
  for oy in rows {
    let y = oy &* window.strideHeight &- window.padTop
    let tapRows = insidePositions(
      start: y, stride: window.dilationHeight, size: window.inputHeight, count: window.kernelHeight)
    for ox in 0..<window.outputWidth {
      let x = ox &* window.strideWidth &- window.padLeft
      let tapColumns = insidePositions(
        start: x, stride: window.dilationWidth, size: window.inputWidth, count: window.kernelWidth)
      let output = task.output + (oy &* window.outputWidth &+ ox) &* task.outputStride
      let height = tapRows.end &- tapRows.begin
      let width = tapColumns.end &- tapColumns.begin
      let input =
        height == 0 || width == 0
        ? task.input
        : task.input + (y &+ tapRows.begin &* window.dilationHeight) &* inputRow
          + (x &+ tapColumns.begin &* window.dilationWidth) &* task.inputStride
      let taps = Taps(
        rows: width == 0 ? 0 : height, columns: width, rowStride: window.dilationHeight &* inputRow,
        columnStride: window.dilationWidth &* task.inputStride)
      switch task.kind {
      case .maximum: maximumOfTaps(taps, input, output, task.blocks)
      case .average: averageOfTaps(taps, input, output, task.blocks, divisor: height &* width)
      case .averageIncludingPadding:
        let down = insidePositions(
          start: y &+ window.padTop, stride: window.dilationHeight, size: task.paddedHeight, count: window.kernelHeight)
        let across = insidePositions(
          start: x &+ window.padLeft, stride: window.dilationWidth, size: task.paddedWidth, count: window.kernelWidth)
        averageOfTaps(
          taps, input, output, task.blocks, divisor: (down.end &- down.begin) &* (across.end &- across.begin))
      }
    }
  }
}

/// The positions of one window that lie inside the input.
private struct Taps {
  var rows, columns, rowStride, columnStride: Int
}

private func maximumOfTaps(
  _ taps: Taps, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ blocks: Int
) {
  for block in 0..<blocks {
    var result = Vector(repeating: -.infinity)
    for row in 0..<taps.rows {
      var tap = input + block &* lanes + row &* taps.rowStride
      for _ in 0..<taps.columns {
        result = maximum(result, load(tap))
        tap += taps.columnStride
      }
    }
    store(result, output + block &* lanes)
  }
}

private func averageOfTaps(
  _ taps: Taps, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ blocks: Int, divisor: Int
) {
  let divisor = Vector(repeating: Float(divisor))
  for block in 0..<blocks {
    var sum = Vector.zero
    for row in 0..<taps.rows {
      var tap = input + block &* lanes + row &* taps.rowStride
      for _ in 0..<taps.columns {
        sum += load(tap)
        tap += taps.columnStride
      }
    }
    store(sum / divisor, output + block &* lanes)
  }
}

import FerryKernelInterface
import FerryKernelVector

func pool(_ task: Pooling, _ rows: Range<Int>) {
  let window = task.window
  let inputRow = window.inputWidth &* task.inputStride
  for row in rows {
    let (sample, oy) = row.quotientAndRemainder(dividingBy: window.outputHeight)
    let y = oy &* window.strideHeight &- window.padTop
    let tapRows = insidePositions(
      start: y, stride: window.dilationHeight, size: window.inputHeight, count: window.kernelHeight)
    for ox in 0..<window.outputWidth {
      let x = ox &* window.strideWidth &- window.padLeft
      let tapColumns = insidePositions(
        start: x, stride: window.dilationWidth, size: window.inputWidth, count: window.kernelWidth)
      let output = task.output + (row &* window.outputWidth &+ ox) &* task.outputStride
      let height = tapRows.end &- tapRows.begin
      let width = tapColumns.end &- tapColumns.begin
      let input =
        height == 0 || width == 0
        ? task.input
        : task.input + (sample &* window.inputHeight &+ y &+ tapRows.begin &* window.dilationHeight) &* inputRow
          + (x &+ tapColumns.begin &* window.dilationWidth) &* task.inputStride
      let rows = width == 0 ? 0 : height
      switch task.kind {
      case .maximum: maximumOfTaps(task, rows, width, input, output)
      case .average: averageOfTaps(task, rows, width, input, output, divisor: height &* width)
      case .averageIncludingPadding:
        let down = insidePositions(
          start: y &+ window.padTop, stride: window.dilationHeight, size: task.paddedHeight, count: window.kernelHeight)
        let across = insidePositions(
          start: x &+ window.padLeft, stride: window.dilationWidth, size: task.paddedWidth, count: window.kernelWidth)
        averageOfTaps(
          task, rows, width, input, output, divisor: (down.end &- down.begin) &* (across.end &- across.begin))
      }
    }
  }
}

// `tapRows` by `tapColumns` positions of one window lie inside the input, the first of them at `input`.

private func maximumOfTaps(
  _ task: Pooling, _ tapRows: Int, _ tapColumns: Int, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>
) {
  let tapRow = task.window.dilationHeight &* task.window.inputWidth &* task.inputStride
  let tapColumn = task.window.dilationWidth &* task.inputStride
  for block in 0..<task.blocks {
    var result = Vector(repeating: -.infinity)
    for row in 0..<tapRows {
      var tap = input + block &* lanes + row &* tapRow
      for _ in 0..<tapColumns {
        result = maximum(result, load(tap))
        tap += tapColumn
      }
    }
    store(result, output + block &* lanes)
  }
}

private func averageOfTaps(
  _ task: Pooling, _ tapRows: Int, _ tapColumns: Int, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, divisor: Int
) {
  let tapRow = task.window.dilationHeight &* task.window.inputWidth &* task.inputStride
  let tapColumn = task.window.dilationWidth &* task.inputStride
  let divisor = Vector(repeating: Float(divisor))
  for block in 0..<task.blocks {
    var sum = Vector.zero
    for row in 0..<tapRows {
      var tap = input + block &* lanes + row &* tapRow
      for _ in 0..<tapColumns {
        sum += load(tap)
        tap += tapColumn
      }
    }
    store(sum / divisor, output + block &* lanes)
  }
}

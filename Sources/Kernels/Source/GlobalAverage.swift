import FerryKernelInterface
import FerryKernelVector

/// Four sums, row r in sum r % 4, then (0 + 1) + (2 + 3): independent additions hide their latency, and shorter sums
/// round less.
func globalAverage(_ task: GlobalAverage, _ samples: Range<Int>, _ blocks: Range<Int>) {
  let divisor = Vector(repeating: Float(task.divisor))
  for sample in samples {
    for block in blocks {
      var sums = InlineArray<4, Vector>(repeating: .zero)
      var input = task.input + sample &* task.rows &* task.inputStride + block &* lanes
      for _ in 0..<(task.rows / 4) {
        for i in 0..<4 { sums[unchecked: i] += load(input + i &* task.inputStride) }
        input += 4 &* task.inputStride
      }
      let rest = task.rows % 4
      if rest > 0 { sums[unchecked: 0] += load(input) }
      if rest > 1 { sums[unchecked: 1] += load(input + task.inputStride) }
      if rest > 2 { sums[unchecked: 2] += load(input + 2 &* task.inputStride) }
      let total = (sums[unchecked: 0] + sums[unchecked: 1]) + (sums[unchecked: 2] + sums[unchecked: 3])
      store(total / divisor, task.output + sample &* task.outputStride + block &* lanes)
    }
  }
}

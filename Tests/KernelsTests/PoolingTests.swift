import FerryKernels
import Testing

@Suite("Pooling")
struct PoolingTests {
  private struct Problem {
    let window: Window
    let blocks: Int
    let samples: Int
    let input, output: GuardedBuffer
    var stride: Int { blocks * lanes }
    var rows: Int { samples * window.outputHeight }

    init(_ window: Window, samples: Int = 1, blocks: Int, edge: GuardedBuffer.Edge) {
      (self.window, self.samples, self.blocks) = (window, samples, blocks)
      let stride = blocks * lanes
      var numbers = Numbers(seed: UInt64(window.inputWidth))
      input = GuardedBuffer(count: samples * window.inputHeight * window.inputWidth * stride, edge: edge) {
        $0 % stride == stride - 1 ? .nan : numbers.next()
      }
      output = GuardedBuffer(count: samples * window.outputHeight * window.outputWidth * stride, edge: edge) { _ in
        .nan
      }
    }

    func task(_ kind: Pooling.Kind, paddedHeight: Int = 0, paddedWidth: Int = 0) -> Pooling {
      Pooling(
        kind: kind, window: window, paddedHeight: paddedHeight, paddedWidth: paddedWidth, blocks: blocks,
        input: input.input, inputStride: stride, output: output.floats, outputStride: stride)
    }

    /// The real values that a window sees, and how many of its positions lie inside a padded input of this size.
    func seen(
      _ sample: Int, _ oy: Int, _ ox: Int, _ channel: Int, _ height: Int, _ width: Int
    ) -> (values: [Float], positions: Int) {
      var values: [Float] = []
      var positions = 0
      for ky in 0..<window.kernelHeight {
        for kx in 0..<window.kernelWidth {
          let py = oy * window.strideHeight + ky * window.dilationHeight
          let px = ox * window.strideWidth + kx * window.dilationWidth
          if py < height && px < width { positions += 1 }
          let (y, x) = (py - window.padTop, px - window.padLeft)
          guard y >= 0, y < window.inputHeight, x >= 0, x < window.inputWidth else { continue }
          let pixel = (sample * window.inputHeight + y) * window.inputWidth + x
          values.append(input[pixel * stride + channel])
        }
      }
      return (values, positions)
    }
  }

  @Test("agrees with plain loops for every kind and geometry", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (i, window) in geometries.enumerated() {
      let problem = Problem(window, samples: 1 + i % 3, blocks: 1 + i % 2, edge: i % 3 == 0 ? .beforeFirst : .afterLast)
      // One row and column of padding at the end less than the largest window reaches: ceil mode.
      let height = window.inputHeight + window.padTop + max(window.padTop - 1, 0)
      let width = window.inputWidth + window.padLeft + max(window.padLeft - 1, 0)
      for kind in [Pooling.Kind.maximum, .average, .averageIncludingPadding] {
        table.pool(problem.task(kind, paddedHeight: height, paddedWidth: width), 0..<problem.rows)
        for i in 0..<problem.output.count where i % problem.stride != problem.stride - 1 {
          let (pixel, channel) = i.quotientAndRemainder(dividingBy: problem.stride)
          let (row, ox) = pixel.quotientAndRemainder(dividingBy: window.outputWidth)
          let seen = problem.seen(
            row / window.outputHeight, row % window.outputHeight, ox, channel, height, width)
          let found = problem.output[i]
          if kind == .maximum {
            #expect(found == seen.values.max())
          } else {
            let divisor = Double(kind == .average ? seen.values.count : seen.positions)
            var sum = ExactSum()
            for value in seen.values { sum.add(Double(value) / divisor) }
            #expect(sum.admits(found), "\(kind) \(window)")
          }
        }
      }
    }
  }

  @Test("NaN wins over every maximum, first, last or between", arguments: Kernels.available)
  func notANumber(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = Window(
      inputHeight: 1, inputWidth: 3, outputHeight: 1, outputWidth: 1, kernelHeight: 1, kernelWidth: 3)
    for position in 0..<3 {
      let problem = Problem(window, blocks: 1, edge: .afterLast)
      problem.input.floats[position * lanes + 4] = .nan
      table.pool(problem.task(.maximum), 0..<1)
      for lane in 0..<(lanes - 1) { #expect(problem.output[lane].isNaN == (lane == 4)) }
    }
  }

  @Test("a window that sees nothing has the maximum -inf and the average NaN", arguments: Kernels.available)
  func emptyWindow(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = Window(
      inputHeight: 1, inputWidth: 1, outputHeight: 1, outputWidth: 3, kernelHeight: 1, kernelWidth: 1, padLeft: 1)
    let problem = Problem(window, blocks: 1, edge: .afterLast)
    table.pool(problem.task(.maximum), 0..<1)
    #expect([problem.output[0], problem.output[16], problem.output[32]] == [-.infinity, problem.input[0], -.infinity])
    table.pool(problem.task(.average), 0..<1)
    #expect(problem.output[0].isNaN && problem.output[16] == problem.input[0] && problem.output[32].isNaN)
  }

  @Test("rows outside the range are not written, and rows inside have the same bits", arguments: Kernels.available)
  func ranges(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = geometries[1]
    let problem = Problem(window, samples: 3, blocks: 1, edge: .afterLast)
    for kind in [Pooling.Kind.average, .maximum] {
      table.pool(problem.task(kind), 0..<15)
      let whole = problem.output.bits
      for rows in [1..<3, 4..<12, 14..<15, 0..<15, 7..<7] {
        problem.output.fill(.infinity)
        table.pool(problem.task(kind), rows)
        let part = problem.output.bits
        let row = window.outputWidth * lanes
        #expect(
          part.indices.allSatisfy { part[$0] == (rows.contains($0 / row) ? whole[$0] : Float.infinity.bitPattern) })
      }
    }
  }

  @Test("the global average of any number of pixels, or of their rows' sums", arguments: Kernels.available)
  func globalAverage(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (rows, divisor) in [(1, 1), (2, 2), (3, 3), (4, 4), (7, 49), (25, 25), (49, 49), (100, 100), (10, 70)] {
      var numbers = Numbers(seed: UInt64(rows))
      // Two blocks in pixels of three: the stride is not the size of the range.
      let input = GuardedBuffer(count: 3 * rows * 48, edge: .afterLast) { $0 % 48 == 40 ? .nan : numbers.next() }
      let output = GuardedBuffer(count: 3 * 64, edge: .afterLast) { _ in .infinity }
      let task = GlobalAverage(
        rows: rows, divisor: divisor, input: input.input, inputStride: 48, output: output.floats, outputStride: 64)
      table.globalAverage(task, 1..<3, 1..<3)
      for i in 0..<output.count {
        let (sample, channel) = (i / 64, i % 64)
        if sample == 0 || channel < 16 || channel >= 48 {
          #expect(output[i] == .infinity)
        } else if channel != 40 {
          var sum = ExactSum()
          for row in 0..<rows { sum.add(Double(input[(sample * rows + row) * 48 + channel]) / Double(divisor)) }
          #expect(sum.admits(output[i]), "sample \(sample) channel \(channel) of \(rows) rows")
        }
      }
    }
  }
}

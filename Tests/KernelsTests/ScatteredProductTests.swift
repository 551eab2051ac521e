import FerryKernels
import Testing

/// Transposed convolutions whose windows do not overlap.
@Suite("Scattered product")
struct ScatteredProductTests {
  private struct Problem {
    let samples, height, width, depth, channels, strideHeight, strideWidth: Int
    let input, weights, bias, output: GuardedBuffer
    var panels: Int { (channels + lanes - 1) / lanes }
    var inputStride: Int { padded(depth) }
    var outputStride: Int { panels * lanes }
    var rows: Int { samples * height }

    init(samples: Int, height: Int, width: Int, depth: Int, channels: Int, stride: (height: Int, width: Int)) {
      (self.samples, self.height, self.width) = (samples, height, width)
      (self.depth, self.channels) = (depth, channels)
      (strideHeight, strideWidth) = stride
      var numbers = Numbers(seed: UInt64(width * 31 + channels))
      let pixels = samples * height * width
      let (inputStride, panels) = (padded(depth), padded(channels) / lanes)
      input = GuardedBuffer(count: pixels * inputStride, edge: .afterLast) {
        $0 % inputStride < depth ? numbers.next() : .nan
      }
      let taps = stride.height * stride.width
      weights = GuardedBuffer(count: taps * panels * depth * lanes, edge: .afterLast) { i in
        i / (depth * lanes) % panels * lanes + i % lanes < channels ? numbers.next() : 0
      }
      bias = GuardedBuffer(count: panels * lanes, edge: .afterLast) { $0 < channels ? numbers.next() : 0 }
      output = GuardedBuffer(count: pixels * taps * panels * lanes, edge: .afterLast) { _ in .infinity }
    }

    func task(_ activation: ActivationTask = ActivationTask()) -> ScatteredProduct {
      ScatteredProduct(
        product: MatrixProduct(
          depth: depth, input: input.input, inputStride: inputStride, channels: channels, weights: weights.input,
          bias: bias.input, output: output.floats, outputStride: outputStride,
          epilogue: Epilogue(activation: activation)),
        width: width, strideHeight: strideHeight, strideWidth: strideWidth, panels: panels)
    }

    /// The input row of the image that an element of the output belongs to.
    func row(of i: Int) -> Int { i / outputStride / (width * strideWidth) / strideHeight }

    func exact(_ i: Int) -> ExactSum {
      let (pixel, channel) = i.quotientAndRemainder(dividingBy: outputStride)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width * strideWidth)
      let tap = y % strideHeight * strideWidth + x % strideWidth
      let from = (y / strideHeight * width + x / strideWidth) * inputStride
      let panel = (tap * panels + channel / lanes) * depth * lanes + channel % lanes
      var sum = ExactSum()
      sum.add(Double(bias[channel]))
      for k in 0..<depth { sum.add(Double(input[from + k]) * Double(weights[panel + k * lanes])) }
      return sum
    }
  }

  private let problems = [
    Problem(samples: 2, height: 3, width: 5, depth: 24, channels: 19, stride: (2, 2)),
    Problem(samples: 1, height: 2, width: 13, depth: 7, channels: 32, stride: (1, 3)),
    Problem(samples: 3, height: 1, width: 1, depth: 16, channels: 5, stride: (3, 2)),
    Problem(samples: 2, height: 4, width: 8, depth: 3, channels: 40, stride: (1, 1)),
  ]

  @Test("agrees with plain loops", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for problem in problems {
      table.scatteredProduct(problem.task(), 0..<problem.rows, 0..<problem.panels)
      let wrong = (0..<problem.output.count).first { i in
        i % problem.outputStride < problem.channels && !problem.exact(i).admits(problem.output[i])
      }
      #expect(wrong == nil, "\(problem.width) pixels of \(problem.channels) channels")
      // The activation follows.
      let plain = (0..<problem.output.count).map { problem.output[$0] }
      table.scatteredProduct(problem.task(ActivationTask(.relu)), 0..<problem.rows, 0..<problem.panels)
      #expect(
        plain.indices.allSatisfy {
          $0 % problem.outputStride >= problem.channels || problem.output[$0] == max(plain[$0], 0)
        })
    }
  }

  @Test("gives the same bits for every range, and writes nothing outside it", arguments: Kernels.available)
  func sameBitsForEveryRange(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for problem in problems {
      let task = problem.task(ActivationTask(.silu))
      table.scatteredProduct(task, 0..<problem.rows, 0..<problem.panels)
      let whole = problem.output.bits
      let last = (problem.panels - 1)..<problem.panels
      for (rows, panels) in [
        (0..<1, 0..<problem.panels), (1..<problem.rows, last), ((problem.rows - 1)..<problem.rows, 0..<1),
        (0..<0, 0..<problem.panels),
      ] {
        problem.output.fill(.infinity)
        table.scatteredProduct(task, rows, panels)
        let part = problem.output.bits
        let differs = part.indices.first { i in
          let channel = i % problem.outputStride
          let inside = rows.contains(problem.row(of: i)) && panels.contains(channel / lanes)
          return (!inside || channel < problem.channels)
            && part[i] != (inside ? whole[i] : Float.infinity.bitPattern)
        }
        #expect(differs == nil, "rows \(rows) panels \(panels)")
      }
    }
  }
}

import FerryKernels
import Testing

@Suite("Depthwise convolution")
struct DepthwiseTests {
  private struct Problem {
    let window: Window
    let blocks: Int
    let input, weights, bias, residual, output: GuardedBuffer
    var stride: Int { blocks * lanes }

    /// The last channel of the input is a padding lane, filled with NaN.
    init(_ window: Window, blocks: Int, edge: GuardedBuffer.Edge) {
      (self.window, self.blocks) = (window, blocks)
      let stride = blocks * lanes
      var numbers = Numbers(seed: UInt64(window.inputWidth * 7 + blocks))
      input = GuardedBuffer(count: window.inputHeight * window.inputWidth * stride, edge: edge) {
        $0 % stride == stride - 1 ? .nan : numbers.next()
      }
      weights = GuardedBuffer(count: window.kernelHeight * window.kernelWidth * stride, edge: edge) {
        $0 % stride == stride - 1 ? 0 : numbers.next()
      }
      bias = GuardedBuffer(count: stride, edge: edge) { _ in numbers.next() }
      let count = window.outputHeight * window.outputWidth * stride
      residual = GuardedBuffer(count: count, edge: edge) { _ in numbers.next() }
      output = GuardedBuffer(count: count, edge: edge) { _ in .nan }
    }

    func task(residual adds: Bool = false, _ activation: ActivationTask = ActivationTask()) -> DepthwiseConvolution {
      DepthwiseConvolution(
        window: window, blocks: blocks, input: input.input, inputStride: stride, weights: weights.input,
        bias: bias.input, output: output.floats, outputStride: stride,
        epilogue: Epilogue(residual: adds ? residual.input : nil, activation: activation))
    }

    func exact(_ oy: Int, _ ox: Int, _ channel: Int) -> ExactSum {
      var sum = ExactSum()
      sum.add(Double(bias[channel]))
      for ky in 0..<window.kernelHeight {
        for kx in 0..<window.kernelWidth {
          let y = oy * window.strideHeight - window.padTop + ky * window.dilationHeight
          let x = ox * window.strideWidth - window.padLeft + kx * window.dilationWidth
          guard y >= 0, y < window.inputHeight, x >= 0, x < window.inputWidth else { continue }
          let weight = weights[(ky * window.kernelWidth + kx) * stride + channel]
          sum.add(Double(input[(y * window.inputWidth + x) * stride + channel]) * Double(weight))
        }
      }
      return sum
    }
  }

  @Test("agrees with Double for kernels, strides, dilations and pads", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (i, window) in geometries.enumerated() {
      for edge in GuardedBuffer.Edge.allCases {
        let problem = Problem(window, blocks: 1 + i % 3, edge: edge)
        table.depthwise(problem.task(), 0..<window.outputHeight)
        let wrong = (0..<problem.output.count).first { i in
          let (pixel, channel) = i.quotientAndRemainder(dividingBy: problem.stride)
          return channel != problem.stride - 1
            && !problem.exact(pixel / window.outputWidth, pixel % window.outputWidth, channel).admits(problem.output[i])
        }
        #expect(wrong == nil, "\(window)")
      }
    }
  }

  @Test("gives the same bits for every range, and writes nothing outside it", arguments: Kernels.available)
  func sameBitsForEveryRange(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for window in geometries.prefix(4) {
      let problem = Problem(window, blocks: 2, edge: .afterLast)
      let height = window.outputHeight
      table.depthwise(problem.task(), 0..<height)
      let whole = problem.output.bits
      for rows in [0..<1, 1..<height, (height - 1)..<height, 0..<0] {
        problem.output.fill(.infinity)
        table.depthwise(problem.task(), rows)
        let part = problem.output.bits
        let row = window.outputWidth * problem.stride
        #expect(
          part.indices.allSatisfy { part[$0] == (rows.contains($0 / row) ? whole[$0] : Float.infinity.bitPattern) },
          "rows \(rows) of \(window)")
      }
    }
  }

  @Test("an output pixel has the same bits wherever the tiling puts it", arguments: Kernels.available)
  func sameBitsForEveryPosition(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    // All pixels see the same values, so that all interior results are equal.
    for width in 3...21 {
      let window = Window(
        inputHeight: 5, inputWidth: width, outputHeight: 5, outputWidth: width, kernelHeight: 3, kernelWidth: 3,
        padTop: 1, padLeft: 1)
      let problem = Problem(window, blocks: 1, edge: .afterLast)
      var numbers = Numbers(seed: 3)
      let values = (0..<lanes).map { _ in numbers.next() }
      for i in 0..<problem.input.count { problem.input.floats[i] = values[i % lanes] }
      table.depthwise(problem.task(), 0..<5)
      for x in 1..<(width - 1) {
        for lane in 0..<lanes {
          #expect(problem.output[(2 * width + x) * lanes + lane] == problem.output[(2 * width + 1) * lanes + lane])
        }
      }
    }
  }

  @Test("the epilogue is activation(sum + residual)", arguments: Kernels.available)
  func epilogue(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = geometries[0]
    let problem = Problem(window, blocks: 2, edge: .afterLast)
    // Here every lane is real.
    for pixel in 0..<(window.inputHeight * window.inputWidth) { problem.input.floats[pixel * 32 + 31] = 0.5 }
    table.depthwise(problem.task(), 0..<window.outputHeight)
    let sums = (0..<problem.output.count).map { problem.output[$0] }
    for activation in activations {
      for adds in [false, true] {
        let expected = GuardedBuffer(count: sums.count, edge: .afterLast) {
          adds ? sums[$0] + problem.residual[$0] : sums[$0]
        }
        table.unary(Unary(input: expected.input, output: expected.floats, activation: activation), 0..<expected.count)
        table.depthwise(problem.task(residual: adds, activation), 0..<window.outputHeight)
        #expect(problem.output.bits == expected.bits, "\(activation.kind) residual \(adds)")
      }
    }
  }
}

/// Windows that depthwise convolution and pooling share: the usual ones, then every way to be unusual.
let geometries = [
  Window(
    inputHeight: 6, inputWidth: 15, outputHeight: 6, outputWidth: 15, kernelHeight: 3, kernelWidth: 3, padTop: 1,
    padLeft: 1),
  Window(
    inputHeight: 9, inputWidth: 18, outputHeight: 5, outputWidth: 9, kernelHeight: 3, kernelWidth: 3, strideHeight: 2,
    strideWidth: 2, padTop: 1, padLeft: 1),
  Window(
    inputHeight: 7, inputWidth: 11, outputHeight: 7, outputWidth: 11, kernelHeight: 5, kernelWidth: 5, padTop: 2,
    padLeft: 2),
  Window(
    inputHeight: 10, inputWidth: 13, outputHeight: 5, outputWidth: 7, kernelHeight: 5, kernelWidth: 5, strideHeight: 2,
    strideWidth: 2, padTop: 1, padLeft: 2),
  Window(
    inputHeight: 7, inputWidth: 8, outputHeight: 3, outputWidth: 4, kernelHeight: 3, kernelWidth: 3, strideHeight: 2,
    strideWidth: 2),
  Window(
    inputHeight: 9, inputWidth: 9, outputHeight: 9, outputWidth: 9, kernelHeight: 3, kernelWidth: 3, dilationHeight: 2,
    dilationWidth: 2, padTop: 2, padLeft: 2),
  Window(
    inputHeight: 1, inputWidth: 1, outputHeight: 1, outputWidth: 1, kernelHeight: 5, kernelWidth: 5, padTop: 2,
    padLeft: 2),
  Window(
    inputHeight: 2, inputWidth: 2, outputHeight: 2, outputWidth: 2, kernelHeight: 7, kernelWidth: 7, padTop: 3,
    padLeft: 3),
  Window(
    inputHeight: 5, inputWidth: 6, outputHeight: 3, outputWidth: 2, kernelHeight: 2, kernelWidth: 4, strideHeight: 2,
    strideWidth: 3, padTop: 1, padLeft: 0),
]

import FerryKernels
import Testing

@Suite("Convolution")
struct ConvolutionTests {
  @Test("agrees with Double for kernels, strides, dilations and pads", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (i, window) in windows.enumerated() {
      for (j, (channels, rowMajor)) in [(3, true), (1, true), (5, false), (16, false), (20, false)].enumerated() {
        let problem = ConvolutionProblem(
          window, samples: 1 + (i + j) % 2, inputChannels: channels, rowMajor: rowMajor,
          channels: [16, 7, 33, 24, 42][(i + j) % 5], edge: i % 2 == 0 ? .afterLast : .beforeFirst)
        problem.run(table, 0..<problem.rows, 0..<problem.panels)
        let wrong = problem.firstWrong()
        #expect(wrong == nil, "\(window) channels \(channels) rowMajor \(rowMajor)")
      }
    }
  }

  @Test("every width gives what Double says", arguments: Kernels.available)
  func everyWidth(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for width in 1...30 {
      for (stride, pads) in [(1, PadKind.sameUpper), (2, .sameUpper), (2, .sameLower), (2, .none)] {
        guard let window = Window(3 + width % 5, width, kernel: (3, 3), stride: stride, pads) else { continue }
        let problem = ConvolutionProblem(
          window, samples: 2, inputChannels: 3, rowMajor: width % 2 == 0, channels: 1 + width % 19)
        problem.run(table, 0..<problem.rows, 0..<problem.panels)
        let wrong = problem.firstWrong()
        #expect(wrong == nil, "\(window)")
      }
    }
  }

  @Test("gives the same bits for every range, and writes nothing outside it", arguments: Kernels.available)
  func sameBitsForEveryRange(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = Window(
      inputHeight: 9, inputWidth: 11, outputHeight: 9, outputWidth: 11, kernelHeight: 3, kernelWidth: 3, padTop: 1,
      padLeft: 1)
    for (rowMajor, channels) in [(true, 48), (false, 48), (true, 40), (false, 43)] {
      let problem = ConvolutionProblem(window, samples: 3, inputChannels: 4, rowMajor: rowMajor, channels: channels)
      problem.run(table, 0..<27, 0..<3, residual: true, ActivationTask(.silu))
      let whole = problem.output.bits
      for (rows, panels) in [
        (0..<1, 0..<3), (2..<27, 1..<2), (8..<10, 2..<3), (3..<22, 0..<2), (26..<27, 0..<3), (5..<5, 0..<3),
        (1..<15, 0..<3),
      ] {
        problem.output.fill(.infinity)
        problem.run(table, rows, panels, residual: true, ActivationTask(.silu))
        let part = problem.output.bits
        let differs = part.indices.first { i in
          let inside = rows.contains(i / (11 * 48)) && panels.contains(i % 48 / lanes)
          return (!inside || i % 48 < channels) && part[i] != (inside ? whole[i] : Float.infinity.bitPattern)
        }
        #expect(differs == nil, "rows \(rows) panels \(panels)")
      }
    }
  }

  @Test("the epilogue is activation(sum + residual)", arguments: Kernels.available)
  func epilogue(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (window, channels) in [(windows[0], 32), (windows[1], 5)] {
      let problem = ConvolutionProblem(window, inputChannels: 3, rowMajor: true, channels: channels)
      problem.run(table, 0..<problem.rows, 0..<problem.panels)
      let sums = (0..<problem.output.count).map { problem.output[$0] }
      for activation in activations {
        for adds in [false, true] {
          let expected = GuardedBuffer(count: sums.count, edge: .afterLast) {
            adds ? sums[$0] + problem.residual[$0] : sums[$0]
          }
          table.unary(Unary(input: expected.input, output: expected.floats, activation: activation), 0..<sums.count)
          problem.run(table, 0..<problem.rows, 0..<problem.panels, residual: adds, activation)
          let (found, wanted) = (problem.output.bits, expected.bits)
          #expect(
            found.indices.allSatisfy { $0 % problem.outputStride >= channels || found[$0] == wanted[$0] },
            "\(activation.kind) residual \(adds)")
        }
      }
    }
  }

  @Test("a row-major and a channels-last input give the same bits", arguments: Kernels.available)
  func sameBitsForEveryLayout(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for window in windows {
      let a = ConvolutionProblem(window, samples: 2, inputChannels: 3, rowMajor: true, channels: 16)
      let b = ConvolutionProblem(window, samples: 2, inputChannels: 3, rowMajor: false, channels: 16)
      a.run(table, 0..<a.rows, 0..<1)
      b.run(table, 0..<b.rows, 0..<1)
      #expect(a.output.bits == b.output.bits, "\(window)")
    }
  }

  @Test("patches that would share few cache sets are spread, within the scratch", arguments: Kernels.available)
  func spreadPatches(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = Window(
      inputHeight: 8, inputWidth: 8, outputHeight: 8, outputWidth: 9, kernelHeight: 2, kernelWidth: 2, padLeft: 1)
    let problem = ConvolutionProblem(window, inputChannels: 128, rowMajor: false, channels: 16)
    #expect(problem.task().depth == 512)
    #expect(Convolution.patchStride(depth: 512) == 528)
    #expect(problem.scratch.count == 528 * Convolution.rowsPerBlock)
    problem.run(table, 0..<8, 0..<1)
    #expect(problem.firstWrong() == nil)
  }

  /// Every kind of geometry: pads on all sides, unequal pads, strides, dilations, kernels larger than the input, output
  /// pixels that see nothing but padding.
  private let windows = [
    Window(
      inputHeight: 7, inputWidth: 6, outputHeight: 7, outputWidth: 6, kernelHeight: 3, kernelWidth: 3, padTop: 1,
      padLeft: 1),
    Window(
      inputHeight: 9, inputWidth: 8, outputHeight: 5, outputWidth: 4, kernelHeight: 3, kernelWidth: 3, strideHeight: 2,
      strideWidth: 2, padTop: 1, padLeft: 0),
    Window(
      inputHeight: 8, inputWidth: 7, outputHeight: 4, outputWidth: 4, kernelHeight: 1, kernelWidth: 1, strideHeight: 2,
      strideWidth: 2),
    Window(
      inputHeight: 9, inputWidth: 10, outputHeight: 5, outputWidth: 6, kernelHeight: 3, kernelWidth: 3,
      dilationHeight: 2, dilationWidth: 2),
    Window(
      inputHeight: 6, inputWidth: 5, outputHeight: 6, outputWidth: 5, kernelHeight: 5, kernelWidth: 3,
      dilationHeight: 1,
      dilationWidth: 3, padTop: 2, padLeft: 3),
    Window(
      inputHeight: 2, inputWidth: 3, outputHeight: 4, outputWidth: 7, kernelHeight: 3, kernelWidth: 2, padTop: 2,
      padLeft: 3),
    Window(
      inputHeight: 12, inputWidth: 13, outputHeight: 4, outputWidth: 5, kernelHeight: 3, kernelWidth: 1,
      strideHeight: 3,
      strideWidth: 3),
  ]
}

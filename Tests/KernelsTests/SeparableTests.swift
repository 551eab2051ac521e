import FerryKernels
import Testing

/// One kernel for two or three convolutions gives the bits of the single kernels, one after the other.
@Suite("Separable convolution")
struct SeparableTests {
  private static let parts: [(expands: Bool, projects: Bool)] = [(true, false), (false, true), (true, true)]

  /// The first real element that is not as expected: inside the rows as in `whole`, outside infinite.
  private func firstDifference(
    _ found: [UInt32], _ whole: [UInt32], rows: Range<Int>, rowSize: Int, stride: Int, channels: Int
  ) -> Int? {
    found.indices.first { i in
      let inside = rows.contains(i / rowSize)
      return (!inside || i % stride < channels) && found[i] != (inside ? whole[i] : Float.infinity.bitPattern)
    }
  }

  /// Compares every division with the single kernels.
  private func check(_ table: KernelTable, _ problem: SeparableProblem, divisions: [Range<Int>]) {
    problem.output.fill(.infinity)
    problem.sums.fill(.infinity)
    problem.runSingly(table)
    let (whole, sums) = (problem.output.bits, problem.sums.bits)
    let width = problem.window.outputWidth
    for rows in divisions {
      problem.output.fill(.infinity)
      problem.sums.fill(.infinity)
      problem.run(table, rows)
      let differs = firstDifference(
        problem.output.bits, whole, rows: rows, rowSize: width * problem.outputStride, stride: problem.outputStride,
        channels: problem.outputChannels)
      let name =
        "rows \(rows), expands \(problem.expands), projects \(problem.projects), \(problem.channels) channels, "
        + "\(problem.samples) samples, \(problem.window)"
      #expect(differs == nil, "\(name)")
      guard problem.takesSums else { continue }
      let stride = problem.depthwise.stride
      let differsInSums = firstDifference(
        problem.sums.bits, sums, rows: rows, rowSize: stride, stride: stride, channels: problem.channels)
      #expect(differsInSums == nil, "sums of \(name)")
    }
  }

  @Test("widths, heights, kernels, strides and pads of every kind", arguments: Kernels.available)
  func everyGeometry(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    var count = 0
    for width in 1...40 {
      for (i, pads) in PadKind.allCases.enumerated() {
        for stride in [1, 2] {
          let mix = width * 11 + i * 5 + stride
          let kernel = [(3, 3), (5, 5), (3, 5), (1, 3), (5, 3)][mix % 5]
          guard let window = Window(1 + mix % 20, width, kernel: kernel, stride: stride, pads) else { continue }
          let part = Self.parts[(mix / 3) % 3]
          let problem = SeparableProblem(
            window, samples: 1 + mix % 3, inputChannels: 1 + mix % 9, channels: [16, 5, 24, 33][mix % 4],
            outputChannels: [16, 7, 20][mix % 3], expands: part.expands, projects: part.projects, adds: mix % 2 == 0,
            takesSums: !part.projects,
            activations: (activations[mix % 9], activations[(mix / 2) % 9], activations[(mix / 4) % 9]))
          let cut = problem.rows * (mix % 7) / 7
          check(table, problem, divisions: [0..<problem.rows, 0..<cut, cut..<problem.rows])
          count += 1
        }
      }
    }
    #expect(count > 300)
  }

  @Test("every division of the rows gives the same bits", arguments: Kernels.available)
  func everyDivision(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (width, kernel, stride) in [(4, 3, 1), (11, 5, 2), (30, 3, 2), (9, 5, 1)] {
      for part in Self.parts {
        guard let window = Window(9, width, kernel: (kernel, kernel), stride: stride, .sameUpper) else { continue }
        let problem = SeparableProblem(
          window, samples: 3, inputChannels: 6, channels: 20, outputChannels: 9, expands: part.expands,
          projects: part.projects, adds: true, takesSums: !part.projects,
          activations: (ActivationTask(.silu), ActivationTask(.relu), ActivationTask()))
        let divisions = (0...problem.rows).flatMap { first in
          (first...problem.rows).filter { ($0 * 7 + first) % 3 == 0 }.map { first..<$0 }
        }
        check(table, problem, divisions: divisions)
      }
    }
  }

  @Test("every activation between the convolutions and behind them", arguments: Kernels.available)
  func everyActivation(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    guard let window = Window(6, 13, kernel: (3, 3)) else { return }
    for part in Self.parts {
      for (i, activation) in activations.enumerated() {
        for place in 0..<3 {
          let other = ActivationTask([ActivationKind.identity, .clip][i % 2], a: -0.5, b: 1)
          let problem = SeparableProblem(
            window, samples: 1, inputChannels: 5, channels: 12, outputChannels: 18, expands: part.expands,
            projects: part.projects, adds: i % 2 == 0, takesSums: !part.projects,
            activations: (
              place == 0 ? activation : other, place == 1 ? activation : other, place == 2 ? activation : other
            ))
          check(table, problem, divisions: [0..<6])
        }
      }
    }
  }

  /// From 16 blocks on pixels lie further apart in scratch memory.
  @Test("many channels", arguments: Kernels.available)
  func manyChannels(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    guard let window = Window(7, 7, kernel: (5, 5), stride: 2, .sameLower) else { return }
    #expect(SeparableConvolution.pixelStride(blocks: 16) > 256)
    for part in Self.parts {
      for channels in [250, 256, 288] {
        let problem = SeparableProblem(
          window, samples: 2, inputChannels: 24, channels: channels, outputChannels: 40, expands: part.expands,
          projects: part.projects, adds: true, takesSums: !part.projects,
          activations: (ActivationTask(.hardSwish, a: 1 / 6, b: 0.5), ActivationTask(.silu), ActivationTask(.relu)))
        check(table, problem, divisions: [0..<problem.rows, 3..<5, 0..<3])
      }
    }
  }

  /// Without an expansion kernels of any size are allowed, dilated ones too.
  @Test("a projection behind kernels that no strips serve", arguments: Kernels.available)
  func generalKernels(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for window in geometries {
      #expect(
        SeparableConvolution.hasShortWindow(window)
          == (window.kernelWidth % 2 == 1 && window.kernelWidth <= 5 && window.dilationWidth == 1))
      let problem = SeparableProblem(
        window, samples: 2, inputChannels: 1, channels: 17, outputChannels: 5, expands: false, projects: true,
        activations: (ActivationTask(), ActivationTask(.relu), ActivationTask(.silu)))
      check(table, problem, divisions: [0..<problem.rows, 1..<problem.rows, 0..<1])
    }
  }
}

import FerryKernels
import Testing

@Suite("Convolution")
struct ConvolutionTests {
  @Test("agrees with Double for kernels, strides, dilations and pads", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (i, window) in windows.enumerated() {
      for (channels, rowMajor) in [(3, true), (1, true), (5, false), (16, false), (20, false)] {
        let problem = ConvolutionProblem(
          window, inputChannels: channels, rowMajor: rowMajor, panels: 1 + i % 3,
          edge: i % 2 == 0 ? .afterLast : .beforeFirst)
        problem.run(table, 0..<problem.pixels, 0..<problem.panels)
        let wrong = problem.firstWrong()
        #expect(wrong == nil, "\(window) channels \(channels) rowMajor \(rowMajor)")
      }
    }
  }

  @Test("gives the same bits for every range, and writes nothing outside it", arguments: Kernels.available)
  func sameBitsForEveryRange(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = Window(
      inputHeight: 9, inputWidth: 11, outputHeight: 9, outputWidth: 11, kernelHeight: 3, kernelWidth: 3, padTop: 1,
      padLeft: 1)
    for rowMajor in [true, false] {
      let problem = ConvolutionProblem(window, inputChannels: 4, rowMajor: rowMajor, panels: 3, edge: .afterLast)
      problem.run(table, 0..<99, 0..<3, residual: true, ActivationTask(.silu))
      let whole = problem.output.bits
      for (pixels, panels) in [
        (0..<1, 0..<3), (7..<99, 1..<2), (48..<49, 2..<3), (3..<52, 0..<2), (98..<99, 0..<3), (5..<5, 0..<3),
      ] {
        problem.output.fill(.nan)
        problem.run(table, pixels, panels, residual: true, ActivationTask(.silu))
        let part = problem.output.bits
        let differs = part.indices.first { i in
          let inside = pixels.contains(i / 48) && panels.contains(i % 48 / lanes)
          return part[i] != (inside ? whole[i] : Float.nan.bitPattern)
        }
        #expect(differs == nil, "pixels \(pixels) panels \(panels)")
      }
    }
  }

  @Test("a row-major and a channels-last input give the same bits", arguments: Kernels.available)
  func sameBitsForEveryLayout(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for window in windows {
      let a = ConvolutionProblem(window, inputChannels: 3, rowMajor: true, panels: 1, edge: .afterLast)
      let b = ConvolutionProblem(window, inputChannels: 3, rowMajor: false, panels: 1, edge: .afterLast)
      a.run(table, 0..<a.pixels, 0..<1)
      b.run(table, 0..<b.pixels, 0..<1)
      #expect(a.output.bits == b.output.bits, "\(window)")
    }
  }

  @Test("patches that would share few cache sets are spread, within the same scratch", arguments: Kernels.available)
  func spreadPatches(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let window = Window(
      inputHeight: 8, inputWidth: 8, outputHeight: 7, outputWidth: 7, kernelHeight: 2, kernelWidth: 2)
    let problem = ConvolutionProblem(window, inputChannels: 128, rowMajor: false, panels: 1, edge: .afterLast)
    #expect(problem.task().depth == 512)
    #expect(problem.task().patchStride == 528)
    #expect(problem.task().patchesAtOnce == 46)
    #expect(problem.task().scratchSize == 512 * Convolution.scratchPixels)
    problem.run(table, 0..<49, 0..<1)
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

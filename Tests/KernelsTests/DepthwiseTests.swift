import FerryKernels
import Testing

@Suite("Depthwise convolution")
struct DepthwiseTests {
  @Test("agrees with Double for kernels, strides, dilations and pads", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (i, window) in geometries.enumerated() {
      for edge in GuardedBuffer.Edge.allCases {
        let problem = DepthwiseProblem(window, samples: 1 + i % 2, blocks: 1 + i % 3, edge: edge)
        table.depthwise(problem.task(), 0..<problem.rows, 0..<problem.blocks)
        #expect(problem.firstWrong() == nil, "\(window)")
      }
    }
  }

  @Test("strips of every length, for kernels of every height", arguments: Kernels.available)
  func strips(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    var count = 0
    for width in 1...26 {
      for kernelWidth in [3, 5] {
        for stride in [1, 2] {
          let kernel = (height: 1 + (width + kernelWidth) % 6, width: kernelWidth)
          for (i, pads) in PadKind.allCases.enumerated() where (i + width) % 2 == 0 {
            guard let window = Window(2 + width % 5, width, kernel: kernel, stride: stride, pads) else { continue }
            // Kernels of six rows take the general way.
            #expect(DepthwiseConvolution.hasStrips(window) == (kernel.height < 6))
            let problem = DepthwiseProblem(
              window, samples: 2, blocks: 1, edge: width % 2 == 0 ? .afterLast : .beforeFirst)
            table.depthwise(problem.task(), 0..<problem.rows, 0..<1)
            #expect(problem.firstWrong() == nil, "\(window)")
            count += 1
          }
        }
      }
    }
    #expect(count > 150)
  }

  @Test("gives the same bits for every range, and writes nothing outside it", arguments: Kernels.available)
  func sameBitsForEveryRange(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for window in geometries.prefix(6) {
      let problem = DepthwiseProblem(window, samples: 2, blocks: 5)
      let height = window.outputHeight
      let task = problem.task(sums: true, ActivationTask(.silu))
      table.depthwise(task, 0..<problem.rows, 0..<5)
      let (whole, sums) = (problem.output.bits, problem.sums.bits)
      for (rows, blocks) in [
        (0..<1, 0..<5), (1..<height, 1..<2), ((height - 1)..<(height + 1), 0..<4), (0..<0, 0..<5),
        (1..<(2 * height), 4..<5), (0..<(2 * height), 2..<5),
      ] {
        problem.output.fill(.infinity)
        problem.sums.fill(.infinity)
        table.depthwise(task, rows, blocks)
        let (part, partOfSums) = (problem.output.bits, problem.sums.bits)
        func differs(_ part: [UInt32], _ whole: [UInt32], rowSize: Int) -> Int? {
          part.indices.first { i in
            let inside = rows.contains(i / rowSize) && blocks.contains(i % problem.stride / lanes)
            let padding = i % problem.stride == problem.stride - 1
            return (!inside || !padding) && part[i] != (inside ? whole[i] : Float.infinity.bitPattern)
          }
        }
        #expect(differs(part, whole, rowSize: problem.rowSize) == nil, "rows \(rows) blocks \(blocks) of \(window)")
        #expect(differs(partOfSums, sums, rowSize: problem.stride) == nil, "sums of \(rows) \(blocks) of \(window)")
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
      let problem = DepthwiseProblem(window, blocks: 1)
      var numbers = Numbers(seed: 3)
      let values = (0..<lanes).map { _ in numbers.next() }
      for i in 0..<problem.input.count { problem.input.floats[i] = values[i % lanes] }
      table.depthwise(problem.task(), 0..<5, 0..<1)
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
    for window in [geometries[0], geometries[3], geometries[5]] {
      let problem = DepthwiseProblem(window, blocks: 2)
      // Here every lane is real.
      for pixel in 0..<(window.inputHeight * window.inputWidth) { problem.input.floats[pixel * 32 + 31] = 0.5 }
      table.depthwise(problem.task(), 0..<problem.rows, 0..<2)
      let sums = (0..<problem.output.count).map { problem.output[$0] }
      for activation in activations {
        for adds in [false, true] {
          let expected = GuardedBuffer(count: sums.count, edge: .afterLast) {
            adds ? sums[$0] + problem.residual[$0] : sums[$0]
          }
          table.unary(Unary(input: expected.input, output: expected.floats, activation: activation), 0..<expected.count)
          table.depthwise(problem.task(residual: adds, activation), 0..<problem.rows, 0..<2)
          #expect(problem.output.bits == expected.bits, "\(activation.kind) residual \(adds)")
        }
      }
    }
  }

  @Test("the sums of the rows are those of the activated values, which stay the same", arguments: Kernels.available)
  func rowSums(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (i, window) in geometries.enumerated() {
      for activation in activations {
        let problem = DepthwiseProblem(window, samples: 2, blocks: 1 + i % 2)
        table.depthwise(problem.task(residual: false, activation), 0..<problem.rows, 0..<problem.blocks)
        let plain = problem.output.bits
        table.depthwise(problem.task(residual: false, sums: true, activation), 0..<problem.rows, 0..<problem.blocks)
        let found = problem.output.bits
        #expect(found.indices.allSatisfy { $0 % problem.stride == problem.stride - 1 || found[$0] == plain[$0] })
        let wrong = (0..<problem.sums.count).first { i in
          let (row, channel) = i.quotientAndRemainder(dividingBy: problem.stride)
          var sum = ExactSum()
          for x in 0..<window.outputWidth {
            sum.add(Double(problem.output[row * problem.rowSize + x * problem.stride + channel]))
          }
          return channel != problem.stride - 1 && !sum.admits(problem.sums[i])
        }
        #expect(wrong == nil, "\(activation.kind) \(window)")
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

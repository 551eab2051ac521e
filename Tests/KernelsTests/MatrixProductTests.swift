import FerryKernels
import Testing

@Suite("Matrix product")
struct MatrixProductTests {
  @Test("agrees with Double for every number of rows and channels", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for rows in 1...31 {
      for channels in 1...48 {
        let problem = ProductProblem(
          rows: rows, channels: channels, depth: (rows * 8 + channels * 5) % 21,
          edge: (rows + channels) % 2 == 0 ? .afterLast : .beforeFirst)
        table.matrixProduct(problem.task(), 0..<rows, 0..<problem.panels)
        let wrong = problem.firstWrong()
        #expect(wrong == nil, "\(rows)x\(channels)x\(problem.depth)")
      }
    }
    for (rows, channels, depth) in [(31, 160, 5), (4, 43, 1), (1, 144, 33), (1, 66, 40), (2, 75, 17), (3, 112, 0)] {
      let problem = ProductProblem(rows: rows, channels: channels, depth: depth)
      table.matrixProduct(problem.task(), 0..<rows, 0..<problem.panels)
      let wrong = problem.firstWrong()
      #expect(wrong == nil, "\(rows)x\(channels)x\(depth)")
    }
  }

  @Test("gives the same bits for every range, and writes nothing outside it", arguments: Kernels.available)
  func sameBitsForEveryRange(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for edge in GuardedBuffer.Edge.allCases {
      for channels in [144, 137, 133] {
        let problem = ProductProblem(rows: 31, channels: channels, depth: 6, edge: edge)
        table.matrixProduct(problem.task(residual: true), 0..<31, 0..<9)
        let whole = problem.output.bits
        var ranges = (1...31).map { (0..<$0, 0..<9) } + (0...9).map { (0..<31, $0..<9) }
        ranges += (1...9).flatMap { width in (1...4).map { ((31 - $0)..<31, (9 - width)..<9) } }
        ranges += [(3..<17, 2..<8), (12..<13, 4..<5), (5..<5, 0..<9)]
        for (rows, panels) in ranges {
          problem.output.fill(.infinity)
          table.matrixProduct(problem.task(residual: true), rows, panels)
          let part = problem.output.bits
          let differs = part.indices.first { i in
            let inside = rows.contains(i / 144) && panels.contains(i % 144 / lanes)
            // Lanes beyond the last channel hold anything.
            return (!inside || i % 144 < channels) && part[i] != (inside ? whole[i] : Float.infinity.bitPattern)
          }
          #expect(differs == nil, "rows \(rows) panels \(panels) of \(channels) channels")
        }
      }
    }
  }

  @Test("a large range is cut into blocks of rows without a trace", arguments: Kernels.available)
  func blocksOfRows(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let problem = ProductProblem(rows: 131, channels: 16, depth: 1024)
    #expect(MatrixProduct.rowsPerBlock(depth: 1024) < 131 / 2)
    table.matrixProduct(problem.task(), 0..<131, 0..<1)
    for row in stride(from: 0, to: 131, by: 13) {
      #expect(problem.exact(row, 3).admits(problem.output[row * lanes + 3]))
    }
    let whole = problem.output.bits
    problem.output.fill(0)
    for row in 0..<131 { table.matrixProduct(problem.task(), row..<(row + 1), 0..<1) }
    #expect(problem.output.bits == whole)
  }

  @Test("the epilogue is activation(sum + residual)", arguments: Kernels.available)
  func epilogue(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (rows, channels) in [(1, 144), (2, 80), (13, 48), (29, 32), (14, 21), (3, 7)] {
      let problem = ProductProblem(rows: rows, channels: channels, depth: 9)
      table.matrixProduct(problem.task(), 0..<rows, 0..<problem.panels)
      let sums = (0..<problem.output.count).map { problem.output[$0] }
      let real = sums.indices.filter { $0 % problem.outputStride < channels }
      for activation in activations {
        for adds in [false, true] {
          let expected = GuardedBuffer(count: sums.count, edge: .afterLast) {
            adds ? sums[$0] + problem.residual[$0] : sums[$0]
          }
          table.unary(
            Unary(input: expected.input, output: expected.floats, activation: activation), 0..<expected.count)
          problem.output.fill(.infinity)
          table.matrixProduct(problem.task(residual: adds, activation), 0..<rows, 0..<problem.panels)
          let (found, wanted) = (problem.output.bits, expected.bits)
          #expect(
            real.allSatisfy { found[$0] == wanted[$0] }, "\(activation.kind) residual \(adds) \(rows)x\(channels)")
        }
      }
    }
  }

  @Test("the residual may be the output itself", arguments: Kernels.available)
  func residualInPlace(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for channels in [5, 16, 43] {
      let problem = ProductProblem(rows: 17, channels: channels, depth: 8)
      table.matrixProduct(problem.task(residual: true, ActivationTask(.silu)), 0..<17, 0..<problem.panels)
      let apart = problem.output.bits
      for i in 0..<problem.output.count { problem.output.floats[i] = problem.residual[i] }
      var task = problem.task(residual: false, ActivationTask(.silu))
      task.epilogue.residual = problem.output.input
      table.matrixProduct(task, 0..<17, 0..<problem.panels)
      let found = problem.output.bits
      #expect(found.indices.allSatisfy { $0 % problem.outputStride >= channels || found[$0] == apart[$0] })
    }
  }

  @Test("NaN in the input stays NaN through relu and clip", arguments: Kernels.available)
  func notANumber(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for channels in [32, 5] {
      let problem = ProductProblem(rows: 5, channels: channels, depth: 4)
      problem.input.floats[2 * problem.inputStride + 1] = .nan
      for activation in [ActivationTask(.relu), ActivationTask(.clip, a: 0, b: 6)] {
        table.matrixProduct(problem.task(residual: false, activation), 0..<5, 0..<problem.panels)
        for i in 0..<problem.output.count where i % problem.outputStride < channels {
          #expect(problem.output[i].isNaN == (i / problem.outputStride == 2))
        }
      }
    }
  }
}

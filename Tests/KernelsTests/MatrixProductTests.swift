import FerryKernels
import Testing

@Suite("Matrix product")
struct MatrixProductTests {
  /// One product with NaN between the rows of the input, where padding lanes would be.
  private struct Problem {
    let rows, panels, depth: Int
    let input, weights, bias, residual, output: GuardedBuffer
    let inputStride: Int
    var outputStride: Int { panels * lanes }

    init(rows: Int, panels: Int, depth: Int, edge: GuardedBuffer.Edge) {
      var numbers = Numbers(seed: UInt64(rows * 10_007 + panels * 101 + depth))
      let stride = padded(depth) + lanes
      (self.rows, self.panels, self.depth, inputStride) = (rows, panels, depth, stride)
      // The last row ends with its last real value.
      input = GuardedBuffer(count: (rows - 1) * stride + depth, edge: edge) {
        $0 % stride < depth ? numbers.next() : .nan
      }
      weights = GuardedBuffer(count: panels * depth * lanes, edge: edge) { _ in numbers.next() }
      bias = GuardedBuffer(count: panels * lanes, edge: edge) { _ in numbers.next() }
      residual = GuardedBuffer(count: rows * panels * lanes, edge: edge) { _ in numbers.next() }
      output = GuardedBuffer(count: rows * panels * lanes, edge: edge) { _ in .nan }
    }

    func task(residual adds: Bool = false, _ activation: ActivationTask = ActivationTask()) -> MatrixProduct {
      MatrixProduct(
        depth: depth, input: input.input, inputStride: inputStride, weights: weights.input, bias: bias.input,
        output: output.floats, outputStride: outputStride,
        epilogue: Epilogue(residual: adds ? residual.input : nil, activation: activation))
    }

    func exact(_ row: Int, _ channel: Int) -> ExactSum {
      var sum = ExactSum()
      sum.add(Double(bias[channel]))
      let panel = channel / lanes * depth * lanes + channel % lanes
      for k in 0..<depth { sum.add(Double(input[row * inputStride + k]) * Double(weights[panel + k * lanes])) }
      return sum
    }
  }

  @Test("agrees with Double for every number of rows and panels", arguments: Kernels.available)
  func agreesWithDouble(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (rows, panels, depth) in [(31, 10, 5), (4, 3, 1), (1, 9, 33), (2, 5, 17), (15, 2, 64), (3, 7, 0)] {
      let problem = Problem(rows: rows, panels: panels, depth: depth, edge: .afterLast)
      table.matrixProduct(problem.task(), 0..<rows, 0..<panels)
      for row in 0..<rows {
        for channel in 0..<problem.outputStride {
          let found = problem.output[row * problem.outputStride + channel]
          #expect(
            problem.exact(row, channel).admits(found), "row \(row) channel \(channel) of \(rows)x\(panels)x\(depth)")
        }
      }
    }
  }

  @Test("gives the same bits for every range, and writes nothing outside it", arguments: Kernels.available)
  func sameBitsForEveryRange(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for edge in GuardedBuffer.Edge.allCases {
      let problem = Problem(rows: 31, panels: 9, depth: 6, edge: edge)
      table.matrixProduct(problem.task(residual: true), 0..<31, 0..<9)
      let whole = problem.output.bits
      var ranges = (1...31).map { (0..<$0, 0..<9) } + (0...9).map { (0..<31, $0..<9) }
      ranges += (1...9).flatMap { width in (1...4).map { ((31 - $0)..<31, (9 - width)..<9) } }
      for (rows, panels) in ranges {
        problem.output.fill(.nan)
        table.matrixProduct(problem.task(residual: true), rows, panels)
        let part = problem.output.bits
        let differs = part.indices.first { i in
          let inside = rows.contains(i / 144) && panels.contains(i % 144 / lanes)
          return part[i] != (inside ? whole[i] : Float.nan.bitPattern)
        }
        #expect(differs == nil, "rows \(rows) panels \(panels)")
      }
    }
  }

  @Test("a large range is cut into blocks of rows without a trace", arguments: Kernels.available)
  func blocksOfRows(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let problem = Problem(rows: 131, panels: 1, depth: 1024, edge: .afterLast)
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
    for (rows, panels) in [(1, 9), (2, 5), (13, 3), (29, 2)] {
      let problem = Problem(rows: rows, panels: panels, depth: 9, edge: .afterLast)
      table.matrixProduct(problem.task(), 0..<rows, 0..<panels)
      let sums = (0..<problem.output.count).map { problem.output[$0] }
      for activation in activations {
        for adds in [false, true] {
          let expected = GuardedBuffer(count: sums.count, edge: .afterLast) {
            adds ? sums[$0] + problem.residual[$0] : sums[$0]
          }
          table.unary(
            Unary(input: expected.input, output: expected.floats, activation: activation), 0..<expected.count)
          problem.output.fill(.nan)
          table.matrixProduct(problem.task(residual: adds, activation), 0..<rows, 0..<panels)
          #expect(problem.output.bits == expected.bits, "\(activation.kind) residual \(adds) \(rows)x\(panels)")
        }
      }
    }
  }

  @Test("NaN in the input stays NaN through relu and clip", arguments: Kernels.available)
  func notANumber(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let problem = Problem(rows: 5, panels: 2, depth: 4, edge: .afterLast)
    problem.input.floats[2 * problem.inputStride + 1] = .nan
    for activation in [ActivationTask(.relu), ActivationTask(.clip, a: 0, b: 6)] {
      table.matrixProduct(problem.task(residual: false, activation), 0..<5, 0..<2)
      for i in 0..<problem.output.count {
        #expect(problem.output[i].isNaN == (i / problem.outputStride == 2))
      }
    }
  }
}

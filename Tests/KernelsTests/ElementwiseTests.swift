import FerryKernels
import Testing

@Suite("Elementwise")
struct ElementwiseTests {
  private let operations: [Binary.Operation] = [
    .add, .subtract, .multiply, .divide, .maximum, .minimum, .parametricRelu,
  ]

  /// One Float operation is rounded once, whatever the instruction set: results are exact to the bit.
  private func plain(_ operation: Binary.Operation, _ a: Float, _ b: Float) -> Float {
    switch operation {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
    case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
    case .parametricRelu: a < 0 ? a * b : a
    }
  }

  @Test("every operation, plain and with a repeated row, over ragged columns", arguments: Kernels.available)
  func agrees(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for columns in [1, 5, 16, 19, 48, 50] {
      for rightStride in [columns, 0, columns + 3] {
        for operation in operations {
          var numbers = Numbers(seed: UInt64(columns))
          let left = GuardedBuffer(count: 4 * columns, edge: .afterLast) { _ in numbers.next() }
          let right = GuardedBuffer(count: 3 * rightStride + columns, edge: .afterLast) { _ in numbers.next() }
          let output = GuardedBuffer(count: 4 * columns, edge: .beforeFirst) { _ in .infinity }
          table.binary(
            Binary(
              operation: operation, columns: columns, left: left.input, right: right.input, rightStride: rightStride,
              output: output.floats), 1..<4)
          for i in 0..<(4 * columns) {
            let expected =
              i < columns ? .infinity : plain(operation, left[i], right[i / columns * rightStride + i % columns])
            #expect(output[i] == expected, "\(operation) columns \(columns) stride \(rightStride)")
          }
        }
      }
    }
  }

  @Test("a row of the right side for every sample, whatever the range", arguments: Kernels.available)
  func rowsPerRight(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (columns, rowsPerRight) in [(16, 1), (16, 5), (48, 7), (19, 3), (1, 4)] {
      for operation in operations {
        var numbers = Numbers(seed: UInt64(columns + rowsPerRight))
        let rows = 3 * rowsPerRight
        let rightStride = columns + 5
        let left = GuardedBuffer(count: rows * columns, edge: .afterLast) { _ in numbers.next() }
        let right = GuardedBuffer(count: 2 * rightStride + columns, edge: .afterLast) { _ in numbers.next() }
        let output = GuardedBuffer(count: rows * columns, edge: .beforeFirst) { _ in .infinity }
        for range in [0..<rows, 1..<rows, 0..<(rows - 1), (rowsPerRight - 1)..<(rowsPerRight + 1)] {
          output.fill(.infinity)
          table.binary(
            Binary(
              operation: operation, columns: columns, left: left.input, right: right.input, rightStride: rightStride,
              rowsPerRight: rowsPerRight, output: output.floats), range)
          let wrong = (0..<output.count).first { i in
            let (row, column) = i.quotientAndRemainder(dividingBy: columns)
            let expected =
              range.contains(row)
              ? plain(operation, left[i], right[row / rowsPerRight * rightStride + column]) : .infinity
            return output[i] != expected
          }
          #expect(wrong == nil, "\(operation) columns \(columns) rows \(range) per right \(rowsPerRight)")
        }
      }
    }
  }

  @Test("the activation follows, in place on either side too", arguments: Kernels.available)
  func activation(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let count = 2500
    for activation in activations {
      var numbers = Numbers(seed: 8)
      let left = GuardedBuffer(count: count, edge: .afterLast) { _ in numbers.next() * 3 }
      let right = GuardedBuffer(count: count, edge: .afterLast) { _ in numbers.next() * 3 }
      let expected = GuardedBuffer(count: count, edge: .afterLast) { left[$0] + right[$0] }
      table.unary(Unary(input: expected.input, output: expected.floats, activation: activation), 0..<count)
      for target in [left, right] {
        let saved = (0..<count).map { target[$0] }
        table.binary(
          Binary(
            operation: .add, columns: count, left: left.input, right: right.input, rightStride: count,
            output: target.floats, activation: activation), 0..<1)
        #expect(target.bits == expected.bits, "\(activation.kind)")
        for i in 0..<count { target.floats[i] = saved[i] }
      }
    }
  }

  @Test("NaN on either side is NaN", arguments: Kernels.available)
  func notANumber(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for operation in operations {
      let left = GuardedBuffer(count: 19, edge: .afterLast) { $0 == 2 || $0 == 17 ? .nan : 1 }
      let right = GuardedBuffer(count: 19, edge: .afterLast) { $0 == 5 || $0 == 17 ? .nan : 2 }
      let output = GuardedBuffer(count: 19, edge: .afterLast)
      table.binary(
        Binary(
          operation: operation, columns: 19, left: left.input, right: right.input, rightStride: 19,
          output: output.floats, activation: ActivationTask(.relu)), 0..<1)
      // The slope of a number that is not negative is not read.
      let expected = operation == .parametricRelu ? [2, 17] : [2, 5, 17]
      for i in 0..<19 { #expect(output[i].isNaN == expected.contains(i), "\(operation) \(i)") }
    }
  }
}

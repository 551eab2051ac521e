import FerryKernels
import Testing

@Suite("The measure of the processor") struct MultiplyAddPeakTests {
  /// Nothing is counted that is not done.
  @Test("as many multiply-adds are done as are counted", arguments: Kernels.available)
  func rounds(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    // With factor and addend 1 a chain counts its own multiply-adds.
    let numbers = GuardedBuffer(count: 2 * lanes, edge: .afterLast) { _ in 1 }
    func run(_ rounds: Int) -> (operations: Int, total: Float) {
      let operations = table.multiplyAddPeak(rounds, numbers.floats)
      for lane in 1..<lanes { #expect(numbers[lanes + lane] == numbers[lanes]) }
      return (operations, numbers[lanes])
    }
    let before = run(0)
    #expect(before.operations == 0)
    for rounds in [1, 2, 5, 1000] {
      let after = run(rounds)
      #expect(after.operations > 0)
      #expect(Float(after.operations) == 2 * Float(lanes) * (after.total - before.total))
    }
  }
}

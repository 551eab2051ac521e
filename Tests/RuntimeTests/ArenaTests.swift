import FerryModel
import FerryRuntime
import FerryTensor
import Testing

@Suite("Arena") struct ArenaTests {
  @Test func regionsThatLiveTogetherDoNotOverlap() {
    var numbers = Numbers(5)
    for _ in 0..<50 {
      let regions = (0..<40).map { _ -> Planner.Region in
        let first = Int(abs(numbers.next()) * 30)
        return Planner.Region(
          count: Int(abs(numbers.next()) * 1000), firstStep: first, lastStep: first + Int(abs(numbers.next()) * 6))
      }
      let (offsets, size) = Arena.place(regions)
      for (i, a) in regions.enumerated() {
        #expect(offsets[i] % 16 == 0 && offsets[i] + a.count <= size)
        for (j, b) in regions.enumerated() where j < i && a.firstStep <= b.lastStep && b.firstStep <= a.lastStep {
          #expect(offsets[i] + a.count <= offsets[j] || offsets[j] + b.count <= offsets[i])
        }
      }
      // Never more than everything side by side.
      #expect(size <= regions.reduce(0) { $0 + ($1.count + 15) / 16 * 16 })
    }
  }

  /// Bytes of the arena for a chain of steps on 16×8×8 numbers.
  private func bytes(
    _ length: Int, step: (inout Network, ValueID) throws -> ValueID
  ) throws -> Int {
    var network = Network()
    var value = network.input([16, 8, 8])
    for _ in 0..<length { value = try step(&network, value) }
    return try network.model(value).planSummary(inputShapes: [[1, 16, 8, 8]]).arenaBytes
  }

  /// A chain needs its two largest neighbours at a time, however long it is.
  @Test func memoryOfAChainDoesNotGrowWithItsLength() throws {
    let window = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1])
    for length in [4, 50] {
      #expect(
        try bytes(length) { try $0.apply(Pool(.maximum, window: window), [$1]) } == 2 * 16 * 64 * 4)
    }
  }

  /// And steps that work in place need nothing more.
  @Test func stepsInPlaceTakeNoMemory() throws {
    for length in [1, 50] { #expect(try bytes(length) { try $0.activate($1) } == 16 * 64 * 4) }
  }
}

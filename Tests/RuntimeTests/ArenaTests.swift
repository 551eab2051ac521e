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

  /// A chain needs its two largest neighbours at a time, however long it is.
  @Test func memoryOfAChainDoesNotGrowWithItsLength() throws {
    func bytes(_ length: Int) throws -> Int {
      var graph = Graph(name: "chain")
      var value = graph.add(Value(name: "x", shape: [1, 16, 8, 8]))
      graph.inputs = [value]
      for index in 0..<length {
        let next = graph.add(Value(name: "v\(index)", shape: [1, 16, 8, 8]))
        graph.nodes.append(
          Node(name: "n\(index)", operation: Activate(Activation(.relu)), inputs: [value], outputs: [next]))
        value = next
      }
      graph.outputs = [value]
      return try Model(name: "chain", graph: graph).planSummary(inputShapes: [[1, 16, 8, 8]]).arenaBytes
    }
    #expect(try bytes(50) == bytes(4))
    #expect(try bytes(50) == 2 * 16 * 64 * 4)
  }
}

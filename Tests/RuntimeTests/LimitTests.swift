import FerryModel
import FerryRuntime
import FerryTensor
import Testing

/// Sizes that no machine has are refused in words before anything is computed with them.
@Suite("Limits") struct LimitTests {
  private func refusal(_ operation: any Operator, _ shape: [Dimension], run extents: [Int]) -> FerryError? {
    do {
      var graph = Graph(name: "large")
      let input = graph.add(Value(name: "x", shape: shape))
      let output = graph.add(Value(name: "y", shape: try operation.outputShapes(for: [shape])[0]))
      graph.inputs = [input]
      graph.nodes = [Node(name: "n", operation: operation, inputs: [input], outputs: [output])]
      graph.outputs = [output]
      _ = try Model(name: "large", graph: graph).planSummary(inputShapes: [extents])
      return nil
    } catch { return error as? FerryError }
  }

  @Test func anArenaBeyondTheMachineIsRefused() {
    let pads: [Dimension] = [0, 0, 0, 0, 0, 0, Dimension(1 << 18), Dimension(1 << 18)]
    let error = refusal(Pad(pads: pads), [1, 3, 4, 4], run: [1, 3, 4, 4])
    #expect(error?.code == .memoryBudget)
    #expect(error?.message.hasPrefix("inputs of this size need 769 GiB of memory") == true)
  }

  /// Scratch memory is each thread's own, and may be more than all values together.
  @Test func scratchBeyondTheMachineIsRefused() throws {
    var network = Network()
    let expanded = try network.conv(network.input([1, 18, 200_000]), to: 1024)
    let model = try network.model(network.conv(network.depthwise(expanded), to: 4))
    var options = SessionOptions()
    options.threads = 256
    let session = try model.session(options)
    let input = Tensor(unchecked: try Shape([1, 1, 18, 200_000]), of: Float.self) { _ in }
    let error = #expect(throws: FerryError.self) { try session.run(["x0": input]) }
    #expect(error?.code == .memoryBudget)
  }

  @Test func numbersOfElementsBeyondAnyMachineAreRefused() {
    let pads: [Dimension] = [0, 0, 0, 0, Dimension(1 << 20), 0, Dimension(1 << 20), Dimension(1 << 20)]
    let error = refusal(Pad(pads: pads), [1, 3, 4, 4], run: [1, 3, 4, 4])
    #expect(error?.code == .memoryBudget)
    #expect(error?.message.hasSuffix("is larger than any machine's memory") == true)
    let rows: [Dimension] = [.symbol("a"), .symbol("b"), .symbol("c")]
    #expect(refusal(Softmax(axis: 0), rows, run: [1 << 31, 1 << 31, 1 << 31])?.code == .invalidArray)
    #expect(refusal(Softmax(axis: 0), rows, run: [1 << 31, 1 << 31, 1])?.code == .memoryBudget)
  }

  @Test func emptyValuesAreRefused() throws {
    #expect(refusal(Softmax(axis: 0), [.symbol("batch"), 3], run: [0, 3])?.code == .shapeMismatch)
    let slice = Slice(starts: [1, 0], counts: [try .symbol("batch") - 1, 3], steps: [1, 1])
    let error = refusal(slice, [.symbol("batch"), 3], run: [1, 3])
    #expect(error?.message == "for inputs of this size the value \"y\" is empty: 0×3")
  }

  @Test func whatIsMeantToBeEmptyHasAMeaning() throws {
    var graph = Graph(name: "empty")
    graph.inputs = [graph.add(Value(name: "x", shape: [2, 0, 4]))]
    graph.outputs = [graph.add(Value(name: "y", shape: [2, 1, 4]))]
    let sum = Reduce(.sum, axes: [1], keepsDimensions: true)
    graph.nodes = [Node(name: "n", operation: sum, inputs: graph.inputs, outputs: graph.outputs)]
    let empty = try Tensor([Float](), shape: [2, 0, 4])
    for usesReference in [false, true] {
      var options = SessionOptions()
      options.usesReference = usesReference
      let result = try Model(name: "empty", graph: graph).session(options).run(["x": empty])["y"]
      #expect(result?.floats() == [Float](repeating: 0, count: 8))
    }
  }
}

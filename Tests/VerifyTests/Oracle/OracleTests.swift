import FerryModel
import FerryTensor
import FerryVerify
import Testing

/// What evaluating a whole graph promises, whatever its operators.
@Suite("The oracle") struct OracleTests {
  /// x → relu → a → negated → b, and a + b, which are all zeros; `unused` is read by nobody.
  private func graph() -> (graph: Graph, x: ValueID, a: ValueID, b: ValueID, sum: ValueID, unused: ValueID) {
    var graph = Graph(name: "test")
    let (x, a, b, sum, unused) = (
      graph.add(Value(name: "x", shape: [1, 3])), graph.add(Value(name: "a", shape: [1, 3])),
      graph.add(Value(name: "b", shape: [1, 3])), graph.add(Value(name: "sum", shape: [1, 3])),
      graph.add(Value(name: "unused", shape: [1, 3]))
    )
    graph.inputs = [x]
    graph.outputs = [sum]
    graph.nodes = [
      Node(name: "relu", operation: Activate(Activation(.relu)), inputs: [x], outputs: [a]),
      Node(name: "negative", operation: Unary(.negate), inputs: [a], outputs: [b]),
      Node(name: "copy", operation: Unary(.negate), inputs: [a], outputs: [unused]),
      Node(name: "sum", operation: Binary(.add), inputs: [a, b], outputs: [sum]),
    ]
    return (graph, x, a, b, sum, unused)
  }

  private let input = ReferenceArray<Double>(shape: [1, 3], elements: [-1, 0.1, 2])

  @Test func outputsAndWhatIsKeptAreGiven() throws {
    let (graph, x, a, b, sum, unused) = graph()
    let outputs = try Oracle.evaluate(graph, [input])
    #expect(Set(outputs.keys) == [sum])
    #expect(outputs[sum]?.elements == [0, 0, 0])
    let kept = try Oracle.evaluate(graph, [input], keep: [x, b, unused])
    #expect(Set(kept.keys) == [x, b, unused, sum])
    #expect(kept[x]?.elements == [-1, 0.1, 2] && kept[b]?.elements == [0, -0.1, -2])
    #expect(try Oracle.evaluate(graph, [input], keep: [a])[a]?.elements == [0, 0.1, 2])
    // What is no value of the graph is nothing to keep.
    #expect(try Oracle.evaluate(graph, [input], keep: [ValueID(99), ValueID(-1)]).count == 1)
  }

  @Test func progressRisesToOne() throws {
    var parts: [Double] = []
    _ = try Oracle.evaluate(graph().graph, [input]) { parts.append($0) }
    #expect(parts.count == 4 && parts == parts.sorted())
    #expect(parts[0] > 0 && parts[0] < 1 && abs(parts[3] - 1) < 1e-12)
  }

  @Test func errorsSayWhichNode() throws {
    var (graph, _, a, _, _, _) = graph()
    graph.nodes[3].operation = Concat(axis: 7)
    let error = #expect(throws: FerryError.self) { try Oracle.evaluate(graph, [input], keep: [a]) }
    #expect(error?.code == .invalidModel && error?.location.node == "sum")
  }

  /// Operands that do not fit each other never reach a loop over memory, whatever the graph was checked with.
  @Test func contradictingShapesAreRefused() throws {
    for sample in try OracleSample.all() where sample.shapes.count > 1 {
      for (operand, shape) in sample.shapes.enumerated() {
        for other in [shape + [2], shape.map { $0 + 1 }, shape.map { max(0, $0 - 1) }, [], [1]] {
          var (graph, inputs) = try sample.graph()
          inputs[operand] = ReferenceArray(zeros: other)
          graph[graph.inputs[operand]].shape = other.map { Dimension($0) }
          let dimensions = inputs.map { $0.shape.map { Dimension($0) } }
          let stated = try? sample.operation.outputShapes(for: dimensions)[0].fixed
          let found = try? Oracle.evaluate(graph, inputs)[graph.outputs[0]]?.shape
          #expect(found == stated, "\(sample), operand \(operand) of shape \(other)")
        }
      }
    }
  }

  @Test func inputsMustBeTheGraphs() throws {
    let graph = graph().graph
    #expect(throws: FerryError(.missingInput, "the graph has 1 inputs, and 0 arrays are given")) {
      try Oracle.evaluate(graph, [])
    }
    #expect(throws: FerryError(.shapeMismatch, "input \"x\" has the shape 3", supported: "1×3")) {
      try Oracle.evaluate(graph, [ReferenceArray(zeros: [3])])
    }
  }

  @Test func threadsHaveBounds() throws {
    for threads in [0, 257] {
      let error = #expect(throws: FerryError.self) { try Oracle.evaluate(graph().graph, [input], threads: threads) }
      #expect(error?.code == .usage)
    }
  }

  /// What no machine holds is refused before anything is computed, here because too much is kept.
  @Test func memoryIsAskedForFirst() throws {
    var graph = Graph(name: "large")
    let x = graph.add(Value(name: "x", shape: [1]))
    graph.inputs = [x]
    let extents: [Dimension] = [Dimension(1 << 30)]
    var last = x
    for index in 0..<1 << 10 {
      let y = graph.add(Value(name: "y\(index)", shape: extents))
      graph.nodes.append(
        Node(name: "n\(index)", operation: Expand(shape: extents), inputs: [x], outputs: [y]))
      last = y
    }
    graph.outputs = [last]
    let all = Set(graph.values.indices.map { ValueID($0) })
    let error = #expect(throws: FerryError.self) {
      try Oracle.evaluate(graph, [ReferenceArray(zeros: [1])], keep: all)
    }
    #expect(error?.code == .memoryBudget)
  }
}

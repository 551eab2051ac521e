import FerryModel
import FerryTensor
import Testing

/// Parts of a graph between some values and another one.
@Suite("Segments") struct SegmentTests {
  /// x → a = relu → b = sigmoid(a) → c = a · b → d = c + x
  let graph: Graph
  let ids: [String: ValueID]

  init() throws {
    var graph = Graph(name: "g")
    var ids: [String: ValueID] = [:]
    func add(_ name: String) -> ValueID {
      let id = graph.add(Value(name: name, shape: [4]))
      ids[name] = id
      return id
    }
    graph.inputs = [add("x")]
    func node(_ name: String, _ operation: any Operator, _ inputs: [String]) throws {
      let inputs = try inputs.map { try #require(ids[$0]) }
      graph.nodes.append(Node(name: name, operation: operation, inputs: inputs, outputs: [add(name)]))
    }
    try node("a", Activate(Activation(.relu)), ["x"])
    try node("b", Activate(Activation(.sigmoid)), ["a"])
    try node("c", Binary(.multiply), ["a", "b"])
    try node("d", Binary(.add), ["c", "x"])
    graph.outputs = [try #require(ids["d"])]
    try graph.validate()
    self.graph = graph
    self.ids = ids
  }

  private func segment(_ name: String, from: [String]) throws -> (inputs: [String], nodes: [String]) {
    let boundaries = Set(try from.map { try #require(ids[$0]) })
    let value = try #require(ids[name])
    let segment = try #require(graph.segment(computing: value, from: boundaries, producers: graph.producers))
    try segment.graph.validate()
    #expect(segment.graph.outputs.map { segment.graph[$0].name } == [name])
    #expect(segment.graph.nodes.map(\.name) == segment.nodes.map { graph.nodes[$0].name })
    return (segment.inputs.map { graph[$0].name }, segment.nodes.map { graph.nodes[$0].name })
  }

  @Test func itReachesToTheNearestBoundaries() throws {
    #expect(try segment("d", from: []) == (["x"], ["a", "b", "c", "d"]))
    #expect(try segment("d", from: ["c"]) == (["c", "x"], ["d"]))
    #expect(try segment("c", from: ["b"]) == (["x", "b"], ["a", "c"]))
    #expect(try segment("c", from: ["a", "b"]) == (["a", "b"], ["c"]))
    // A value is never computed from itself.
    #expect(try segment("c", from: ["c", "a"]) == (["a"], ["b", "c"]))
    #expect(graph.segment(computing: graph.inputs[0], from: [], producers: graph.producers) == nil)
  }

  /// x → (best, places) = the two largest → cast = places as numbers → sum = best + cast: where `best` is captured and
  /// `places` is not, the node runs for the one, and the other is what was captured.
  @Test func aCapturedResultOfANodeWithSeveralIsRead() throws {
    var graph = Graph(name: "g")
    let x = graph.add(Value(name: "x", shape: [4]))
    let best = graph.add(Value(name: "best", shape: [2]))
    let places = graph.add(Value(name: "places", shape: [2], elementType: .int64))
    let cast = graph.add(Value(name: "cast", shape: [2]))
    let sum = graph.add(Value(name: "sum", shape: [2]))
    graph.inputs = [x]
    graph.nodes = [
      Node(name: "top", operation: TopK(2, axis: 0), inputs: [x], outputs: [best, places]),
      Node(name: "cast", operation: Cast(to: .float32), inputs: [places], outputs: [cast]),
      Node(name: "sum", operation: Binary(.add), inputs: [best, cast], outputs: [sum]),
    ]
    graph.outputs = [sum]
    try graph.validate()
    let segment = try #require(graph.segment(computing: sum, from: [best], producers: graph.producers))
    try segment.graph.validate()
    #expect(segment.inputs == [x, best])
    #expect(segment.nodes == [0, 1, 2])
    let result = try segment.graph.evaluate([
      ReferenceArray<Double>(shape: [4], elements: [5, 7, 6, 1]),
      ReferenceArray<Double>(shape: [2], elements: [70, 60]),
    ])
    #expect(result[segment.graph.outputs[0]]?.elements == [71, 62])
    // A captured value is computed all the same where it is the one that is asked for.
    let own = try #require(graph.segment(computing: best, from: [best, places], producers: graph.producers))
    #expect(own.inputs == [x] && own.graph.nodes.count == 1)
    #expect(try own.graph.evaluate([ReferenceArray<Double>(shape: [4], elements: [5, 7, 6, 1])])[own.graph.outputs[0]]?
      .elements == [7, 6])
  }

  @Test func itComputesWhatTheGraphDoes() throws {
    let x = ReferenceArray<Double>(shape: [4], elements: [-1, 0.5, 2, -0.25])
    let whole = try graph.evaluate([x], keep: Set(ids.values))
    let boundaries = Set([try #require(ids["b"]), try #require(ids["a"])])
    let value = try #require(ids["d"])
    let segment = try #require(graph.segment(computing: value, from: boundaries, producers: graph.producers))
    let inputs = try segment.inputs.map { try #require(whole[$0]) }
    let part = try segment.graph.evaluate(inputs)
    #expect(part[segment.graph.outputs[0]]?.elements == whole[try #require(ids["d"])]?.elements)
  }
}

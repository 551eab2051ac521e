import FerryModel
import FerryTensor
import Testing

@Suite("The choice of layouts")
struct ExecutionLayoutTests {
  /// One node reading image and weight, or features and weight.
  static func choice(_ operation: any Operator, input: [Int], weight: [Int]) throws -> TensorLayout {
    var graph = Graph(name: "one")
    let image = graph.add(Value(name: "x", shape: input.map { Dimension($0) }))
    let id = graph.add(Weight(tensor: try BundleFixture.tensor(weight, seed: 1), sources: []), named: "w")
    let shapes = try operation.outputShapes(for: [graph[image].shape, graph[id].shape])
    let output = graph.add(Value(name: "y", shape: shapes[0]))
    graph.inputs = [image]
    graph.nodes = [Node(name: "n", operation: operation, inputs: [image, id], outputs: [output])]
    graph.outputs = [output]
    try graph.validate()
    return ExecutionLayout.choose(for: graph, weight: id)
  }

  static func window(_ kernel: Int) throws -> Window {
    try Window(kernel: [kernel, kernel], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0])
  }

  @Test func byOperatorAndGroups() throws {
    let window = try Self.window(3)
    #expect(try Self.choice(Conv(window: window, groups: 1), input: [1, 4, 8, 8], weight: [8, 4, 3, 3]) == .panel16)
    #expect(
      try Self.choice(Conv(window: window, groups: 4), input: [1, 4, 8, 8], weight: [4, 1, 3, 3]) == .depthwise16)
    // One channel in, one out is dense and depthwise at once.
    #expect(try Self.choice(Conv(window: window, groups: 1), input: [1, 1, 8, 8], weight: [1, 1, 3, 3]) == .panel16)
    // Two outputs a channel, and two inputs a group.
    #expect(try Self.choice(Conv(window: window, groups: 4), input: [1, 4, 8, 8], weight: [8, 1, 3, 3]) == .rowMajor)
    #expect(try Self.choice(Conv(window: window, groups: 4), input: [1, 8, 8, 8], weight: [4, 2, 3, 3]) == .rowMajor)
    let transposed = try ConvTranspose(window: window, outputPadding: [0, 0], groups: 1)
    #expect(try Self.choice(transposed, input: [1, 4, 8, 8], weight: [4, 8, 3, 3]) == .tapPanel16)
    let grouped = try ConvTranspose(window: window, outputPadding: [0, 0], groups: 2)
    #expect(try Self.choice(grouped, input: [1, 4, 8, 8], weight: [4, 8, 3, 3]) == .rowMajor)
    #expect(try Self.choice(Gemm(), input: [1, 4], weight: [8, 4]) == .panel16)
    #expect(try Self.choice(MatMul(), input: [1, 4], weight: [4, 8]) == .rowMajor)
    #expect(try Self.choice(FerryModel.Binary(.add), input: [1, 4], weight: [1, 4]) == .rowMajor)
  }

  /// A weight, read by each of the operations.
  static func shared(_ operations: [any Operator], isOutput: Bool = false) throws -> TensorLayout {
    var graph = Graph(name: "shared")
    let id = graph.add(Weight(tensor: try BundleFixture.tensor([4, 4], seed: 1), sources: []), named: "w")
    for (index, operation) in operations.enumerated() {
      let input = graph.add(Value(name: "x\(index)", shape: [1, 4]))
      graph.inputs.append(input)
      let output = graph.add(
        Value(name: "y\(index)", shape: try operation.outputShapes(for: [graph[input].shape, graph[id].shape])[0]))
      graph.nodes.append(Node(name: "n\(index)", operation: operation, inputs: [input, id], outputs: [output]))
      graph.outputs.append(output)
    }
    if isOutput { graph.outputs.append(id) }
    try graph.validate()
    return ExecutionLayout.choose(for: graph, weight: id)
  }

  @Test func ofWeightsThatSeveralNodesRead() throws {
    #expect(try Self.shared([Gemm(), Gemm()]) == .panel16)
    #expect(try Self.shared([Gemm(), MatMul()]) == .rowMajor)
    #expect(try Self.shared([MatMul(), Gemm()]) == .rowMajor)
    #expect(try Self.shared([Gemm(), MatMul(), Gemm()]) == .rowMajor)
    #expect(try Self.shared([Gemm()], isOutput: true) == .rowMajor)
    #expect(try Self.shared([], isOutput: true) == .rowMajor)
  }
}

import FerryConvert
import FerryTensor
import Testing

@Suite("ONNX reader: graphs")
struct ONNXGraphTests {
  private func node(_ inputs: [String], _ outputs: [String], _ name: String) -> ProtoWriter {
    Build.node("Relu", inputs, outputs, name: name)
  }

  @Test func allFaultsAreListedAtOnce() throws {
    let graph = Build.graph(
      nodes: [
        node(["x"], ["a"], "first"), node(["a"], ["a"], "second"), node(["gone"], ["b"], "third"),
        node(["late"], ["c"], "fourth"), node(["x"], ["late"], "fifth"), Build.node("", ["x"], ["d"]),
      ],
      initializers: [Build.tensor("w", [2], raw: []), Build.tensor("w", [1], raw: floatBytes([1]))],
      outputs: [Build.value("y"), Build.value("y"), Build.value("c")])
    let (code, words, error) = try failure(Build.model(graph, opsets: [Build.opset(5)]))
    #expect(code == .invalidModel)
    #expect(
      words == """
        this model has 9 faults
          at model.onnx
          - the model is written for opset 5
              supported: 6 to 28
              hint: export it with opset_version=17
          - the tensor holds 0 bytes, but float32 2 takes 8
              at tensor "w"
          - the node names no operator
              at node "#5" (opset 5)
          - the value "w" is produced twice, by an initializer and by an initializer
              at tensor "w"
          - the value "a" is produced twice, by node "first" and by node "second"
              at node "second" (Relu, opset 5)
          - the node reads "gone", which nothing produces
              at node "third" (Relu, opset 5)
          - the node reads "late" before node "fifth" produces it
              at node "fourth" (Relu, opset 5)
              hint: write the nodes in topological order
          - nothing produces the graph output "y"
              at tensor "y"
          - the graph output is listed twice
              at tensor "y"
        """)
    #expect(error.causes.count == 9)
  }

  @Test func cyclesAreToldFromWrongOrder() throws {
    let cycle = Build.graph(nodes: [node(["b"], ["a"], "one"), node(["a"], ["b"], "two"), node(["b"], ["y"], "end")])
    let (code, words, _) = try failure(Build.model(cycle))
    #expect(code == .invalidModel)
    #expect(
      words == """
        the node reads "b", which is computed from the node's own result
          at model.onnx, node "one" (Relu, opset 17)
        """)
    let itself = Build.graph(nodes: [node(["y"], ["y"], "self")])
    #expect(try failure(Build.model(itself)).words.hasPrefix("the node reads \"y\", which is computed from"))
  }

  @Test func inputsOutputsAndInitializersMayBeJoinedDirectly() throws {
    let graph = Build.graph(
      nodes: [], initializers: [Build.tensor("w", [1], raw: floatBytes([1]))],
      outputs: [Build.value("x"), Build.value("w")])
    #expect(try readModel(Build.model(graph)).graph.outputs.map(\.name) == ["x", "w"])
  }

  @Test func namesAreNeeded() throws {
    func first(_ graph: ProtoWriter) throws -> String {
      let (code, words, _) = try failure(Build.model(graph))
      #expect(code == .invalidModel)
      return String(words.prefix { $0 != "\n" })
    }
    #expect(try first(Build.graph(outputs: [])) == "the graph has no outputs")
    #expect(
      try first(Build.graph(initializers: [Build.tensor("", [1], raw: floatBytes([1]))]))
        == "an initializer has no name")
    #expect(try first(Build.graph(inputs: [Build.value("x"), Build.value("")])) == "a graph input has no name")
    #expect(
      try first(Build.graph(inputs: [Build.value("x"), Build.value("x")]))
        == "the value \"x\" is produced twice, by a graph input and by a graph input")
    #expect(
      try first(Build.graph(inputs: [Build.value("x"), Build.value("y")]))
        == "the value \"y\" is produced twice, by a graph input and by node \"relu\"")
  }
}

import FerryConvert
import FerryModel
import FerryTensor
import Testing

@Suite("Import of Keras models") struct KerasImportTests {
  private static let dense = "\"units\": 2, \"activation\": \"softmax\""

  private func run(
    _ text: String, _ layers: [String: [(String, [Int])]] = [:], _ options: KerasImportOptions = KerasImportOptions(),
    assumptions: [String: String] = [:]
  ) throws -> ImportedModel {
    try KerasImporter.run(
      KerasConfiguration.parse(text), weights: KerasText.table(layers), options: options,
      assumptions: Assumptions(assumptions))
  }

  // MARK: Inputs, outputs, names

  /// A picture enters and leaves as Keras has it; what is open is named.
  @Test func picturesKeepTheirLayoutAtTheEdges() throws {
    let graph = try run(KerasText.single("ReLU", input: "[null, null, null, 3]")).graph
    #expect(graph[graph.inputs[0]].name == "x")
    #expect(graph[graph.inputs[0]].shape.text == "batch×height×width×3")
    #expect(graph[graph.outputs[0]].name == "y")
    #expect(graph[graph.outputs[0]].shape.text == "batch×height×width×3")
    #expect(graph.nodes.map(\.operation.name) == ["Transpose", "Activation", "Transpose"])
    #expect(graph[graph.nodes[1].outputs[0]].shape.text == "batch×3×height×width")
  }

  @Test func statedShapesReplaceDeclaredOnes() throws {
    var options = KerasImportOptions(inputShapes: ["": [2, 8, .symbol("w"), 2]])
    #expect(try run(KerasText.single("ReLU"), [:], options).graph.inputs.count == 1)
    options.inputShapes = ["": [2, 8, 8]]
    #expect(
      refusal { _ = try run(KerasText.single("ReLU"), [:], options) }
        == """
        --input-shape gives "x" 3 dimensions, but the model declares 4
          at node "x" (InputLayer)
        """)
    options.inputShapes = ["": [1, 2, 8, 8]]
    #expect(
      refusal { _ = try run(KerasText.single("ReLU"), [:], options) }
        == """
        --input-shape gives "x" 8 channels, but the model declares 2
          at node "x" (InputLayer)
          hint: the shape is batch, height, width, channels
        """)
    options.inputShapes = ["z": [1]]
    #expect(
      refusal { _ = try run(KerasText.single("ReLU"), [:], options) }
        == "--input-shape names \"z\", which is no input of the model\n  supported: x")
  }

  /// SAME padding of a size that is not known yet.
  @Test func oneGraphServesSeveralSizes() throws {
    let text = KerasText.single("AveragePooling2D", "\"padding\": \"same\"", input: "[null, null, null, 1]")
    let graph = try run(text).graph
    for (height, width) in [(4, 4), (5, 3)] {
      let results = try graph.run([KerasText.counting([1, height, width, 1])])
      #expect(results[0].shape.dimensions == [1, (height + 1) / 2, (width + 1) / 2, 1])
      // Of the last window only what lies inside counts.
      #expect(results[0].floats().last == (width == 3 ? 14 : 12.5))
    }
  }

  @Test func whatAnActivationIsAppliedToHasAName() throws {
    let text = KerasText.single("Dense", Self.dense, input: "[null, 3]")
    let weights = ["y": [("kernel", [3, 2]), ("bias", [2])]]
    let whole = try run(text, weights).graph
    #expect(whole.nodes.map(\.operation.name) == ["Gemm", "Softmax"])
    let logits = try run(text, weights, KerasImportOptions(outputs: ["y/linear"])).graph
    #expect(logits.outputs.map { logits[$0].name } == ["y/linear"])
    let results = try logits.run([try Tensor([1, 2, 3] as [Float], shape: [1, 3])])
    // Columns of [[0, 1], [2, 3], [4, 5]], and a bias of 0 and 1.
    #expect(results[0].floats() == [16, 23])
    #expect(
      refusal { _ = try run(text, weights, KerasImportOptions(outputs: ["y/liner"])) }
        == """
        --output-value names "y/liner", which the network does not compute
          supported: y/linear
          hint: ferry inspect FILE --layers --no-fuse lists every value
        """)
  }

  @Test func aValueThatIsAnOutputTwiceHasTwoNames() throws {
    let graph = try run(
      KerasText.model(
        [KerasText.input("x", "[null, 3]"), KerasText.layer("ReLU", "y", of: "x")], outputs: ["y", "y", "x"])
    ).graph
    // An input keeps its name.
    try graph.validate()
    #expect(graph.outputs.map { graph[$0].name } == ["y", "y_1", "x/output"])
  }

  // MARK: The account

  @Test func everyLayerAndWeightIsAccountedFor() throws {
    let text = KerasText.model(
      [
        KerasText.input("x", "[null, 3]"), KerasText.layer("Dense", "a", "\"units\": 3", of: "x"),
        KerasText.layer("SpatialDropout2D", "drop", "\"rate\": 0.5", of: "a"),
        KerasText.layer("Dense", "b", "\"units\": 2", of: "drop"),
      ], outputs: ["b"])
    let weights = ["a": [("kernel", [3, 3]), ("bias", [3])], "b": [("kernel", [3, 2]), ("bias", [2])]]
    let model = try run(text, weights, KerasImportOptions(outputs: ["drop"]))
    #expect(model.nodes.map(\.name) == ["x", "a", "drop", "b"])
    #expect(model.nodes.map(\.isReached) == [true, true, true, false])
    #expect(model.nodes[2].operatorName == "Dropout")
    #expect(model.nodes[2].outcome == .identity)
    let uses = model.weights.map { weight in if case .read = weight.use { "\(weight.name) read" } else { weight.name } }
    #expect(uses == ["a/kernel read", "a/bias read", "b/kernel", "b/bias"])
    let kernel = try #require(model.graph.weights.values.first { $0.sources == ["a/kernel"] })
    #expect(kernel.passes == ["rearrange"])
    let bias = try #require(model.graph.weights.values.first { $0.sources == ["a/bias"] })
    #expect(bias.passes.isEmpty)
  }

  /// A layer that is applied twice has one set of weights.
  @Test func sharedLayersShareTheirWeights() throws {
    let shared =
      "{\"class_name\": \"Dense\", \"name\": \"s\", \"config\": {\"name\": \"s\", \"units\": 3}, "
      + "\"inbound_nodes\": [[[\"x\", 0, 0, {}]], [[\"s\", 0, 0, {}]]]}"
    let graph = try run(
      KerasText.model(
        [KerasText.input("x", "[null, 3]"), shared, KerasText.layer("Add", "y", of: "s", "s:1")], outputs: ["y"]),
      ["s": [("kernel", [3, 3]), ("bias", [3])]]
    ).graph
    #expect(graph.weights.count == 2)
    #expect(graph.nodes.map(\.name) == ["s", "s:1", "y"])
  }

  // MARK: Weights

  @Test func refusesMissingWrongAndLeftOverWeights() {
    let text = KerasText.model(
      [
        KerasText.input("x", "[null, 3]"), KerasText.layer("Dense", "a", "\"units\": 2", of: "x"),
        KerasText.layer("Dense", "b", "\"units\": 2", of: "x"), KerasText.layer("Dense", "c", "\"units\": 2", of: "x"),
      ], outputs: ["a", "b", "c"])
    let weights = [
      "b": [("kernel", [3, 2])], "c": [("kernel", [3, 4]), ("bias", [2])], "d": [("kernel", [1]), ("bias", [1])],
    ]
    #expect(
      refusal { _ = try run(text, weights) }
        == """
        the model has 4 things that Ferry cannot convert
          - the file has no weights for the layer, which needs its kernel
              at node "a" (Dense)
          - the file has no bias for the layer, only kernel
              at node "b" (Dense)
          - the kernel has the shape 3×4, where 3×2 is needed: units 2 over 3 features
              at node "c" (Dense), tensor "c/kernel"
              hint: the configuration and the weights are not of one model, or the input has another size
          - 2 of 5 weights have no place in the network
              hint: if they are known to be leftovers, drop them with --assume unused-weights=drop
              - no node reads the weight "d/kernel"
                  at tensor "d/kernel"
              - no node reads the weight "d/bias"
                  at tensor "d/bias"
        """)
  }

  @Test func dropsLeftOversWhereTheUserSaysSo() throws {
    let text = KerasText.single("ReLU")
    let weights = ["d": [("kernel", [1])]]
    #expect(refusal { _ = try run(text, weights) }?.contains("1 of 1 weights have no place") == true)
    let model = try run(text, weights, assumptions: ["unused-weights": "drop"])
    guard case .unused = try #require(model.weights.first).use else {
      Issue.record("the weight is \(model.weights[0].use)")
      return
    }
  }

  /// An array that a layer does not ask for is left over, also in a layer that is there.
  @Test func refusesArraysThatALayerDoesNotHave() {
    let text = KerasText.single("Dense", "\"units\": 2, \"use_bias\": false", input: "[null, 3]")
    #expect(
      refusal { _ = try run(text, ["y": [("kernel", [3, 2]), ("bias", [2])]]) }?
        .contains("no node reads the weight \"y/bias\"") == true)
  }

  @Test func bindsCountedClassesInTheOrderOfTheLayers() throws {
    let text = KerasText.model(
      [
        KerasText.input("x", "[null, 2]"), KerasText.layer("Dense", "dense_7", "\"units\": 3", of: "x"),
        KerasText.layer("ReLU", "r", of: "dense_7"), KerasText.layer("Dense", "last", "\"units\": 1", of: "r"),
      ], outputs: ["last"])
    func table(_ first: String?, _ second: String?) -> KerasWeightTable {
      KerasWeightTable(
        naming: .classCounters,
        layers: [
          KerasWeightTable.Layer(
            key: "dense_1",
            variables: [KerasText.variable("c", nil, [3, 1]), KerasText.variable("d", nil, [1])], statedName: second),
          KerasWeightTable.Layer(
            key: "dense",
            variables: [KerasText.variable("a", nil, [2, 3]), KerasText.variable("b", nil, [3])], statedName: first),
        ])
    }
    let model = try KerasConfiguration.parse(text)
    #expect(try KerasImporter.run(model, weights: table(nil, nil)).notes.isEmpty)
    #expect(try KerasImporter.run(model, weights: table("dense_7", "last")).notes.isEmpty)
    // A counter depends on the session that made the model; a name does not.
    #expect(
      try KerasImporter.run(model, weights: table("dense_2", "last")).notes
        == ["dense_2 is taken for dense_7, by its class and order"])
    #expect(
      refusal { _ = try KerasImporter.run(model, weights: table("dense_7", "other")) }
        == """
        by its place, the layer "last" has the weights "dense_1", which are those of "other"
          at node "last" (Dense)
          hint: the configuration and the weights are not of one model
        """)
  }
}

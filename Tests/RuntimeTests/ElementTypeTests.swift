import FerryModel
import FerryRuntime
import FerryTensor
import Testing

/// What a caller gives and gets has the source's types, though a run holds float32 alone.
@Suite("Element types") struct ElementTypeTests {
  /// One node over inputs of the given types, of shape [3] unless stated.
  private func model(
    _ operation: any Operator, _ types: [ElementType], shapes: [[Dimension]]? = nil
  ) throws -> Model {
    var graph = Graph(name: "typed")
    let shapes = shapes ?? types.map { _ in [3] }
    graph.inputs = zip(types, shapes).enumerated().map { index, port in
      graph.add(Value(name: "x\(index)", shape: port.1, elementType: port.0))
    }
    let outputShapes = try operation.outputShapes(for: shapes)
    let outputTypes = try operation.outputTypes(for: types)
    let outputs = zip(outputShapes, outputTypes).enumerated().map { index, port in
      graph.add(Value(name: "y\(index)", shape: port.0, elementType: port.1))
    }
    graph.nodes = [Node(name: "n", operation: operation, inputs: graph.inputs, outputs: outputs)]
    graph.outputs = [outputs[0]]
    try graph.validate()
    return Model(name: "typed", graph: graph)
  }

  private func run(_ model: Model, _ inputs: [String: Tensor], reference: Bool = false) throws -> Tensor? {
    var options = SessionOptions()
    options.usesReference = reference
    return try model.session(options).run(inputs)["y0"]
  }

  @Test(arguments: [false, true]) func outputsHaveTheSourcesTypes(reference: Bool) throws {
    let numbers = try Tensor([Float(-2.75), 0, 300.5], shape: [3])
    func cast(to type: ElementType) throws -> Tensor? {
      try run(model(Cast(to: type), [.float32]), ["x0": numbers], reference: reference)
    }
    #expect(try cast(to: .int64)?.elements(as: Int64.self) == [-2, 0, 300])
    #expect(try cast(to: .int16)?.elements(as: Int16.self) == [-2, 0, 300])
    #expect(try cast(to: .bool)?.elementType == .bool)
    #expect(try cast(to: .bool)?.doubles() == [1, 0, 1])
    let error = #expect(throws: FerryError.self) { try cast(to: .int8) }
    #expect(error?.message == "300.5 is cast to int8")
    #expect(error?.supported == "-128 to 127")
  }

  @Test func integersThatARunCannotHoldAreRefused() throws {
    let model = try model(Cast(to: .float32), [.int64])
    let largest = try run(model, ["x0": Tensor([Int64(1 << 24), -(1 << 24), 7], shape: [3])])
    #expect(largest?.floats() == [16_777_216, -16_777_216, 7])
    let error = #expect(throws: FerryError.self) {
      try run(model, ["x0": Tensor([Int64(1 << 24) + 1, 0, 0], shape: [3])])
    }
    #expect(error?.code == .typeMismatch)
    #expect(error?.message == "input \"x0\" holds 16777217")
  }

  @Test func inputsOfAnotherTypeAreRefused() throws {
    let error = #expect(throws: FerryError.self) {
      try run(model(Cast(to: .float32), [.int32]), ["x0": Tensor([Float(1), 2, 3], shape: [3])])
    }
    #expect(error?.message == "input \"x0\" holds float32")
    #expect(error?.supported == "int32")
    #expect(throws: FerryError.self) { try model(Softmax(axis: 0), [.int64]) }
    #expect(throws: FerryError.self) { try model(Concat(axis: 0), [.int64, .float32]) }
  }

  @Test func anIndexOutsideTheAxisIsRefused() throws {
    let model = try model(Gather(axis: 0), [.float32, .int64])
    let x = try Tensor([Float(10), 20, 30], shape: [3])
    #expect(try run(model, ["x0": x, "x1": Tensor([Int64(-1), 0, 2], shape: [3])])?.floats() == [30, 10, 30])
    let error = #expect(throws: FerryError.self) {
      try run(model, ["x0": x, "x1": Tensor([Int64(3), 0, 0], shape: [3])])
    }
    #expect(error?.message == "index 3 leaves axis 0")
    #expect(error?.location.node == "n")
  }

  @Test(arguments: [false, true]) func outputsEndWhereTheCountSays(reference: Bool) throws {
    let suppression = try NonMaxSuppression(
      rows: .symbol("kept"), boxesPerClass: 8, overlapThreshold: 0.5, scoreThreshold: 0.1, usesCenters: false)
    let model = try model(
      suppression, [.float32, .float32], shapes: [[1, .symbol("boxes"), 4], [1, 1, .symbol("boxes")]])
    let boxes = try Tensor([Float(0), 0, 2, 2, 0, 0, 2, 1.9, 5, 5, 6, 6], shape: [1, 3, 4])
    func rows(scores: [Float]) throws -> Tensor? {
      try run(model, ["x0": boxes, "x1": Tensor(scores, shape: [1, 1, 3])], reference: reference)
    }
    let two = try rows(scores: [0.5, 0.9, 0.2])
    #expect(two?.shape.dimensions == [2, 3])
    #expect(try two?.elements(as: Int64.self) == [0, 0, 1, 0, 0, 2])
    #expect(try rows(scores: [0, 0, 0.05])?.shape.dimensions == [0, 3])
  }

  @Test func rowsOfUnknownNumberMustStayApart() throws {
    var graph = try self.model(
      NonMaxSuppression(
        rows: .symbol("kept"), boxesPerClass: 8, overlapThreshold: 0.5, scoreThreshold: 0.1, usesCenters: false),
      [.float32, .float32], shapes: [[1, 3, 4], [1, 1, 3]]
    ).graph
    func appended(_ operation: any Operator) throws -> Graph {
      var longer = graph
      let shapes = try operation.outputShapes(for: [graph[graph.outputs[0]].shape])
      let types = try operation.outputTypes(for: [.int64])
      let output = longer.add(Value(name: "z", shape: shapes[0], elementType: types[0]))
      longer.nodes.append(Node(name: "m", operation: operation, inputs: graph.outputs, outputs: [output]))
      longer.outputs = [output]
      return longer
    }
    try appended(Transpose(permutation: [1, 0])).validate()
    let best = ArgReduce(.maximum, axis: 0, keepsDimensions: true)
    let error = #expect(throws: FerryError.self) { try appended(best).validate() }
    #expect(error?.code == .unsupportedModel)
    #expect(error?.message == "ArgReduce reads a value of shape kept×3, whose extent kept only running tells")
    // One symbol cannot be both an input's extent and a count.
    graph[graph.inputs[0]].shape[1] = .symbol("kept")
    #expect(throws: FerryError.self) { try graph.validate() }
  }
}

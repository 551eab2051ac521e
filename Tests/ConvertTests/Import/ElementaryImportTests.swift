import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

/// Element-wise operators, reductions and repetition where the golden files do not reach.
@Suite("Elementary operators") struct ElementaryImportTests {
  private func convert(_ graph: ProtoWriter, opset: Int = 17) throws -> Graph {
    let folder = try Folder()
    let path = try folder.write("model.onnx", Build.model(graph, opsets: [Build.opset(opset)]))
    return try Converter.convert(onnx: path).graph
  }

  private func message(_ graph: ProtoWriter, opset: Int = 17) throws -> String? {
    do {
      _ = try convert(graph, opset: opset)
      return nil
    } catch { return (error as? FerryError)?.message }
  }

  private func int(_ name: String, _ value: Int) -> ProtoWriter {
    Build.attribute(name, type: 2) { $0.int(3, value) }
  }

  private func float(_ name: String, _ value: Float) -> ProtoWriter {
    Build.attribute(name, type: 1) { $0.float(2, value) }
  }

  private func integers(_ name: String, _ values: [Int]) -> ProtoWriter {
    Build.tensor(
      name, [values.count], type: 7,
      raw: values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } })
  }

  /// ONNX allows nodes to share a name; what Ferry makes up for them must not.
  @Test func nodesOfOneNameKeepTheirOwnNumbers() throws {
    let graph = try convert(
      Build.graph(nodes: [
        Build.node("Mean", ["x", "x"], ["m"], name: "mean"), Build.node("Mean", ["m", "x", "x"], ["y"], name: "mean"),
      ]))
    let x = ReferenceArray<Double>(shape: [1, 3], elements: [3, 6, -9])
    let y = try graph.bound(toInputShapes: [[1, 3]]).evaluate([x])
    #expect(y.values.map(\.elements) == [[3, 6, -9]])
  }

  @Test func attributesOfLaterOpsetsAreRefused() throws {
    func words(_ type: String, _ name: String, opset: Int) throws -> String? {
      try message(Build.graph(nodes: [Build.node(type, ["x"], ["y"], name: "n", [int(name, 1)])]), opset: opset)
    }
    for (type, name, opset) in [
      ("ReduceMean", "noop_with_empty_axes", 17), ("ReduceSum", "noop_with_empty_axes", 11), ("Shape", "start", 13),
      ("Split", "num_outputs", 17),
    ] {
      #expect(
        try words(type, name, opset: opset) == "\(type) has an attribute that Ferry does not know: \"\(name)\"")
    }
    #expect(try words("ReduceMean", "noop_with_empty_axes", opset: 18) == nil)
    #expect(try words("Split", "num_outputs", opset: 18) == nil)
  }

  @Test func operatorsAreRefusedBeforeTheirFirstOpset() throws {
    for (type, first) in [("Mish", 18), ("Gelu", 20), ("Swish", 24), ("Celu", 12), ("Erf", 9), ("Expand", 8)] {
      let graph = Build.graph(nodes: [Build.node(type, ["x"], ["y"], name: "n")])
      #expect(try message(graph, opset: first - 1) == "\(type) of opset \(first - 1) is not understood")
    }
  }

  @Test func swishIsTheFastActivationWhereItCanBe() throws {
    func operation(_ alpha: Float) throws -> any FerryModel.Operator {
      let node = Build.node("Swish", ["x"], ["y"], name: "swish", [float("alpha", alpha)])
      return try #require(try convert(Build.graph(nodes: [node]), opset: 24).nodes.first?.operation)
    }
    #expect((try operation(1) as? Activate)?.activation == Activation(.silu))
    #expect((try operation(2) as? FerryModel.Unary)?.attributes == FerryModel.Unary(.swish, a: 2).attributes)
  }

  /// A bound that the input makes negative would count from the end: the run is refused, not another part taken.
  @Test func slicesThatTurnOutNegativeAreRefused() throws {
    let path = GoldenCases.root.appendingPathComponent("operators/cases/slice-from-a-centre/model.onnx").path
    let graph = try Converter.convert(onnx: path).graph
    #expect(try graph.bound(toInputShapes: [[1, 2, 3, 8]]).outputs.count == 1)
    let error = #expect(throws: FerryError.self) { try graph.bound(toInputShapes: [[1, 2, 3, 5]]) }
    #expect(error?.message == "a slice from -1 to 4 leaves axis 3 of the shape 1×2×3×5")
  }

  /// Each is below every limit of its own; together they would take all memory.
  @Test func manySmallRepetitionsShareOneBudget() throws {
    let nodes = (0..<200).map { Build.node("Expand", ["one", "shape"], ["e\($0)"], name: "expand\($0)") }
    let add = Build.node("Relu", ["x"], ["y"], name: "relu")
    let graph = Build.graph(
      nodes: nodes + [add], initializers: [integers("one", [1]), integers("shape", [1 << 16])])
    #expect(try message(graph)?.contains("Expand of constants makes 65536 elements, out of proportion") == true)
  }

  /// Zeros as large as the batch: one number and its repetition, not a refusal.
  @Test func constantsOfTheInputsSizeAreRepeatedWhenRun() throws {
    let graph = try convert(
      Build.graph(nodes: [
        Build.node("Shape", ["x"], ["s"], name: "shape"), Build.node("ConstantOfShape", ["s"], ["z"], name: "zeros"),
        Build.node("Sum", ["x", "z"], ["y"], name: "sum"),
      ]))
    #expect(graph.nodes.map { $0.operation.name } == ["Expand", "Binary"])
    #expect(graph.weights.values.map { $0.tensor.shape.elementCount } == [1])
  }

  /// 1·x + the second operand laid at the first axis, which broadcasting as of opset 7 would lay at the last.
  @Test func opset6BroadcastsWhereTheNodeSays() throws {
    let stored = Build.tensor("w", [2], raw: floatBytes([10, 20]))
    let picture = [Build.value("x", [.value(2), .value(2)])]
    func graph(_ attributes: [ProtoWriter]) -> ProtoWriter {
      Build.graph(
        nodes: [Build.node("Add", ["x", "w"], ["y"], name: "add", attributes)], initializers: [stored], inputs: picture)
    }
    func sum(_ attributes: [ProtoWriter], opset: Int) throws -> [Double] {
      let x = ReferenceArray<Double>(shape: [2, 2], elements: [1, 2, 3, 4])
      return try #require(try convert(graph(attributes), opset: opset).evaluate([x]).values.first).elements
    }
    #expect(try sum([int("broadcast", 1), int("axis", 0)], opset: 6) == [11, 12, 23, 24])
    #expect(try sum([int("broadcast", 1)], opset: 6) == [11, 22, 13, 24])
    #expect(try sum([], opset: 7) == [11, 22, 13, 24])
    #expect(try message(graph([]), opset: 6) == "Add of 2×2 and 2 without broadcast = 1")
    #expect(try message(graph([int("broadcast", 1), int("axis", 2)]), opset: 6) == "axis 2 does not exist")
    #expect(
      try message(graph([int("broadcast", 1)]), opset: 7)
        == "Add has an attribute that Ferry does not know: \"broadcast\"")
  }

  @Test func opset6NormalizesInInferenceOnlyWhenItSaysSo() throws {
    let stored = ["s", "b", "m", "v"].map { Build.tensor($0, [3], raw: floatBytes([1, 2, 3])) }
    func graph(_ attributes: [ProtoWriter]) -> ProtoWriter {
      Build.graph(
        nodes: [Build.node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], name: "bn", attributes)],
        initializers: stored)
    }
    #expect(try message(graph([int("is_test", 1)]), opset: 6) == nil)
    #expect(
      try message(graph([]), opset: 6)
        == "BatchNormalization has is_test = 0: this is an export for training")
  }
}

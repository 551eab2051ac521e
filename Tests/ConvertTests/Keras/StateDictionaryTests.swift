import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

/// A network of pytorchcv is one graph, whether it comes from its ONNX export or from its state dictionary.
@Suite("State dictionaries") struct StateDictionaryTests {
  /// The relatives in golden/networks have fewer units than the built-in networks.
  static let relatives: [any PyTorchTrunk] = [
    PyTorchMobileNet(units: [1, 2, 2, 3, 2]), PyTorchXception(units: [1, 1, 3, 1]),
    PyTorchEfficientNet(kernels: [[3, 3], [3, 3], [5, 5], [3, 3, 5], [5, 3]]),
  ]
  static let memberTrunks: [any PyTorchTrunk] = [PyTorchXception(units: [1, 1, 1, 1])]

  /// The stored arrays of an export that nothing has been folded in: the state dictionary itself.
  static func state(_ folder: String) throws -> [KerasWeightTable.Variable] {
    let model = try ONNXModel(contentsOf: GoldenCases.root.appendingPathComponent("networks/\(folder)/model.onnx").path)
    return model.graph.initializers.filter { $0.name.contains(".") }.map {
      KerasWeightTable.Variable(name: $0.name, path: $0.name, tensor: $0.tensor)
    }
  }

  static func run(
    _ tensors: [KerasWeightTable.Variable], among trunks: [any PyTorchTrunk] = relatives,
    _ shape: [FerryModel.Dimension]?,
    _ assumptions: [String: String] = [:], architecture: String? = nil
  ) throws -> (graph: Graph, settled: [SettledAssumption], imported: ImportedModel) {
    let all = Assumptions(assumptions)
    let imported = try StateDictionaryImport.run(
      tensors: tensors, architecture: architecture, among: trunks, inputShape: shape, assumptions: all)
    try all.finish()
    var graph = imported.graph
    _ = try PassCatalogue.run(on: &graph)
    return (graph, all.settled, imported)
  }

  private func exported(_ folder: String) throws -> (graph: Graph, shape: [FerryModel.Dimension]) {
    let path = GoldenCases.root.appendingPathComponent("networks/\(folder)/model.onnx").path
    let graph = try Converter.convert(onnx: path).graph
    return (graph, graph[try #require(graph.inputs.first)].shape)
  }

  @Test(arguments: [
    ("mobilenet-ts17-unfolded-static", [:]), ("mobilenet-ts13-unfolded-dynamic", [:]),
    ("xception-ts17-unfolded-static", [:]), ("efficientnet-ts17-unfolded-static", [:]),
    ("efficientnet-ts13-unfolded-dynamic", [:]),
    ("efficientnet-same-ts18-unfolded-dynamic", ["padding": "tensorflow"]),
  ] as [(String, [String: String])])
  func classifiersAreTheirExports(folder: String, assumptions: [String: String]) throws {
    let (graph, shape) = try exported(folder)
    let built = try Self.run(try Self.state(folder), shape, assumptions).graph
    #expect(built.structureDigest() == graph.structureDigest())
    #expect(built.weightsDigest() == graph.weightsDigest())
  }

  @Test func anEnsembleMemberIsItsExport() throws {
    let (graph, shape) = try exported("ensemble-member-ts13-unfolded-dynamic")
    let tensors = try Self.state("ensemble-member-ts13-unfolded-dynamic")
    // HDF5 without an order of creation lists names alphabetically, which is not the order of the head.
    for order in [tensors, tensors.sorted { $0.path < $1.path }] {
      let (built, settled, imported) = try Self.run(order, among: Self.memberTrunks, shape)
      #expect(built.structureDigest() == graph.structureDigest())
      #expect(built.weightsDigest() == graph.weightsDigest())
      #expect(
        Dictionary(uniqueKeysWithValues: settled.map { ($0.key, $0.value) }) == [
          "epsilon": "1e-05", "pooling": "avg", "head.normalization": "applied", "head.epsilon": "1e-05",
          "head.activation": "relu", "head.output": "linear",
        ])
      #expect(
        imported.notes == [
          "pytorchcv/xception is recognised by the names and shapes of all weights",
          "the order of the modules behind the trunk, 1.normalise_features, 1.hidden, 1.normalise_hidden, 1.logit, "
            + "follows from their widths",
        ])
    }
  }

  /// The other network of the same names and shapes is another graph.
  @Test func paddingAndEpsilonMatter() throws {
    let folder = "efficientnet-same-ts18-unfolded-dynamic"
    let (graph, shape) = try exported(folder)
    let (built, settled, _) = try Self.run(try Self.state(folder), shape)
    #expect(built.structureDigest() != graph.structureDigest())
    #expect(settled.first { $0.key == "padding" }?.value == "symmetric")
    let tensorFlow = try Self.run(try Self.state(folder), shape, ["padding": "tensorflow"]).settled
    #expect(tensorFlow.first { $0.key == "epsilon" }?.value == "0.001")
  }

  @Test func prefixesAndCountersAreUnderstood() throws {
    let folder = "mobilenet-ts17-unfolded-static"
    let (graph, shape) = try exported(folder)
    var wrapped = try Self.state(folder).map {
      KerasWeightTable.Variable(name: "module.\($0.path)", path: "state/module.\($0.path)", tensor: $0.tensor)
    }
    wrapped.append(
      .init(
        name: "module.features.init_block.bn.num_batches_tracked", path: "counter",
        tensor: try Tensor([Int64(7)], shape: [])))
    let (built, _, imported) = try Self.run(wrapped, shape)
    #expect(built.structureDigest() == graph.structureDigest())
    #expect(built.weightsDigest() == graph.weightsDigest())
    let counter = try #require(imported.weights.first { $0.name == "counter" })
    guard case .leftOut(.counter, "counter of training steps") = counter.use else {
      Issue.record("the counter is \(counter.use)")
      return
    }
  }

  /// A training script may declare the normalizations of a head and never apply them: same file, another network.
  @Test func normalizationsMayBeDeclaredAlone() throws {
    let tensors = try Self.state("ensemble-member-ts13-unfolded-dynamic")
    let shape: [FerryModel.Dimension] = [1, 3, 50, 50]
    let (built, _, imported) = try Self.run(
      tensors, among: Self.memberTrunks, shape, ["head.normalization": "unused"])
    #expect(!built.nodes.contains { $0.operation is BatchNormalization })
    let unused = imported.weights.filter { if case .leftOut(.unused, _) = $0.use { true } else { false } }
    #expect(unused.count == 8)
    #expect(unused.allSatisfy { $0.name.hasPrefix("1.normalise_") })
  }

  @Test func aTrunkAloneEndsInPooledFeatures() throws {
    let tensors = try Self.state("xception-ts17-unfolded-static").filter { !$0.path.hasPrefix("output.") }
    let shape: [FerryModel.Dimension] = [1, 3, 64, 64]
    let pooled = try Self.run(tensors, shape).graph
    #expect(pooled.outputs.map { pooled[$0].shape } == [[1, 50, 1, 1]])
    let map = try Self.run(tensors, shape, ["pooling": "none"]).graph
    #expect(map.outputs.map { map[$0].shape } == [[1, 50, 2, 2]])
  }

  @Test func anInnerValueCanBeTheOutput() throws {
    let imported = try StateDictionaryImport.run(
      tensors: try Self.state("mobilenet-ts17-unfolded-static"), architecture: "pytorchcv/mobilenet",
      among: Self.relatives, inputShape: [1, 3, 64, 64], outputs: ["features.stage2.unit1.pw_conv.activ"],
      assumptions: Assumptions())
    #expect(imported.graph.outputs.map { imported.graph[$0].shape } == [[1, 26, 16, 16]])
    let unreached = imported.weights.filter { if case .unreached = $0.use { true } else { false } }
    #expect(unreached.contains { $0.name == "output.weight" })
    #expect(imported.notes == ["pytorchcv/mobilenet, as told"])
  }
}

/// State dictionaries that are nearly, or not at all, one of the built-in networks.
@Suite("State dictionaries: refusals") struct StateDictionaryRefusalTests {
  private func refusal(_ tensors: [KerasWeightTable.Variable], _ architecture: String? = nil) -> FerryError? {
    do {
      _ = try StateDictionaryTests.run(tensors, [1, 3, 64, 64], architecture: architecture)
      return nil
    } catch { return error as? FerryError }
  }

  private func mobileNet() throws -> [KerasWeightTable.Variable] {
    try StateDictionaryTests.state("mobilenet-ts17-unfolded-static")
  }

  @Test func whatIsMissingOrTooMuchIsNamed() throws {
    var tensors = try mobileNet()
    tensors.removeAll { $0.path == "features.stage3.unit2.dw_conv.bn.running_var" }
    tensors.append(.init(name: "aux.gate.weight", path: "aux/gate", tensor: try Tensor([Float(1)], shape: [1])))
    let error = try #require(refusal(tensors, "pytorchcv/mobilenet"))
    #expect(error.message == "the weights do not fit pytorchcv/mobilenet: 1 missing, 1 without a place")
    #expect(
      error.causes.map(\.message) == [
        "the file has no \"features.stage3.unit2.dw_conv.bn.running_var\"",
        "pytorchcv's MobileNet has no place for \"aux.gate.weight\" of the shape [1]",
      ])
    let unsure = try #require(refusal(tensors))
    #expect(unsure.message == "the file is a state dictionary that fits none of the built-in architectures")
    #expect(unsure.causes.count == 3)
    #expect(unsure.hint?.contains("ONNX") == true)
  }

  @Test func anotherShapeIsNamed() throws {
    let tensors = try mobileNet().map { variable in
      guard variable.path == "features.stage1.unit1.dw_conv.conv.weight" else { return variable }
      return KerasWeightTable.Variable(
        name: variable.name, path: variable.path,
        tensor: try Tensor([Float](repeating: 0, count: 225), shape: [9, 1, 5, 5]))
    }
    let error = try #require(refusal(tensors, "pytorchcv/mobilenet"))
    #expect(
      error.causes.map(\.message) == [
        "\"features.stage1.unit1.dw_conv.conv.weight\" has the shape [9, 1, 5, 5], where [9, 1, 3, 3] is needed"
      ])
  }

  @Test func aHeadThatIsNoChainIsRefused() throws {
    var tensors = try mobileNet()
    tensors.append(
      .init(
        name: "extra.weight", path: "extra.weight",
        tensor: try Tensor([Float](repeating: 0, count: 21), shape: [7, 3])))
    let error = try #require(refusal(tensors, "pytorchcv/mobilenet"))
    #expect(
      error.causes.first?.message
        == "the modules behind the 60 features of pytorchcv's MobileNet are no chain: Linear \"output\" from 60 to 10, "
        + "Linear \"extra\" from 3 to 7")
  }

  @Test func anotherDepthIsRefusedByName() throws {
    let tensors = try StateDictionaryTests.state("efficientnet-ts17-unfolded-static")
    // The relative has 2, 2, 2, 3 and 2 units: for the built-in network that is a depth without a name.
    let assumptions = Assumptions()
    let error = #expect(throws: FerryError.self) {
      try StateDictionaryImport.run(
        tensors: tensors, architecture: nil, inputShape: [1, 3, 50, 70], assumptions: assumptions)
    }
    #expect(error?.message == "the file is a state dictionary that fits none of the built-in architectures")
  }

  @Test func anUnknownNameIsRefused() throws {
    let error = try #require(refusal(try mobileNet(), "pytorchcv/resnet"))
    #expect(error.code == .usage)
    #expect(error.supported == "pytorchcv/mobilenet, pytorchcv/xception, pytorchcv/efficientnet-b1")
  }
}

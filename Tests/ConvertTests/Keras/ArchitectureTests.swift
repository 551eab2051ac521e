import FerryConvert
import FerryModel
import FerryTensor
import Testing

/// The architectures that Ferry knows by heart are those of keras.applications.
@Suite("Built-in architectures") struct ArchitectureTests {
  static let networks = [
    ("keras/mobilenet", "mobilenet", 4, 224), ("keras/mobilenet", "mobilenet-head", 4, 160),
    ("keras/xception", "xception", 8, 299), ("keras/xception", "xception-head", 8, 150),
    ("keras/efficientnet-b1", "efficientnet-b1", 8, 240), ("keras/efficientnet-b1", "efficientnet-b1-head", 8, 150),
  ]

  private func model(
    _ architecture: String, _ table: KerasWeightTable, size: Int? = nil, _ assumptions: Assumptions = Assumptions()
  ) throws -> (model: KerasModel, table: KerasWeightTable, notes: [String]) {
    let shape: [FerryModel.Dimension]? = size.map { [.symbol("batch"), Dimension($0), Dimension($0), 3] }
    return try #require(KerasArchitecture.named(architecture)).model(
      for: table, inputShape: shape, assumptions: assumptions)
  }

  /// Layers, options and connections, all in the order of Keras's own list.
  @Test(arguments: networks) func layersAreThoseOfKeras(network: (String, String, Int, Int)) throws {
    let (architecture, name, divisor, size) = network
    let written = try WrittenArchitecture(name, dividedBy: divisor)
    let built = try model(architecture, written.table(), size: size).model
    // Dropouts of a head leave no trace.
    let expected = written.layers.filter { layer in
      !(layer.className == "Dropout" && layer.name.hasPrefix("dropout") && name.hasSuffix("head"))
    }
    let skipped = Set(written.layers.map(\.name)).subtracting(expected.map(\.name))
    let before = Dictionary(uniqueKeysWithValues: written.layers.map { ($0.name, $0.inputs) })
    try #require(built.layers.map(\.name) == expected.map(\.name))
    for (layer, expected) in zip(built.layers, expected) {
      #expect(layer.className == expected.className)
      #expect(layer.options == expected.options, "\(layer.name)")
      let inputs = expected.inputs.map { skipped.contains($0) ? before[$0]?.first ?? "" : $0 }
      #expect(layer.calls.flatMap { $0.map(\.layer) } == inputs, "\(layer.name)")
    }
    #expect(built.outputs.map(\.layer) == [expected.last?.name])
  }

  @Test(arguments: networks) func theOrderIsAlsoThatOfKeras3(network: (String, String, Int, Int)) throws {
    let names = try WrittenArchitecture.namesInKeras3(network.1)
    let written = try WrittenArchitecture(network.1)
    #expect(names.count > 90)
    #expect(names.dropFirst() == written.layers.map(\.name).dropFirst())
  }

  /// Files that number their layers by class give the same network.
  @Test(arguments: networks) func countedFilesGiveTheSame(network: (String, String, Int, Int)) throws {
    let (architecture, name, divisor, size) = network
    let written = try WrittenArchitecture(name, dividedBy: divisor)
    let named = try model(architecture, written.table(), size: size).model
    let table = try written.countedTable()
    #expect(try ArchitectureRecognition.recognise(table).name == architecture)
    let counted = try model(architecture, table, size: size).model
    // Without names a classifier is any layer behind the features: its Dropout leaves no trace.
    let weighted = { (model: KerasModel) in model.layers.filter { $0.className != "Dropout" } }
    #expect(weighted(counted).map(\.className) == weighted(named).map(\.className))
    #expect(weighted(counted).map(\.options) == weighted(named).map(\.options))
  }

  @Test(arguments: networks) func eachIsRecognised(network: (String, String, Int, Int)) throws {
    let written = try WrittenArchitecture(network.1, dividedBy: network.2)
    #expect(try ArchitectureRecognition.recognise(written.table()).name == network.0)
  }

  /// Another session of Keras counts on where the last one ended.
  @Test func shortcutsAreFoundByOrderAndShape() throws {
    let written = try WrittenArchitecture("xception-head").renamed([
      "conv2d": "conv2d_8", "conv2d_1": "conv2d_9", "conv2d_2": "conv2d_10", "conv2d_3": "conv2d_11",
      "batch_normalization": "batch_normalization_8", "batch_normalization_1": "batch_normalization_9",
      "batch_normalization_2": "batch_normalization_10", "batch_normalization_3": "batch_normalization_11",
      "head_bn1": "batch_normalization_12", "head_bn2": "batch_normalization_13", "head_fc1": "dense",
      "head_fc2": "dense_1",
    ])
    #expect(try ArchitectureRecognition.recognise(written.table()).name == "keras/xception")
    let (built, _, notes) = try model("keras/xception", written.table())
    let convolutions = built.layers.filter { $0.className == "Conv2D" }.map(\.name)
    #expect(convolutions.suffix(4) == ["conv2d_8", "conv2d_9", "conv2d_10", "conv2d_11"])
    #expect(notes.count == 9)
    #expect(notes.last?.hasPrefix("the layers behind the trunk, batch_normalization_12, dense,") == true)
    #expect(
      notes[0]
        == "\"conv2d_8\" is taken for the Conv2D of the shortcut of block 2, by order and shape")
    let sum = try #require(built.layers.first { $0.name == "add" })
    #expect(sum.calls[0].map(\.layer) == ["block2_pool", "batch_normalization_8"])
  }

  @Test func whatTheFileCannotProveIsRecorded() throws {
    let assumptions = Assumptions(["head.output": "linear", "epsilon": "1e-5", "padding": "symmetric"])
    let (built, _, _) = try model(
      "keras/xception", WrittenArchitecture("xception-head").table(), assumptions)
    try assumptions.finish()
    let settled = Dictionary(uniqueKeysWithValues: assumptions.settled.map { ($0.key, $0.value) })
    #expect(
      settled == [
        "input-shape": "batchx299x299x3", "epsilon": "1e-05", "padding": "symmetric", "pooling": "avg",
        "head.activation": "relu", "head.output": "linear", "head.epsilon": "1e-05",
      ])
    #expect(assumptions.settled.allSatisfy { !$0.reason.isEmpty })
    #expect(built.layers.last?.options["activation"] == "linear")
    let normalizations = built.layers.filter { $0.className == "BatchNormalization" }
    #expect(normalizations.allSatisfy { $0.options["epsilon"] == .number(1e-5) })
    let pools = built.layers.filter { $0.name.hasPrefix("block2_pool") }.map(\.name)
    #expect(pools == ["block2_pool_windows", "block2_pool"])
  }

  /// keras.applications' published EfficientNets store deviations where variances stand, and divide once more.
  @Test func theSecondRescalingFollowsTheEvidence() throws {
    let written = try WrittenArchitecture("efficientnet-b1")
    func rescalings(_ variance: [Float], _ given: [String: String] = [:]) throws -> (Int, SettledAssumption?) {
      let assumptions = Assumptions(given)
      let (built, _, _) = try model(
        "keras/efficientnet-b1", written.table(values: ["normalization/variance": variance]), assumptions)
      return (
        built.layers.count { $0.className == "Rescaling" }, assumptions.settled.first { $0.key == "rescaling" }
      )
    }
    let published = try rescalings([0.229, 0.224, 0.225])
    #expect(published.0 == 2)
    #expect(published.1?.value == "imagenet")
    #expect(try rescalings([0.052_441, 0.050_176, 0.050_625]).0 == 1)
    #expect(try rescalings([1, 1, 1]).1?.value == "none")
    #expect(try rescalings([0.229, 0.224, 0.225], ["rescaling": "none"]).0 == 1)
    #expect(try rescalings([1, 1, 1], ["rescaling": "imagenet"]).0 == 2)

    // A file that lists its layers shows how many there are.
    var table = try written.table(values: ["normalization/variance": [1, 1, 1]])
    table.layers += ["rescaling_4", "rescaling_5"].map { KerasWeightTable.Layer(key: $0, variables: []) }
    let built = try model("keras/efficientnet-b1", table).model
    #expect(built.layers.count { $0.className == "Rescaling" } == 2)
  }

  @Test func efficientNetWithoutNormalizationTakesNormalisedPictures() throws {
    var written = try WrittenArchitecture("efficientnet-b1").renamed(["predictions": "probs"])
    written.layers.removeAll { $0.name == "normalization" }
    #expect(try ArchitectureRecognition.recognise(written.table()).name == "keras/efficientnet-b1")
    let assumptions = Assumptions()
    let built = try model("keras/efficientnet-b1", written.table(), assumptions).model
    #expect(!built.layers.contains { ["Rescaling", "Normalization"].contains($0.className) })
    #expect(assumptions.settled.first { $0.key == "rescaling" }?.value == "none")
    #expect(built.layers.last?.name == "probs")
  }

  /// Keras fixes EfficientNet's padding when the network is built, and takes unknown sizes for even ones.
  @Test func paddingFollowsTheSize() throws {
    let table = try WrittenArchitecture("efficientnet-b1").table()
    func padding(_ size: FerryModel.Dimension) throws -> JSONValue? {
      let built = try #require(KerasArchitecture.named("keras/efficientnet-b1")).model(
        for: table, inputShape: [.symbol("batch"), size, size, 3], assumptions: Assumptions())
      return built.model.layers.first { $0.name == "block6a_dwconv_pad" }?.options["padding"]
    }
    #expect(try padding(240) == [[2, 2], [2, 2]])  // 15 pixels
    #expect(try padding(256) == [[1, 2], [1, 2]])  // 16 pixels
    #expect(try padding(.symbol("size")) == [[1, 2], [1, 2]])
  }

  /// A trunk that is a model within the file's, as transfer learning writes it.
  @Test func aTrunkWithinAModel() throws {
    let written = try WrittenArchitecture("mobilenet-head", dividedBy: 4)
    let table = try written.table()
    let trunk = table.layers.filter { !$0.key.hasPrefix("head_") }
    let nested = KerasWeightTable(
      naming: .layerNames,
      layers: [KerasWeightTable.Layer(key: "mobilenet_0.25_160", variables: [], inner: trunk)]
        + table.layers.filter { $0.key.hasPrefix("head_") })
    #expect(try ArchitectureRecognition.recognise(nested).name == "keras/mobilenet")
    let built = try model("keras/mobilenet", nested).model
    #expect(
      built.layers.map(\.name) == [
        "input_1", "mobilenet_0.25_160", "global_average_pooling2d", "head_bn1", "head_fc1", "head_bn2", "head_fc2",
      ])
    #expect(built.layers[2].calls[0][0].layer == "mobilenet_0.25_160")
    let inner = try #require(built.layers[1].nested)
    #expect(inner.layers.count == written.layers.count - 7)
    #expect(inner.outputs.map(\.layer) == ["conv_pw_13_relu"])
  }

  /// Keras 3 tells names beside the counted classes: they are the layers' names, that of a model within the model too.
  @Test func statedNamesAreKept() throws {
    let counted = try WrittenArchitecture("mobilenet-head", dividedBy: 4).countedTable()
    let inHead = ["batch_normalization_27", "dense", "batch_normalization_28", "dense_1"]
    let trunk = counted.layers.filter { !inHead.contains($0.key) }
    // Outside of the trunk's model the counters begin anew.
    let head = zip(["batch_normalization", "dense", "batch_normalization_1", "dense_1"], inHead).map { key, old in
      KerasWeightTable.Layer(
        key: key, variables: counted.layers.first { $0.key == old }?.variables ?? [], statedName: "own_\(key)")
    }
    let table = KerasWeightTable(
      naming: .classCounters,
      layers: [KerasWeightTable.Layer(key: "functional", variables: [], inner: trunk, statedName: "trunk")] + head)
    let built = try model("keras/mobilenet", table).model
    #expect(
      built.layers.map(\.name) == [
        "input_1", "trunk", "global_average_pooling2d", "own_batch_normalization", "own_dense",
        "own_batch_normalization_1", "own_dense_1",
      ])
    #expect(built.layers[1].className == "Functional")
  }
}

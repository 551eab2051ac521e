import FerryConvert
import FerryModel
import FerryTensor
import Testing

/// Files that are nearly, or not at all, one of the built-in architectures.
@Suite("Built-in architectures: refusals") struct ArchitectureRefusalTests {
  private func refusal(_ table: KerasWeightTable, _ architecture: String? = nil) -> FerryError? {
    do {
      let found = try architecture.flatMap { KerasArchitecture.named($0) } ?? ArchitectureRecognition.recognise(table)
      _ = try found.model(for: table, inputShape: nil, assumptions: Assumptions())
      return nil
    } catch { return error as? FerryError }
  }

  @Test func aMissingLayerIsNamed() throws {
    var table = try WrittenArchitecture("mobilenet", dividedBy: 4).table()
    table.layers.removeAll { $0.key == "conv_pw_7" }
    let error = try #require(refusal(table, "keras/mobilenet"))
    #expect(error.code == .unsupportedModel)
    #expect(error.message == "the weights do not fit keras/mobilenet: 1 missing")
    #expect(error.causes.map(\.message) == ["the file has nothing for the Conv2D \"conv_pw_7\""])
    let unsure = try #require(refusal(table))
    #expect(
      unsure.message
        == "the file holds weights without a configuration, and they fit none of the built-in architectures")
    #expect(unsure.causes.first?.message == "keras/mobilenet: 1 missing")
    #expect(unsure.causes.last?.message.contains("none of its") == true)
    #expect(unsure.hint?.contains("--architecture NAME") == true)
  }

  /// Names alone prove nothing.
  @Test func anotherShapeIsNamed() throws {
    var table = try WrittenArchitecture("efficientnet-b1").table()
    let place = try #require(table.layers.firstIndex { $0.key == "block3a_dwconv" })
    let old = table.layers[place].variables[0]
    let channels = old.tensor.shape[2]
    table.layers[place].variables = [
      .init(
        name: old.name, path: old.path,
        tensor: try Tensor([Float](repeating: 0, count: 9 * channels), shape: [3, 3, channels, 1]))
    ]
    let error = try #require(refusal(table, "keras/efficientnet-b1"))
    #expect(error.message == "the weights do not fit keras/efficientnet-b1: 1 of another shape")
    #expect(
      error.causes.first?.message
        == "the DepthwiseConv2D \"block3a_dwconv\" needs arrays of the shapes [5, 5, 18, 1], but the file has "
        + "[3, 3, 18, 1]")
    #expect(refusal(table) != nil)
  }

  @Test func aSurplusLayerIsNamed() throws {
    var table = try WrittenArchitecture("xception").table()
    let kernel = KerasWeightTable.Variable(
      name: "kernel", path: "attention/kernel", tensor: try Tensor([Float(1), 2], shape: [1, 2, 1]))
    table.layers.append(.init(key: "attention", variables: [kernel]))
    let error = try #require(refusal(table, "keras/xception"))
    #expect(error.message == "the weights do not fit keras/xception: 1 without a place")
    #expect(error.causes.first?.location.tensor == "attention/kernel")
    #expect(refusal(table) != nil)
  }

  @Test func aHeadThatIsNoChainIsRefused() throws {
    var table = try WrittenArchitecture("xception-head").table()
    table.layers.removeAll { $0.key == "head_fc1" }
    let error = try #require(refusal(table, "keras/xception"))
    #expect(
      error.causes.first?.message
        == "the layers behind Xception's 256 features are no chain: BatchNormalization \"head_bn1\" of 256, "
        + "BatchNormalization \"head_bn2\" of 64, Dense \"head_fc2\" from 64 to 1")
  }

  /// B0 is B1 with fewer blocks.
  @Test func otherDepthsAreRefusedByName() throws {
    var written = try WrittenArchitecture("efficientnet-b1")
    let dropped = ["block1b", "block2c", "block3c", "block4d", "block5d", "block6e", "block7b"]
    written.layers.removeAll { layer in dropped.contains { layer.name.hasPrefix($0) } }
    let error = try #require(refusal(written.table()))
    #expect(error.message.hasPrefix("the file holds the weights of EfficientNet-B0 without a configuration"))
    let named = try #require(refusal(written.table(), "keras/efficientnet-b1"))
    #expect(named.message == "the file holds EfficientNet-B0, not EfficientNet-B1")
    #expect(try #require(refusal(written.countedTable())).message.contains("EfficientNet-B0"))
  }

  /// Where numbers and order contradict each other, there is no telling which of two equal shapes is which.
  @Test func numbersAgainstTheOrderAreRefused() throws {
    // With all widths 1 the shortcuts' shapes are equal.
    let written = try WrittenArchitecture("xception", dividedBy: 4096).renamed([
      "conv2d_1": "conv2d_2", "conv2d_2": "conv2d_1",
    ])
    let error = try #require(refusal(written.table(), "keras/xception"))
    #expect(error.causes.first?.message.contains("their order in the file is not that of their numbers") == true)
    #expect(try refusal(WrittenArchitecture("xception", dividedBy: 4096).table(), "keras/xception") == nil)
  }

  @Test func anotherNumberOfChannelsIsRefused() throws {
    let table = try WrittenArchitecture("mobilenet", dividedBy: 4).table()
    #expect(throws: FerryError.self) {
      try KerasArchitecture.named("keras/mobilenet")?.model(
        for: table, inputShape: [1, 224, 224, 1], assumptions: Assumptions())
    }
  }

  /// A layer without weights is listed, and shows that the network is another one.
  @Test(arguments: [true, false]) func aListedLayerWithoutAPlaceIsNamed(isCounted: Bool) throws {
    let written = try WrittenArchitecture("xception-head", dividedBy: 32)
    let whole = try isCounted ? written.countedTable() : written.table()
    let architecture = try #require(KerasArchitecture.named("keras/xception"))
    func built(_ listed: [String], _ given: [String: String] = [:]) throws -> (KerasModel, Assumptions) {
      var table = whole
      table.layers += listed.map { KerasWeightTable.Layer(key: $0, variables: []) }
      let assumptions = Assumptions(given)
      return (try architecture.model(for: table, inputShape: nil, assumptions: assumptions).model, assumptions)
    }
    let error = #expect(throws: FerryError.self) { try built(["input_1", "rescaling_3", "dropout_1", "leaky_re_lu"]) }
    #expect(
      error?.message
        == "the file lists layers without weights that keras/xception does not have: rescaling_3, leaky_re_lu")
    #expect(error?.hint?.hasSuffix("--assume unplaced-layers=ignore") == true)
    _ = try built(["rescaling_3"], ["unplaced-layers": "ignore"])
    // A name that somebody chose says nothing.
    _ = try built(["act_softmax", "add_7"])
    let (model, assumptions) = try built(["global_max_pooling2d_2"])
    #expect(model.layers.contains { $0.className == "GlobalMaxPooling2D" })
    #expect(assumptions.settled.first { $0.key == "pooling" }?.reason == "the file lists such a layer")
    #expect(assumptions.settled.contains { $0.key == "head.epsilon" })
  }

  /// EfficientNet's blocks pool as well: only what is listed beyond them pools the features.
  @Test func poolingWithinTheTrunkIsNoPoolingOfFeatures() throws {
    let written = try WrittenArchitecture("efficientnet-b1", dividedBy: 4)
    var table = try written.countedTable()
    table.layers.removeAll { $0.key == "dense" }
    let blocks = written.layers.count { $0.className == "GlobalAveragePooling2D" } - 1
    func pooling(_ count: Int) throws -> String? {
      var table = table
      table.layers += (0..<count).map {
        KerasWeightTable.Layer(key: "global_average_pooling2d" + ($0 == 0 ? "" : "_\($0)"), variables: [])
      }
      let assumptions = Assumptions()
      _ = try KerasArchitecture.named("keras/efficientnet-b1")?
        .model(for: table, inputShape: nil, assumptions: assumptions)
      return assumptions.settled.first { $0.key == "pooling" }?.value
    }
    #expect(blocks == 23)
    #expect(try pooling(blocks) == "none")
    #expect(try pooling(blocks + 1) == "avg")
  }

  /// Widths that fit in several orders: the choice is the user's.
  @Test func anAmbiguousOrderIsAnAssumption() throws {
    let table = try WrittenArchitecture("xception-head", dividedBy: 2048).countedTable()
    let assumptions = Assumptions()
    _ = try KerasArchitecture.named("keras/xception")?.model(for: table, inputShape: nil, assumptions: assumptions)
    let order = try #require(assumptions.settled.first { $0.key == "head.order" })
    #expect(order.value == "batch_normalization_40,dense,batch_normalization_41,dense_1")
  }
}

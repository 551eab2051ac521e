import FerryModel

/// EfficientNet-B1 as keras.applications builds it; without its preprocessing also as the package efficientnet does,
/// whose SAME padding is the same for a known size.
struct EfficientNetTrunk: KerasTrunk {
  let name = "keras/efficientnet-b1"
  let title = "EfficientNet-B1"
  let classifier = KerasClassifier(
    pooling: "avg_pool", poolingAlone: ["avg": "avg_pool", "max": "max_pool"], dropout: ("top_dropout", 0.2),
    output: "predictions")

  /// A run of blocks: kernel, how many in each depth, channels in and out, expansion, stride of the first.
  private static let stages: [(kernel: Int, repeats: Int, inputs: Int, outputs: Int, expansion: Int, stride: Int)] = [
    (3, 2, 32, 16, 1, 1), (3, 3, 16, 24, 6, 2), (5, 3, 24, 40, 6, 2), (3, 4, 40, 80, 6, 2), (5, 4, 80, 112, 6, 1),
    (5, 5, 112, 192, 6, 2), (3, 2, 192, 320, 6, 1),
  ]
  /// Of the original pictures, as keras.applications has them.
  private static let deviations = [0.229, 0.224, 0.225]

  func standardSize(widths: [String: Int]) -> Int { isB2(widths) ? 260 : 240 }

  private func isB2(_ widths: [String: Int]) -> Bool {
    widths["top_conv"] == 1408 && widths["block2a_project_conv"] == 24 && widths["block7b_project_conv"] == 352
  }

  func settle(_ evidence: TrunkEvidence, _ assumptions: Assumptions) throws -> TrunkSettings {
    var settings = TrunkSettings()
    settings.epsilon = try TrunkSettings.epsilon(assumptions)
    settings.isPaddedAlike = try TrunkSettings.padding(assumptions)
    guard let variance = evidence.variance else {
      settings.hasNormalization = false
      settings.scalesPixels =
        try assumptions.choose(
          "rescaling", default: "none", allowed: ["none", "255"],
          because: "the file has no Normalization layer, so pictures are taken to be normalised before the network; "
            + "whether it divides them by 255 itself leaves no trace in the file") == "255"
      return settings
    }
    let isDeviation =
      variance.count == 3 && zip(variance, Self.deviations).allSatisfy { abs($0 - $1) < 1e-3 }
    let words = variance.prefix(3).map { "\(Float($0))" }.joined(separator: ", ")
    let listed = evidence.rescalingCount ?? 0
    let choice = try assumptions.choose(
      "rescaling", default: isDeviation || listed > 1 ? "imagenet" : "none", allowed: ["imagenet", "none"],
      because: listed > 1
        ? "the file lists a second Rescaling, and not what it scales by; that of keras.applications divides by the "
          + "roots of ImageNet's standard deviations"
        : isDeviation
        ? "the file stores ImageNet's standard deviations where the variance stands, as the published weights do, and "
          + "keras.applications then divides by their roots in a second Rescaling, which leaves no trace in the file"
        : "a second Rescaling after the Normalization leaves no trace in the file; keras.applications has one only "
          + "with its ImageNet weights, whose stored variance is 0.229, 0.224, 0.225, and here it is \(words)")
    settings.hasSecondRescaling = choice == "imagenet"
    return settings
  }

  func lay(_ plan: inout NetworkPlan, on input: String, _ settings: TrunkSettings) -> String {
    var x = input
    if settings.scalesPixels { x = plan.rescaling(of: x, by: .number(1.0 / 255.0)) }
    if settings.hasNormalization { x = plan.normalization(of: x) }
    if settings.hasSecondRescaling {
      x = plan.rescaling(of: x, by: .array(Self.deviations.map { .number(1 / $0.squareRoot()) }))
    }
    x = pad(&plan, "stem_conv_pad", x, kernel: 3, settings)
    x = plan.convolution("stem_conv", of: x, filters: 32, kernel: 3, stride: 2, padding: "valid")
    x = plan.batchNormalization("stem_bn", of: x)
    x = plan.activation("stem_activation", of: x, "swish")
    let count = Self.stages.reduce(0) { $0 + $1.repeats }
    var number = 0
    for (index, stage) in Self.stages.enumerated() {
      for (repetition, letter) in "abcdefgh".prefix(stage.repeats).enumerated() {
        let block = Block(
          name: "block\(index + 1)\(letter)_", kernel: stage.kernel,
          inputs: repetition == 0 ? stage.inputs : stage.outputs, outputs: stage.outputs, expansion: stage.expansion,
          stride: repetition == 0 ? stage.stride : 1, dropRate: 0.2 * Double(number) / Double(count))
        x = lay(block, &plan, on: x, settings)
        number += 1
      }
    }
    x = plan.convolution("top_conv", of: x, filters: 1280, kernel: 1)
    x = plan.batchNormalization("top_bn", of: x)
    return plan.activation("top_activation", of: x, "swish")
  }

  private struct Block {
    let name: String
    let kernel: Int
    let inputs: Int
    let outputs: Int
    let expansion: Int
    let stride: Int
    let dropRate: Double
  }

  private func lay(
    _ block: Block, _ plan: inout NetworkPlan, on input: String, _ settings: TrunkSettings
  ) -> String {
    let name = block.name
    var x = input
    if block.expansion > 1 {
      x = plan.convolution("\(name)expand_conv", of: x, filters: block.inputs * block.expansion, kernel: 1)
      x = plan.batchNormalization("\(name)expand_bn", of: x)
      x = plan.activation("\(name)expand_activation", of: x, "swish")
    }
    if block.stride == 2 { x = pad(&plan, "\(name)dwconv_pad", x, kernel: block.kernel, settings) }
    x = plan.depthwise(
      "\(name)dwconv", of: x, kernel: block.kernel, stride: block.stride,
      padding: block.stride == 2 ? "valid" : "same")
    x = plan.batchNormalization("\(name)bn", of: x)
    x = plan.activation("\(name)activation", of: x, "swish")

    let channels = plan.extent(of: x).channels
    var gate = plan.globalPooling("\(name)se_squeeze", of: x, "avg")
    gate = plan.reshape("\(name)se_reshape", of: gate, to: [1, 1, channels])
    gate = plan.convolution(
      "\(name)se_reduce", of: gate, filters: max(1, block.inputs / 4), kernel: 1, hasBias: true, activation: "swish")
    gate = plan.convolution(
      "\(name)se_expand", of: gate, filters: channels, kernel: 1, hasBias: true, activation: "sigmoid")
    x = plan.product("\(name)se_excite", of: [x, gate])

    x = plan.convolution("\(name)project_conv", of: x, filters: block.outputs, kernel: 1)
    x = plan.batchNormalization("\(name)project_bn", of: x)
    guard block.stride == 1, plan.extent(of: x).channels == plan.extent(of: input).channels else { return x }
    if block.dropRate > 0 { x = plan.dropout("\(name)drop", of: x, rate: block.dropRate, wholeBranch: true) }
    return plan.sum("\(name)add", of: [x, input])
  }

  /// Padding in front of a window of stride 2. Keras's depends on the size when the network was built: the odd pixel
  /// that even sizes need is below and on the right; of an unknown size it takes that it is even.
  private func pad(
    _ plan: inout NetworkPlan, _ name: String, _ input: String, kernel: Int, _ settings: TrunkSettings
  ) -> String {
    let extent = plan.extent(of: input)
    let isKnown = extent.height != nil && extent.width != nil
    let pads = [extent.height, extent.width].map { size in
      let isOdd = isKnown && (size ?? 0) % 2 == 1
      return [isOdd || settings.isPaddedAlike ? kernel / 2 : kernel / 2 - 1, kernel / 2]
    }
    return plan.zeroPadding(name, of: input, pads)
  }

  func remarks(widths: [String: Int]) -> [String] {
    guard isB2(widths) else { return [] }
    return ["the shapes are those of EfficientNet-B2, which is EfficientNet-B1 with wider layers"]
  }
}

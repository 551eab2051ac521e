/// MobileNet as keras.applications builds it.
struct MobileNetTrunk: KerasTrunk {
  let name = "keras/mobilenet"
  let title = "MobileNet"
  let classifier = KerasClassifier(
    dropout: ("dropout", 0.001), output: "conv_preds", convolution: (reshape: "reshape_2", activation: "predictions"))

  /// Output channels and stride of each block after the first convolution.
  private static let blocks = [
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1),
    (1024, 2), (1024, 1),
  ]

  func standardSize(widths: [String: Int]) -> Int { 224 }

  func settle(_ evidence: TrunkEvidence, _ assumptions: Assumptions) throws -> TrunkSettings {
    var settings = TrunkSettings()
    settings.epsilon = try TrunkSettings.epsilon(assumptions)
    settings.isPaddedAlike = try TrunkSettings.padding(assumptions)
    let activation = try assumptions.choose(
      "activation", default: "relu6", allowed: ["relu6", "relu"],
      because: "the file does not say whether MobileNet's activations end at 6")
    settings.rectifierMaximum = activation == "relu6" ? 6 : nil
    return settings
  }

  func lay(_ plan: inout NetworkPlan, on input: String, _ settings: TrunkSettings) -> String {
    var x = input
    if settings.isPaddedAlike { x = plan.zeroPadding("conv1_pad", of: x, [[1, 1], [1, 1]]) }
    x = plan.convolution(
      "conv1", of: x, filters: 32, kernel: 3, stride: 2, padding: settings.isPaddedAlike ? "valid" : "same")
    x = plan.batchNormalization("conv1_bn", of: x)
    x = plan.rectifier("conv1_relu", of: x, maximum: settings.rectifierMaximum)
    for (index, (filters, stride)) in Self.blocks.enumerated() {
      let block = index + 1
      if stride == 2 {
        let pads = settings.isPaddedAlike ? [1, 1] : [0, 1]
        x = plan.zeroPadding("conv_pad_\(block)", of: x, [pads, pads])
      }
      x = plan.depthwise("conv_dw_\(block)", of: x, kernel: 3, stride: stride, padding: stride == 2 ? "valid" : "same")
      x = plan.batchNormalization("conv_dw_\(block)_bn", of: x)
      x = plan.rectifier("conv_dw_\(block)_relu", of: x, maximum: settings.rectifierMaximum)
      x = plan.convolution("conv_pw_\(block)", of: x, filters: filters, kernel: 1)
      x = plan.batchNormalization("conv_pw_\(block)_bn", of: x)
      x = plan.rectifier("conv_pw_\(block)_relu", of: x, maximum: settings.rectifierMaximum)
    }
    return x
  }

  func remarks(widths: [String: Int]) -> [String] {
    guard let last = widths["conv_pw_13"] else { return [] }
    let alpha = Double(last) / 1024
    let standard = Self.blocks.enumerated().allSatisfy { index, block in
      widths["conv_pw_\(index + 1)"] == Int(exactly: (Double(block.0) * alpha).rounded(.down))
    }
    return standard ? ["the shapes are those of MobileNet with alpha = \(alpha)"] : []
  }
}

/// Xception as keras.applications builds it.
struct XceptionTrunk: KerasTrunk {
  let name = "keras/xception"
  let title = "Xception"
  let classifier = KerasClassifier(pooling: "avg_pool", output: "predictions")

  func standardSize(widths: [String: Int]) -> Int { 299 }

  func settle(_ evidence: TrunkEvidence, _ assumptions: Assumptions) throws -> TrunkSettings {
    var settings = TrunkSettings()
    settings.epsilon = try TrunkSettings.epsilon(assumptions)
    settings.isPaddedAlike = try TrunkSettings.padding(assumptions)
    return settings
  }

  func lay(_ plan: inout NetworkPlan, on input: String, _ settings: TrunkSettings) -> String {
    var x = plan.convolution("block1_conv1", of: input, filters: 32, kernel: 3, stride: 2, padding: "valid")
    x = plan.batchNormalization("block1_conv1_bn", of: x)
    x = plan.activation("block1_conv1_act", of: x, "relu")
    x = plan.convolution("block1_conv2", of: x, filters: 64, kernel: 3, padding: "valid")
    x = plan.batchNormalization("block1_conv2_bn", of: x)
    x = plan.activation("block1_conv2_act", of: x, "relu")
    for (block, filters) in [(2, 128), (3, 256), (4, 728)] {
      x = reduction(&plan, block, on: x, filters: (filters, filters), settings)
    }
    for block in 5...12 {
      let shortcut = x
      for number in 1...3 {
        x = separable(&plan, "block\(block)_sepconv\(number)", on: x, filters: 728, activatesFirst: true)
      }
      x = plan.sum(nil, of: [x, shortcut])
    }
    x = reduction(&plan, 13, on: x, filters: (728, 1024), settings)
    for (number, filters) in [(1, 1536), (2, 2048)] {
      let name = "block14_sepconv\(number)"
      x = separable(&plan, name, on: x, filters: filters, activatesFirst: false)
      x = plan.activation("\(name)_act", of: x, "relu")
    }
    return x
  }

  /// A block that halves the size, with a shortcut by a strided convolution, whose layers Keras numbers.
  private func reduction(
    _ plan: inout NetworkPlan, _ block: Int, on input: String, filters: (first: Int, second: Int),
    _ settings: TrunkSettings
  ) -> String {
    plan.place = "the shortcut of block \(block)"
    let names = (first: "block\(block)_sepconv1", second: "block\(block)_sepconv2")
    var shortcut = plan.convolution(
      nil, of: input, filters: plan.width(names.second, standard: filters.second), kernel: 1, stride: 2)
    shortcut = plan.batchNormalization(nil, of: shortcut)
    plan.place = nil
    var x = separable(&plan, names.first, on: input, filters: filters.first, activatesFirst: block != 2)
    x = separable(&plan, names.second, on: x, filters: filters.second, activatesFirst: true)
    if settings.isPaddedAlike {
      // Windows around every pixel, of which every second is kept, are what padding by one pixel on all sides gives;
      // zeros around the picture would not do, for a maximum may be negative.
      x = plan.maximumPooling("block\(block)_pool_windows", of: x, size: 3, stride: 1, padding: "same")
      x = plan.maximumPooling("block\(block)_pool", of: x, size: 1, stride: 2, padding: "valid")
    } else {
      x = plan.maximumPooling("block\(block)_pool", of: x, size: 3, stride: 2, padding: "same")
    }
    return plan.sum(nil, of: [x, shortcut])
  }

  private func separable(
    _ plan: inout NetworkPlan, _ name: String, on input: String, filters: Int, activatesFirst: Bool
  ) -> String {
    let x = activatesFirst ? plan.activation("\(name)_act", of: input, "relu") : input
    return plan.batchNormalization("\(name)_bn", of: plan.separable(name, of: x, filters: filters))
  }

  func remarks(widths: [String: Int]) -> [String] { [] }
}

import FerryTensor

extension KerasArchitecture {
  /// Everything that speaks against the file being this architecture's; empty if it fits.
  func findings(_ match: ArchitectureMatch, _ table: KerasWeightTable) -> [FerryError] {
    var findings = match.contradictions
    do { _ = try ArchitectureTail(match, naming: table.naming) } catch let error as FerryError {
      findings += error.causes.isEmpty ? [error] : error.causes
    } catch {}
    return findings
  }

  /// The error for a file that does not fit the architecture that the user named.
  func refusal(_ findings: [FerryError], _ match: ArchitectureMatch, _ table: KerasWeightTable) -> FerryError {
    let relative = ArchitectureRelatives.name(of: table)
    let subject = relative.map { "the file holds \($0), not \(match.trunk.title)" }
    return FerryError(
      .unsupportedModel,
      subject ?? "the weights do not fit \(name): \(Self.summary(findings))",
      supported: "built-in architectures: \(Self.all.map(\.name).joined(separator: ", "))",
      hint: "give the network's configuration, as model.to_json() writes it, with --configuration MODEL.json",
      causes: Array(findings.prefix(100)))
  }

  /// "3 missing, 1 of another shape, 2 without a place"
  static func summary(_ findings: [FerryError]) -> String {
    func count(_ code: FerryError.Code) -> Int { findings.count { $0.code == code } }
    let parts = [
      (count(.missingParameters), "missing"), (count(.shapeMismatch), "of another shape"),
      (count(.unusedWeight), "without a place"),
    ]
    let others = findings.count - parts.reduce(0) { $0 + $1.0 }
    return (parts + [(others, "otherwise")]).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}

/// Networks of the same families that Ferry does not know by heart, told by their layers' names or numbers.
enum ArchitectureRelatives {
  /// How many blocks of each stage an EfficientNet has: the depths of B1 and B2 are the same.
  private static let efficientNets = [
    ("EfficientNet-B0", [1, 2, 2, 3, 3, 4, 1]), ("EfficientNet-B3", [2, 3, 3, 5, 5, 6, 2]),
    ("EfficientNet-B4", [2, 4, 4, 6, 6, 8, 2]), ("EfficientNet-B5", [3, 5, 5, 7, 7, 9, 3]),
    ("EfficientNet-B6", [3, 6, 6, 8, 8, 11, 3]), ("EfficientNet-B7", [4, 7, 7, 10, 10, 13, 4]),
  ]

  /// What the file holds, if it is one of these.
  static func name(of table: KerasWeightTable) -> String? {
    let layers = table.layers.flatMap { $0.inner.isEmpty ? [$0] : $0.inner }
    let keys = Set(layers.map { $0.statedName ?? $0.key })
    if keys.contains("expanded_conv_depthwise") {
      return keys.contains("expanded_conv_squeeze_excite_conv") || keys.contains("expanded_conv_project_bn")
        && keys.contains("Conv_2") ? "MobileNetV3" : "MobileNetV2"
    }
    if keys.contains("block1a_project_conv"), keys.contains("block2b_expand_conv"),
      !keys.contains("block1a_dwconv"), !keys.contains("block1a_se_reduce")
    {
      return "EfficientNetV2"
    }
    let found = (1...7).map { stage in
      "abcdefghijklmnop".prefix { keys.contains("block\(stage)\($0)_dwconv") }.count
    }
    if let match = efficientNets.first(where: { $0.1 == found }) { return match.0 }
    // Without names: the numbers of depthwise and plain convolutions tell the depth.
    guard table.naming == .classCounters else { return nil }
    let depthwise = layers.count { $0.key.hasPrefix("depthwise_conv2d") && !$0.variables.isEmpty }
    let plain = layers.count { $0.key.hasPrefix("conv2d") && !$0.variables.isEmpty }
    if depthwise == 17, plain == 35 { return "MobileNetV2" }
    return efficientNets.first { _, repeats in
      let blocks = repeats.reduce(0, +)
      return depthwise == blocks && plain == 4 * blocks - repeats[0] + 2
    }?.0
  }
}

import FerryTensor

/// Tells the built-in network whose state dictionary a file holds.
enum StateDictionaryRecognition {
  /// The trunk that the file fits: the named one, or the only one.
  ///
  /// - Throws: `unsupportedModel` with all that speaks against the named one, or some of what speaks against each.
  static func match(
    _ state: StateModules, architecture: String?, among trunks: [any PyTorchTrunk]
  ) throws -> StateDictionaryMatch {
    let names = trunks.map(\.name).joined(separator: ", ")
    if let architecture {
      guard let trunk = trunks.first(where: { $0.name == architecture }) else {
        throw FerryError(
          .usage, "there is no built-in architecture \"\(architecture)\" for state dictionaries", supported: names)
      }
      let match = StateDictionaryMatch(trunk, state)
      let findings = findings(match)
      guard findings.isEmpty else {
        throw FerryError(
          .unsupportedModel,
          relative(match, state).map { "the file holds \($0), not \(trunk.title)" }
            ?? "the weights do not fit \(trunk.name): \(KerasArchitecture.summary(findings))",
          supported: "built-in architectures: \(names)", hint: hint, causes: Array(findings.prefix(100)))
      }
      return match
    }
    let candidates = trunks.map { trunk in
      let match = StateDictionaryMatch(trunk, state)
      return (match: match, findings: findings(match))
    }
    let fitting = candidates.filter { $0.findings.isEmpty }
    if fitting.count == 1 { return fitting[0].match }
    let near = candidates.first { $0.match.hasStem }?.match
    let known = near.flatMap { relative($0, state) }
    throw FerryError(
      .unsupportedModel,
      known.map { "the file is the state dictionary of \($0), which Ferry does not know by heart" }
        ?? "the file is a state dictionary that fits none of the built-in architectures",
      supported: "built-in architectures: \(names)", hint: hint,
      causes: candidates.map { candidate in
        FerryError(
          .unsupportedModel,
          "\(candidate.match.trunk.name): \(KerasArchitecture.summary(candidate.findings))",
          causes: Array(candidate.findings.prefix(3)))
      })
  }

  private static let hint = "export the network to ONNX, which holds its structure, and convert that"

  private static func findings(_ match: StateDictionaryMatch) -> [FerryError] {
    guard match.hasStem else { return match.contradictions }
    var findings = match.contradictions
    do { _ = try StateDictionaryHead(match) } catch let error as FerryError {
      findings += error.causes.isEmpty ? [error] : error.causes
    } catch {}
    return findings
  }

  /// Units in each stage of pytorchcv's other EfficientNets.
  private static let efficientNets = [
    ("EfficientNet-B0", [1, 2, 2, 6, 5]), ("EfficientNet-B3", [2, 3, 3, 10, 8]),
    ("EfficientNet-B4", [2, 4, 4, 12, 10]), ("EfficientNet-B5", [3, 5, 5, 14, 12]),
    ("EfficientNet-B6", [3, 6, 6, 16, 14]), ("EfficientNet-B7", [4, 7, 7, 20, 17]),
  ]

  /// A network of the same family that Ferry does not know, if it is one.
  private static func relative(_ match: StateDictionaryMatch, _ state: StateModules) -> String? {
    if match.trunk is PyTorchEfficientNet {
      let units = (1...5).map { stage in
        (1...32).prefix { unit in
          let name = "\(match.prefix)stage\(stage).unit\(unit)"
          return state["\(name).conv1.conv"] != nil || state["\(name).dw_conv.conv"] != nil
        }.count
      }
      return efficientNets.first { $0.1 == units }?.0
    }
    let isInverted = state["\(match.prefix)stage1.unit1.conv1.conv"] != nil
    return match.trunk is PyTorchMobileNet && isInverted && state["\(match.prefix)final_block.conv"] != nil
      ? "MobileNetV2" : nil
  }
}

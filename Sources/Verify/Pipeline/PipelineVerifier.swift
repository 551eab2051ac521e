import FerryModel
import FerryPicture
import FerryRuntime
import FerryTensor

/// Compares every stage of a pipeline with what another implementation recorded: the picture that the face extractor
/// gets, the box, the crop, each member's input, each probability, the score.
public enum PipelineVerifier {
  /// - Throws: what running the networks throws.
  public static func verify(_ pipeline: Pipeline, _ item: PipelineCase) throws -> PipelineCaseReport {
    guard let stages = try pipeline.stages(of: item.frame) else {
      return PipelineCaseReport(
        name: item.name, stages: [.init(name: "face", difference: .infinity, allowed: 0, note: "no face was found")])
    }
    var lines: [PipelineCaseReport.Stage] = []
    func compare(_ name: String, _ actual: Tensor, _ expected: GoldenCase.Array?, allowed: Double) throws {
      guard let expected else { return }
      guard actual.shape == expected.tensor.shape else {
        lines.append(
          .init(
            name: name, difference: .infinity, allowed: allowed,
            note: "\(actual.shape) where \(expected.tensor.shape) is expected"))
        return
      }
      let difference = zip(actual.doubles(), expected.tensor.doubles()).reduce(0) { worst, pair in
        // What is no number differs from everything but its like.
        let distance = abs(pair.0 - pair.1)
        return max(worst, distance.isNaN ? (pair.0.isNaN && pair.1.isNaN ? 0 : .infinity) : distance)
      }
      lines.append(.init(name: name, difference: difference, allowed: allowed, note: "\(actual.shape)"))
    }
    func compare(_ name: String, _ actual: Double, _ expected: Double, allowed: Double) {
      let distance = abs(actual - expected)
      lines.append(
        .init(
          name: name, difference: distance.isNaN ? .infinity : distance, allowed: allowed,
          note: "\(actual) where \(expected) is expected"))
    }
    /// What was recorded and does not exist here: a case that is not of this pipeline.
    func unknown(_ name: String, _ note: String) {
      lines.append(.init(name: name, difference: .infinity, allowed: 0, note: note))
    }
    if let input = stages.detectorInput {
      try compare("detector input", input, item.detectorInput, allowed: item.inputTolerance)
    } else if item.detectorInput != nil || item.detectorScore != nil {
      unknown("detector input", "the pipeline has no face extractor")
    }
    let off = zip(stages.corners, item.corners).map { abs($0 - $1) }.max() ?? 0
    lines.append(
      .init(
        name: "box", difference: Double(off), allowed: 0, note: "\(stages.corners) where \(item.corners) is expected"))
    if let score = stages.detectorScore, let expected = item.detectorScore {
      compare("detector score", score, expected, allowed: item.probabilityTolerance)
    }
    try compare("crop", stages.crop.bytes(), item.crop, allowed: 0)
    try compare("resized crop", stages.resized.bytes(), item.resized, allowed: 0)
    for (index, name) in pipeline.memberNames.enumerated() {
      guard let member = item.members.first(where: { $0.name == name }) else {
        unknown(name, "the case does not name this member")
        continue
      }
      try compare("\(name) input", stages.memberInputs[index], member.input, allowed: item.inputTolerance)
      compare(
        "\(name) probability", stages.probabilities[index], member.probability, allowed: item.probabilityTolerance)
    }
    for member in item.members where !pipeline.memberNames.contains(member.name) {
      unknown(member.name, "the pipeline has no such member")
    }
    compare("score", stages.score, item.score, allowed: item.probabilityTolerance)
    return PipelineCaseReport(name: item.name, stages: lines)
  }
}

/// What a pipeline makes of a golden case, stage by stage.
public struct PipelineCaseReport: Sendable, Equatable {
  public let name: String
  public let stages: [Stage]

  public struct Stage: Sendable, Equatable {
    public let name: String
    /// The largest absolute difference; infinite where nothing can be compared.
    public let difference: Double
    public let allowed: Double
    /// Shape, or both values.
    public let note: String

    public var passed: Bool { difference <= allowed }
  }

  public var passed: Bool { !stages.isEmpty && stages.allSatisfy(\.passed) }
  /// The first stage that differs: what follows inherits its fault.
  public var firstDivergent: Stage? { stages.first { !$0.passed } }

  public var text: String {
    let widest = stages.map(\.name.count).max() ?? 0
    let lines = stages.map { stage in
      let padded = stage.name + String(repeating: " ", count: widest - stage.name.count)
      let verdict = stage.passed ? "ok" : "DIFFERS"
      return "  \(padded)  \(verdict)  by \(stage.difference), \(stage.allowed) allowed  \(stage.note)"
    }
    let verdict =
      firstDivergent.map { "FAILED: the first stage that differs is \($0.name)" }
      ?? "passed: \(stages.count) stages within tolerance"
    return (["pipeline case \(name.printable)"] + lines.map(\.printable) + [verdict]).joined(separator: "\n")
  }

  public var jsonValue: JSONValue {
    [
      "name": .string(name), "passed": .bool(passed),
      "stages": .array(
        stages.map { stage in
          [
            "name": .string(stage.name), "difference": .reported(stage.difference), "allowed": .number(stage.allowed),
            "passed": .bool(stage.passed), "note": .string(stage.note),
          ]
        }),
    ]
  }
}

extension Picture {
  /// Height×width×3 `uint8`.
  fileprivate func bytes() throws -> Tensor { try Tensor(pixels, shape: [height, width, 3]) }
}

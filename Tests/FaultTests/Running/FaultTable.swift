import FerryTensor
import FerryVerify
import Foundation

/// The section "What it catches" of docs/verifying.md, made from what the verifier says.
struct FaultTable {
  static let heading = "## What it catches"
  let outcomes: [FaultOutcome]

  private var diagnosable: [FaultOutcome] { outcomes.filter(\.fault.isDiagnosable) }
  private var misses: [FaultOutcome] { diagnosable.filter { !$0.isRightlyNamed } }

  /// "97 of 97 detected; of the 90 that can be diagnosed, 88 have their true cause named first."
  var count: String {
    "**\(outcomes.filter(\.isDetected).count) of \(outcomes.count) detected; "
      + "\(diagnosable.count - misses.count) of \(diagnosable.count) diagnosed first.**"
  }

  /// The columns that are the same on every machine: fault, where, found at, named cause.
  var rows: [[String]] {
    outcomes.map { outcome in
      [
        outcome.fault.name, outcome.fault.network.name, outcome.place.isNode ? "`\(outcome.place)`" : outcome.place,
        outcome.mistake.map { "`\($0)`" + (outcome.isRightlyNamed || !outcome.fault.isDiagnosable ? "" : " (a miss)") }
          ?? "—",
      ]
    }
  }

  var markdown: String {
    var lines = [
      Self.heading, "",
      "A test injects each of these faults into a small network, writes the bundle anew with valid digests, so",
      "that the numbers alone can find it, and verifies it with `--layers`. MobileNet, Xception and EfficientNet are",
      "the committed ones, with goldens by PyTorch; the others are built for what these lack (Tests/FaultTests). The",
      "undamaged networks pass, fused and not. This section is written by `FERRY_UPDATE_DOCUMENTS=1 swift test`.", "",
      "\"Found at\" is the first divergent node, which has to be the damaged one; \"named cause\" is the explanation",
      "that ranks first, as `--json` calls it; \"error\" is the largest one relative to max|expected|, as it stands",
      "and with the named cause undone: \"fitted\" where numbers were taken from the golden for that. Mistakes that",
      "come to the same numbers have one name: a mean that is left out is another offset (`bias-wrong`), a gate that",
      "is left out a factor for each channel (`channel-scale`), a normalisation that is missing or another layer's a",
      "factor and an offset (`normalization-missing`), a golden from before an activation an activation too many.", "",
      "| Fault | Network | Found at | Named cause | Error before → after |", "|---|---|---|---|---|",
    ]
    for (row, outcome) in zip(rows, outcomes) {
      lines.append("| " + (row + [Self.errors(outcome)]).joined(separator: " | ") + " |")
    }
    lines += ["", count, ""]
    lines += misses.isEmpty ? ["There are no misses."] : ["Misses:", ""] + misses.map(Self.words)
    lines += ["", "Detected, with nothing to be diagnosed:", ""]
    lines += outcomes.compactMap { outcome in
      if case .detectedOnly(let reason) = outcome.fault.cause { "- \(outcome.fault.name): \(reason)." } else { nil }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ outcome: FaultOutcome) -> String {
    guard case .missed(let mistakes, let instead, let reason) = outcome.fault.cause else {
      return "- \(outcome.fault.name)."
    }
    return "- \(outcome.fault.name): \(instead == "nothing" ? "nothing is" : "`\(instead)` is") named where "
      + "\(mistakes.map { "`\($0)`" }.joined(separator: " or ")) is right; \(reason)."
  }

  private static func errors(_ outcome: FaultOutcome) -> String {
    guard let diagnosis = outcome.diagnosis else { return "—" }
    return number(diagnosis.error) + (diagnosis.best.map(rest) ?? "")
  }

  private static func rest(_ explanation: Explanation) -> String {
    " → " + number(explanation.error) + (explanation.freeParameters > 0 ? ", fitted" : "")
  }

  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "∞" }
    guard value != 0 else { return "0" }
    if (0.001..<10).contains(value) { return String(format: "%.2g", value) }
    return String(format: "%.1e", value).replacingOccurrences(of: "e-0", with: "e-")
      .replacingOccurrences(of: "e+0", with: "e")
  }

  // MARK: The document

  static let document = FaultNetwork.repository.appendingPathComponent("docs/verifying.md")

  /// The document's section: the lines from the heading to the next one of its rank.
  static func section(of text: String) -> Range<String.Index>? {
    guard let start = text.range(of: Self.heading + "\n")?.lowerBound else { return nil }
    let rest = text.index(start, offsetBy: Self.heading.count)
    let end = text.range(of: "\n## ", range: rest..<text.endIndex).map { text.index(after: $0.lowerBound) }
    return start..<(end ?? text.endIndex)
  }

  /// A section's lines without the table's last column, whose errors differ a little from machine to machine.
  static func stableLines(of section: String) -> [String] {
    section.trimmingCharacters(in: .newlines).components(separatedBy: "\n").map { line in
      line.hasPrefix("| ") ? line.components(separatedBy: " | ").dropLast().joined(separator: " | ") : line
    }
  }

  /// Puts the section into the document, in place of the old one or at the end.
  func write() throws {
    var text = try String(contentsOf: Self.document, encoding: .utf8)
    if let section = Self.section(of: text) {
      let isLast = section.upperBound == text.endIndex
      text.replaceSubrange(section, with: markdown + (isLast ? "" : "\n"))
    } else {
      text += (text.hasSuffix("\n\n") ? "" : "\n") + markdown
    }
    try text.write(to: Self.document, atomically: true, encoding: .utf8)
  }
}

extension String {
  fileprivate var isNode: Bool { !contains(" ") }
}

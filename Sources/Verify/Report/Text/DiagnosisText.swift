import FerryModel
import FerryTensor

/// Where a network diverges and why, in words.
struct DiagnosisText {
  private let report: LayerReport
  private let paint: Paint
  private let width: Int

  init(_ report: LayerReport, paint: Paint, width: Int) {
    self.report = report
    self.paint = paint
    self.width = width
  }

  var blocks: [String] {
    var blocks: [String] = []
    if let diagnosis = report.inputDiagnosis, let best = diagnosis.best {
      let head = "the inputs seem to be at fault: \(brief(diagnosis.error)) off; \(best.sentence)"
      blocks.append(lines([head, advice(best)] + others(diagnosis, than: best)))
    }
    guard let divergent = report.firstDivergent else {
      if report.gathersBeyondTolerance {
        blocks.append(lines([LayerReport.gathering]))
      }
      return blocks
    }
    blocks.append(lines(text(divergent)))
    let rest = report.wrongByThemselves.filter { $0.place.value != divergent.place.value }
    if !rest.isEmpty {
      let shown = rest.prefix(5).map { "  \($0.finding)" }
      let more = rest.count > 5 ? ["  … and \(rest.count - 5) more"] : []
      blocks.append(lines(["wrong by \(rest.count == 1 ? "itself" : "themselves") as well:"] + shown + more))
    }
    return blocks
  }

  private func text(_ layer: Layer) -> [String] {
    var lines = ["first divergent \(layer.finding)"]
    if let node = layer.place.nodes.last {
      let before = layer.place.nodes.count - 1
      lines.append("  \(node.summary.printable)" + (before > 0 ? ", with \(counted(before, "node")) before it" : ""))
    }
    if layer.nodeName != layer.name { lines.append("  captured as \(layer.name.printable)") }
    let sources = layer.place.nodes.last?.sources.map { "\($0.name.printable) (\($0.operatorName.printable))" } ?? []
    if !sources.isEmpty { lines.append("  in the source: \(listed(sources, limit: 4))") }
    if let best = layer.diagnosis?.best { lines.append(advice(best)) }
    if let diagnosis = layer.diagnosis { lines += others(diagnosis, than: diagnosis.best) }
    let outcome = layer.isWrongByItself ? layer.isolated : layer.cumulative
    switch outcome {
    case .compared(let comparison)?: if let worst = comparison.worst { lines.append("  \(worst.text)") }
    case .failed(let error)?: lines += error.description.split(separator: "\n").dropFirst().map { "  \($0)" }
    case nil: break
    }
    return lines
  }

  private func advice(_ explanation: Explanation) -> String { "  advice: \(explanation.advice.printable)" }

  private func others(_ diagnosis: Diagnosis, than best: Explanation?) -> [String] {
    let rest = diagnosis.runnersUp.prefix(3)
    guard !rest.isEmpty else { return [] }
    return [best == nil ? "  what makes the error smaller:" : "  also tried:"]
      + rest.map { "    \($0.change.printable): \(brief($0.error))" }
  }

  private func lines(_ lines: [String]) -> String {
    lines.map { line in
      line.wrapped(to: width, indentation: line.prefix { $0 == " " }.count + 2)
    }.joined(separator: "\n")
  }
}

extension Diagnosis {
  /// The explanations behind the best, in their order.
  var runnersUp: [Explanation] {
    guard let best else { return explanations }
    let place = explanations.firstIndex { $0.mistake == best.mistake && $0.change == best.change }
    return explanations.indices.filter { $0 != place }.map { explanations[$0] }
  }
}

extension Explanation {
  /// "with padding [1, 1, 1, 1] in place of [0, 0, 1, 1] the error is 3e-7".
  var sentence: String {
    "\(change.printable) the error is \(brief(error))" + (isWhole ? "" : ", still outside the tolerance")
  }
}

extension Layer {
  /// Node, error and reason in one sentence: "node a/b: 0.41 off; with … the error is 3e-7".
  var finding: String {
    let subject = place.nodes.isEmpty ? "input \(name.printable)" : "node \(nodeName.printable)"
    return "\(subject): \(findingText)"
  }

  /// The same behind the node's name.
  var findingText: String {
    if isWrongByItself {
      guard let comparison = isolated?.comparison else { return "cannot be compared: \(failureMessage)" }
      let size = comparison.nonFiniteMismatchCount > 0 ? "NaN or infinity" : "\(brief(comparison.peakError)) off"
      guard let diagnosis else { return size }
      return size + (diagnosis.best.map { "; \($0.sentence)" } ?? "; no mistake that was tried explains it")
    }
    guard let comparison = cumulative.comparison else { return "cannot be compared: \(failureMessage)" }
    let size = comparison.nonFiniteMismatchCount > 0 ? "NaN or infinity" : "\(brief(comparison.peakError)) off"
    return "\(size) in the run; no node is wrong by itself, so the error comes with the inputs or gathers on the way"
  }

  private var failureMessage: String {
    if case .failed(let error)? = isolated { return error.message.printable }
    if case .failed(let error) = cumulative { return error.message.printable }
    return "it was not computed"
  }
}

extension Comparison.Element {
  /// "worst at [0, 1]: 3 where 4 is expected, off by 1.00e+00, allowed 4.00e-02".
  var text: String {
    let values = "\(valueText(actual)) where \(valueText(expected)) is expected"
    let size = error.isFinite ? ", off by \(scientific(error)), " : ", "
    return "worst at \(coordinates): \(values)\(size)allowed \(scientific(allowedError))"
  }
}

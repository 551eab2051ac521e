import FerryModel
import FerryTensor

/// Which mistakes would explain the error, with how much each leaves.
struct HTMLDiagnosis {
  private let report: LayerReport
  private let caseName: String

  /// Layers whose diagnoses are shown.
  private static let limit = 6

  init(_ report: LayerReport, caseName: String) {
    self.report = report
    self.caseName = caseName
  }

  var part: Markup {
    var parts: [Markup] = []
    if let diagnosis = report.inputDiagnosis {
      parts.append("<h4>The inputs</h4>" + table(diagnosis, allowed: allowed(report.firstDivergent), "The inputs"))
    }
    let wrong = report.wrongByThemselves
    let subjects = wrong.isEmpty ? report.firstDivergent.map { [$0] } ?? [] : wrong
    for layer in subjects.prefix(Self.limit) { parts.append(section(layer)) }
    guard !parts.isEmpty else { return "" }
    if wrong.count > Self.limit {
      parts.append("<p class=\"faint\">and \(wrong.count - Self.limit) more that are wrong by themselves</p>")
    }
    return "<h3>Diagnosis</h3>\n" + parts.inLines()
  }

  private func allowed(_ layer: Layer?) -> Double {
    (layer?.isolated?.comparison ?? layer?.cumulative.comparison)?.allowedPeakError ?? .infinity
  }

  private func section(_ layer: Layer) -> Markup {
    var lines: [Markup] = ["<h4><code>\(layer.nodeName)</code>: \(HTMLParts.prose(layer.findingText))</h4>"]
    if let node = layer.place.nodes.last {
      let sources = node.sources.map { "\($0.name) (\($0.operatorName))" }
      var words = node.summary
      if layer.name != layer.nodeName { words += "; captured as \(layer.name)" }
      if !sources.isEmpty { words += "; in the source: \(listed(sources, limit: 4))" }
      lines.append("<p class=\"faint\">\(HTMLParts.prose(words))</p>")
    }
    let outcome = layer.isWrongByItself ? layer.isolated : layer.cumulative
    if let worst = outcome?.comparison?.worst { lines.append("<p class=\"faint\">\(HTMLParts.prose(worst.text))</p>") }
    if case .failed(let error)? = outcome { lines.append("<p>\(error.description)</p>") }
    if let best = layer.diagnosis?.best { lines.append("<p>Advice: \(HTMLParts.prose(best.advice))</p>") }
    if let diagnosis = layer.diagnosis, !diagnosis.explanations.isEmpty {
      lines.append(table(diagnosis, allowed: allowed(layer), layer.name))
    }
    return lines.inLines()
  }

  /// The error as it stands and what each candidate leaves of it, as numbers and on a logarithmic scale.
  private func table(_ diagnosis: Diagnosis, allowed: Double, _ name: String) -> Markup {
    let shown = diagnosis.explanations.prefix(12)
    let values = [diagnosis.error, allowed] + shown.map(\.error)
    let ruler = ErrorRuler(values, allowed: allowed)
    var rows: [Markup] = [
      "<tr><th scope=\"row\" class=\"name\">as it stands</th><td></td><td class=\"n\">\(brief(diagnosis.error))</td>"
        + "<td>\(ruler.bar(diagnosis.error))</td></tr>"
    ]
    for explanation in shown {
      let state: Markup = explanation.isWhole ? "<small>explains all of it</small>" : ""
      rows.append(
        "<tr><th scope=\"row\" class=\"name\">\(HTMLParts.prose(explanation.change))\(state)</th>"
          + "<td>\(explanation.mistake)</td>"
          + "<td class=\"n\">\(brief(explanation.error))</td><td>\(ruler.bar(explanation.error))</td></tr>")
    }
    let head: Markup =
      "<tr><th scope=\"col\">tried</th><th scope=\"col\">mistake</th><th scope=\"col\" class=\"n\">error left</th>"
      + "<th scope=\"col\">\(ruler.axis)</th></tr>"
    return HTMLParts.table("Explanations of the error of \(name)", head: head, rows: rows)
  }
}

/// Bars of errors on one logarithmic axis, as wide as a table's column makes them.
struct ErrorRuler {
  private let scale: LogScale
  private let allowed: Double

  init(_ values: [Double], allowed: Double) {
    let shown = values.filter { $0 > 0 && $0.isFinite }
    let low = (-12...0).last { LogScale.value($0) < (shown.min() ?? 1e-8) } ?? -12
    let high = (-11...6).first { LogScale.value($0) >= (shown.max() ?? 1) } ?? 6
    scale = LogScale(decades: low...max(low + 1, high), from: 0, to: 100)
    self.allowed = allowed
  }

  func bar(_ error: Double) -> Markup {
    let width = max(0.8, scale.place(error))
    return "<svg class=\"ruler plot\" role=\"img\"><title>\(brief(error))</title>"
      + "<rect class=\"bar \(error > allowed ? "outside" : "inside")\" y=\"3\" width=\"\(width)%\" height=\"10\"/>"
      + "\(line)</svg>"
  }

  /// The tolerance across all bars.
  private var line: Markup {
    guard allowed > 0, allowed.isFinite else { return "" }
    let x = scale.place(allowed)
    return "<line class=\"limit\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"16\"/>"
  }

  /// The axis for the column's head.
  var axis: Markup {
    let ticks = scale.ticks(limit: 4).map { decade -> Markup in
      let x = scale.place(LogScale.value(decade))
      let anchor = x < 5 ? "start" : x > 95 ? "end" : "middle"
      return "<text class=\"tick\" text-anchor=\"\(anchor)\" x=\"\(x)%\" y=\"13\">\(LogScale.label(decade))</text>"
    }
    return "<svg class=\"ruler plot\" role=\"img\"><title>error relative to max|expected|, logarithmic</title>"
      + "\(ticks.inLines())</svg>"
  }
}

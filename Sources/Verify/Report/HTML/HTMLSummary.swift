import FerryTensor

/// The head of the page: the verdict, the figures that matter, and what was found.
struct HTMLSummary {
  private let report: VerificationReport
  private let shownCases: [Int]
  private let hasNetwork: Bool

  init(_ report: VerificationReport, shownCases: [Int], hasNetwork: Bool) {
    self.report = report
    self.shownCases = shownCases
    self.hasNetwork = hasNetwork
  }

  var header: Markup {
    """
    <header>
    <p class="over">Ferry verification report</p>
    <h1>\(report.subject)</h1>
    \(verdict)
    \(tiles)
    \(findings.inLines())
    \(contents)
    </header>
    """
  }

  private var verdict: Markup {
    report.passed
      ? "<p class=\"verdict good\"><b>✓ passed</b><span>\(report.verdictText)</span></p>"
      : "<p class=\"verdict bad\"><b>✕ FAILED</b><span>\(report.verdictText)</span></p>"
  }

  // MARK: Figures

  private var tiles: Markup {
    let values = report.cases.flatMap(\.values)
    var tiles = [
      tile(
        "outputs within tolerance", "\(values.count(where: \.passed)) of \(values.count)",
        "in " + counted(report.cases.count, "case"))
    ]
    let worst = values.compactMap(\.comparison).max { $0.peakError < $1.peakError }
    if let worst {
      tiles.append(tile("largest error of an output", brief(worst.peakError), "of max|e|; \(worst.tolerance)"))
    }
    let layers = report.cases.compactMap(\.layers)
    let all = layers.flatMap(\.layers)
    if !layers.isEmpty {
      let wrong = all.count { $0.isWrongByItself }
      tiles.append(
        tile(
          "layers within tolerance", "\(all.count(where: \.passed)) of \(all.count)",
          "\(wrong) wrong by \(wrong == 1 ? "itself" : "themselves")"))
      let captured = layers.reduce(0) { $0 + $1.capturedCount }
      let compared = layers.reduce(0) { $0 + $1.comparedCount }
      let detail = "\(compared) of \(counted(captured, "captured value"))"
      tiles.append(tile("coverage", "\(percent(compared, of: captured)) %", detail))
    }
    let budgets = all.compactMap(\.budget)
    if !budgets.isEmpty {
      let ferry = budgets.reduce(0) { max($0, $1.ferry.peakError) }
      let reference = budgets.reduce(0) { max($0, $1.reference.peakError) }
      tiles.append(tile("furthest from the oracle", brief(ferry), "the reference: \(brief(reference))"))
    }
    return "<dl class=\"tiles\">\n\(tiles.inLines())\n</dl>"
  }

  private func tile(_ name: String, _ figure: String, _ detail: String) -> Markup {
    "<div><dt>\(name)</dt><dd>\(figure)<small>\(detail)</small></dd></div>"
  }

  // MARK: Findings

  /// The first divergent node of each case that has one; nodes that several cases name stand once.
  private var findings: [Markup] {
    var seen = Set<String>()
    var findings: [Markup] = []
    for (number, item) in report.cases.enumerated() {
      guard let layers = item.layers, let divergent = layers.firstDivergent,
        seen.insert(divergent.place.value).inserted, findings.count < 3
      else { continue }
      findings.append(finding(divergent, layers, item.name, number))
    }
    return findings
  }

  private func finding(_ layer: Layer, _ report: LayerReport, _ caseName: String, _ number: Int) -> Markup {
    var lines: [Markup] = []
    if let diagnosis = report.inputDiagnosis, let best = diagnosis.best {
      let sentence = HTMLParts.prose("\(brief(diagnosis.error)) off; \(best.sentence)")
      lines.append(
        "<p class=\"main\">The inputs seem to be at fault: \(sentence)</p>"
          + "<p>\(HTMLParts.prose(best.advice))</p>")
    }
    lines.append("<p class=\"over\">First divergent node, \(caseName)</p>")
    lines.append("<p class=\"main\"><code>\(layer.nodeName)</code>: \(HTMLParts.prose(layer.findingText))</p>")
    if let best = layer.diagnosis?.best { lines.append("<p>\(HTMLParts.prose(best.advice))</p>") }
    if shownCases.contains(number) {
      lines.append("<p><a href=\"#case\(number)\">The error along the network</a></p>")
    }
    return "<div class=\"finding\">\n\(lines.inLines())\n</div>"
  }

  private var contents: Markup {
    var links: [Markup] = ["<a href=\"#outputs\">Outputs</a>"]
    for number in shownCases.prefix(12) {
      let name = report.cases[number].name.printable.shortenedInTheMiddle(to: 40)
      links.append("<a href=\"#case\(number)\">Layers of \(name)</a>")
    }
    if hasNetwork { links.append("<a href=\"#network\">Network</a>") }
    links.append("<a href=\"#provenance\">Provenance</a>")
    return "<nav aria-label=\"Contents\">\(links.inLines())</nav>"
  }
}

/// The table of all outputs.
struct HTMLOutputs {
  private let report: VerificationReport
  private static let limit = 1000

  init(_ report: VerificationReport) { self.report = report }

  var section: Markup {
    let values = report.cases.flatMap { item in item.values.map { (item.name, $0) } }
    // Where not all can be shown, those that fail are.
    let shown = values.count <= Self.limit ? values : (values.filter { !$0.1.passed } + values.filter(\.1.passed))
    let failures = report.cases.compactMap { item in
      item.failure.map { error -> Markup in
        "<p><span class=\"no\">✕ \(item.name)</span> could not be run: \(error.description)</p>"
      }
    }
    let more = values.count - min(values.count, Self.limit)
    return """
      <section id="outputs">
      <h2>Outputs</h2>
      \(HTMLParts.table("Outputs", kind: "outputs", head: head, rows: shown.prefix(Self.limit).map { row($0.0, $0.1) }))
      \(more > 0 ? "<p class=\"faint\">\(counted(more, "more value")); --json has all.</p>" : "")
      \(failures.prefix(100).inLines())
      </section>
      """
  }

  private var head: Markup {
    "<tr><th scope=\"col\">case</th><th scope=\"col\">value</th><th scope=\"col\">shape</th>"
      + "<th scope=\"col\" class=\"n\">max error</th><th scope=\"col\" class=\"n\">error / max|e|</th>"
      + "<th scope=\"col\" class=\"n\">ulp</th><th scope=\"col\">tolerance</th><th scope=\"col\">verdict</th></tr>"
  }

  private func row(_ caseName: String, _ value: VerificationReport.Value) -> Markup {
    let names: Markup = "<td class=\"name\">\(HTMLParts.name(caseName))</td>"
      + "<th scope=\"row\" class=\"name\">\(HTMLParts.name(value.name))"
    var cells: Markup
    var note: Markup = ""
    switch value.outcome {
    case .compared(let comparison):
      let ulp = comparison.maximumUnitsInLastPlace.map { "\($0)" } ?? "—"
      cells =
        "<td>\(comparison.shape.description)</td><td class=\"n\">\(scientific(comparison.maximumError))</td>"
        + "<td class=\"n\">\(scientific(comparison.peakError))</td><td class=\"n\">\(ulp)</td>"
        + "<td>\(comparison.tolerance.description)</td>"
      if !value.passed {
        let outside = "\(comparison.outsideCount) of \(counted(comparison.elementCount, "element")) outside"
        note =
          "<tr class=\"bad more\"><td colspan=\"8\">"
          + HTMLParts.prose(outside + (comparison.worst.map { "; " + $0.text } ?? "")) + "</td></tr>"
      }
    case .missingResult(let given):
      cells = "<td colspan=\"5\">the model does not give it; it gives \(listed(given, limit: 12))</td>"
    case .missingGolden: cells = "<td colspan=\"5\">the golden has nothing to compare it with</td>"
    case .failed(let error): cells = "<td colspan=\"5\">\(error.message)</td>"
    }
    let state: Markup =
      value.passed ? "" : note.text.isEmpty ? " class=\"bad\"" : " class=\"bad split\""
    return "<tr\(state)>\(names)</th>\(cells)<td>\(HTMLParts.verdict(value.passed))</td></tr>\(note)"
  }
}

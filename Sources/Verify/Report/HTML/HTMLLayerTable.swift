import FerryTensor

/// The table of a case's layers, in the network's order.
struct HTMLLayerTable {
  private let report: LayerReport
  private let hasBudget: Bool
  private let limit: Int

  init(_ report: LayerReport, limit: Int) {
    self.report = report
    self.limit = limit
    hasBudget = report.layers.contains { $0.budget != nil }
  }

  var part: Markup {
    // Where not all can be shown, the worst are.
    let shown = report.layers.count <= limit ? Array(report.layers.indices) : report.worstFirst.prefix(limit).sorted()
    let more = report.layers.count - shown.count
    let note: Markup =
      more > 0
      ? "<p class=\"faint\">The \(shown.count) worst of \(report.layers.count) layers, in the network's order; "
        + "--json has all.</p>" : ""
    let budget = report.budgetSummary(report.layers.compactMap(\.budget))
    let summary: Markup = hasBudget ? "<p class=\"faint\">Error budget: \(budget).</p>" : ""
    return """
      <h3>All layers</h3>
      \(summary)\(note)
      \(HTMLParts.table("All layers", head: head, rows: shown.map(row)))
      """
  }

  private var head: Markup {
    let span: Markup = hasBudget ? " rowspan=\"2\"" : ""
    func column(_ name: Markup, _ title: String) -> Markup {
      "<th scope=\"col\"\(name)\(span)>\(title)</th>"
    }
    let number: Markup = " class=\"n\""
    let first =
      column(number, "#") + column(" class=\"name\"", "layer") + column("", "shape") + column(number, "in the run")
      + column(number, "by itself")
    guard hasBudget else { return "<tr>" + first + column("", "verdict") + "</tr>" }
    let group: Markup =
      "<th scope=\"colgroup\" class=\"group\" colspan=\"2\">Ferry to oracle</th>"
      + "<th scope=\"colgroup\" class=\"group\" colspan=\"2\">reference to oracle</th>"
    let pair: Markup = "<th scope=\"col\" class=\"n\">ulp</th><th scope=\"col\" class=\"n\">/ max|y|</th>"
    return "<tr>" + first + group + column("", "verdict") + "</tr><tr>" + pair + pair + "</tr>"
  }

  private func row(_ index: Int) -> Markup {
    let layer = report.layers[index]
    var tags: Markup = ""
    if layer.place.isOutput { tags += " <span class=\"tag\">output</span>" }
    if layer.place.isRecovered { tags += " <span class=\"tag\">computed beside</span>" }
    if layer.isWrongByItself { tags += " <span class=\"tag\">wrong by itself</span>" }
    var detail = layer.place.nodes.last?.summary ?? "input"
    if layer.place.nodes.count > 1 { detail += ", with \(counted(layer.place.nodes.count - 1, "node")) before it" }
    for case .failed(let error)? in [layer.isolated, layer.cumulative] { detail += ": \(error.message)" }
    return "<tr\(layer.passed ? "" : " class=\"bad\"" as Markup)><td class=\"n\">\(index + 1)</td>"
      + "<th scope=\"row\" class=\"name\">\(HTMLParts.name(layer.name))\(tags)<small>\(detail)</small></th>"
      + "<td>\(layer.shapeText)</td><td class=\"n\">\(HTMLParts.error(layer.cumulative))</td>"
      + "<td class=\"n\">\(HTMLParts.error(layer.isolated))</td>\(budget(layer))"
      + "<td>\(HTMLParts.verdict(layer))</td></tr>"
  }

  private func budget(_ layer: Layer) -> Markup {
    guard hasBudget else { return "" }
    guard let budget = layer.budget else { return "<td class=\"n\">—</td><td></td><td class=\"n\">—</td><td></td>" }
    func pair(_ comparison: Comparison) -> Markup {
      "<td class=\"n\">\(comparison.typicalUnitsInLastPlace.map(brief) ?? "—")</td>"
        + "<td class=\"n\">\(scientific(comparison.peakError))</td>"
    }
    return pair(budget.ferry) + pair(budget.reference)
  }
}

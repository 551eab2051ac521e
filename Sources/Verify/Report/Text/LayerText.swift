import FerryTensor

/// What a terminal says about the layers of a case: coverage, the worst layers, the error budget, and where and why the
/// network diverges.
struct LayerText {
  private let report: LayerReport
  private let caseName: String
  private let paint: Paint
  private let width: Int
  private let limit: Int

  init(_ report: LayerReport, caseName: String, paint: Paint, width: Int, limit: Int) {
    self.report = report
    self.caseName = caseName
    self.paint = paint
    self.width = width
    self.limit = max(1, limit)
  }

  /// Paragraphs and tables, to be set apart by empty lines.
  var blocks: [String] {
    let worst = report.worstFirst
    var blocks = [head(worst)]
    if report.failedCount > 0 { blocks.append(table(worst)) }
    if let budget = budgetTable { blocks.append(budget) }
    let diagnosis = DiagnosisText(report, paint: paint, width: width)
    return blocks + diagnosis.blocks
  }

  // MARK: Coverage

  private func head(_ worst: [Int]) -> String {
    var lines = ["layers of \(caseName.printable): \(report.coverageText)".wrapped(to: width)]
    if !report.unknown.isEmpty {
      let names = listed(report.unknown.map(\.printable), limit: 5)
      let text =
        "FAILED \(counted(report.unknown.count, "captured value")) that nothing is known of: \(names); "
        + "the golden belongs to another network"
      lines.append(colouredHead(text.wrapped(to: width)))
    }
    if report.layers.isEmpty { lines.append(paint.red("FAILED") + " no layer was compared") }
    if report.passed, let first = worst.first {
      let layer = report.layers[first]
      let alone = layer.isolated.map { ", \(brief($0.error)) by itself" } ?? ""
      let name = layer.name.printable.shortenedInTheMiddle(to: 48)
      lines.append("largest error: \(name) \(brief(layer.cumulative.error)) of max|e| in the run\(alone)")
    }
    return lines.joined(separator: "\n")
  }

  private func colouredHead(_ text: String) -> String { paint.red("FAILED") + text.dropFirst("FAILED".count) }

  // MARK: The worst layers

  private func table(_ worst: [Int]) -> String {
    let shown = worst.prefix(limit)
    var rows: [[TextTable.Cell]] = []
    for index in shown {
      let layer = report.layers[index]
      rows.append([
        .init(layer.operationText.printable.shortenedInTheMiddle(to: 18)),
        .init(layer.shapeText), .init(text(layer.cumulative)), .init(layer.isolated.map(text) ?? "—"),
        verdict(layer),
      ])
    }
    let columns: [TextTable.Column] = [
      .init("operation"), .init("shape"), .init("cumulative", alignsRight: true), .init("isolated", alignsRight: true),
      .init("verdict"),
    ]
    var lines = ["the worst layers first, errors relative to max|e|:"]
    lines.append(named(shown.map { report.layers[$0].name }, columns, rows))
    let hidden = worst.dropFirst(limit).count { !report.layers[$0].passed }
    if hidden > 0 { lines.append("… and \(hidden) more that \(hidden == 1 ? "fails" : "fail") (--json lists all)") }
    return lines.joined(separator: "\n")
  }

  private func verdict(_ layer: Layer) -> TextTable.Cell {
    switch layer.verdict {
    case .passed: paint.cell("ok", paint.green)
    case .accumulated: .init("accumulated")
    case .defect: paint.cell("FAILED", paint.red)
    }
  }

  private func text(_ outcome: LayerOutcome) -> String {
    guard let comparison = outcome.comparison else { return "none" }
    return comparison.nonFiniteMismatchCount > 0 ? "not finite" : scientific(comparison.peakError)
  }

  /// A table with the layers' names in front, as long as the width allows.
  private func named(_ names: [String], _ columns: [TextTable.Column], _ rows: [[TextTable.Cell]]) -> String {
    let others = columns.indices.reduce(0) { sum, column in
      sum + 2 + rows.reduce(columns[column].title.count) { max($0, $1[column].width) }
    }
    var table = TextTable(columns: [.init("layer")] + columns)
    for (name, row) in zip(shortenedApart(names.map(\.printable), to: max(16, width - others)), rows) {
      table.add([.init(name)] + row)
    }
    return table.text
  }

  // MARK: The error budget

  /// How far this runtime and the reference are from the oracle, where that was computed.
  private var budgetTable: String? {
    let budgets = report.layers.compactMap { layer in layer.budget.map { (layer: layer, budget: $0) } }
    guard !budgets.isEmpty else { return nil }
    let worst = budgets.enumerated().sorted {
      ($1.element.budget.ferry.peakError, $0.offset) < ($0.element.budget.ferry.peakError, $1.offset)
    }.prefix(limit).map(\.element)
    var rows: [[TextTable.Cell]] = []
    for (layer, budget) in worst {
      rows.append([
        .init(layer.shapeText), .init(ulps(budget.ferry)), .init(scientific(budget.ferry.peakError)),
        .init(ulps(budget.reference)), .init(scientific(budget.reference.peakError)),
      ])
    }
    let columns: [TextTable.Column] = [
      .init("shape"), .init("Ferry ulp", alignsRight: true), .init("/max|y|", alignsRight: true),
      .init("reference ulp", alignsRight: true), .init("/max|y|", alignsRight: true),
    ]
    let order =
      worst.count < budgets.count ? "the furthest \(worst.count) of \(budgets.count) layers" : "the furthest first"
    return "distance from the oracle in double precision, \(order):\n"
      + named(worst.map { $0.layer.name }, columns, rows) + "\n"
      + report.budgetSummary(budgets.map { $0.budget }).wrapped(to: width)
  }

  private func ulps(_ comparison: Comparison) -> String {
    comparison.typicalUnitsInLastPlace.map(brief) ?? "—"
  }
}

extension LayerReport {
  /// Coverage in one line: "compared 62 of 93 captured values (67 %); 31 removed: fold-batch-normalization 31".
  var coverageText: String {
    let part = percent(comparedCount, of: capturedCount)
    var text = "compared \(comparedCount) of \(counted(capturedCount, "captured value")) (\(part) %)"
    if incomparableCount > 0 { text += "; \(incomparableCount) cannot be compared" }
    if !removed.isEmpty {
      let passes = removedByPass.map { "\($0.pass.printable) \($0.count)" }
      text += "; \(removed.count) removed: \(listed(passes, limit: 12))"
    }
    if !unknown.isEmpty { text += "; \(unknown.count) unknown" }
    return text
  }

  func budgetSummary(_ budgets: [ErrorBudget]) -> String {
    let ferry = budgets.reduce(0) { max($0, $1.ferry.peakError) }
    let reference = budgets.reduce(0) { max($0, $1.reference.peakError) }
    let nearer = budgets.count { $0.ferry.peakError <= $0.reference.peakError }
    let cost = oracleCost.map {
      "; the oracle took \(brief($0.seconds)) s" + ($0.runs == 1 ? "" : " in \(counted($0.runs, "run"))")
    }
    return "at most \(brief(ferry)) (Ferry) and \(brief(reference)) (reference) of max|y|; "
      + "Ferry is at least as near in \(nearer) of \(counted(budgets.count, "layer"))" + (cost ?? "")
  }
}

import FerryModel
import FerryTensor

extension VerificationReport {
  /// The report as one HTML file that needs nothing else: no script, no font, no picture from anywhere. It is
  /// well-formed XML as well. Names come from files and are escaped; lists and plots are bounded, so that a network of
  /// 20 000 layers makes a file of less than 20 MB.
  ///
  /// - Parameter graph: the network, to be drawn with the divergent node marked; nil leaves the drawing out.
  public func html(graph: Graph? = nil) -> String {
    let page = HTMLPage(self, graph)
    return page.markup.text
  }
}

/// The page: its head, its sections, and what they share.
struct HTMLPage {
  let report: VerificationReport
  let graph: Graph?

  /// More rows than this are not shown; all cases together.
  static let rowLimit = 2000
  /// Cases whose layers are shown in full.
  static let caseLimit = 40

  init(_ report: VerificationReport, _ graph: Graph?) {
    self.report = report
    self.graph = graph
  }

  var markup: Markup {
    let withLayers = report.cases.enumerated().filter { $0.element.layers != nil }
    // What fails is shown first where not everything can be.
    let shown = (withLayers.filter { !$0.element.passed } + withLayers.filter { $0.element.passed })
      .prefix(Self.caseLimit).map(\.offset).sorted()
    let rows = max(100, Self.rowLimit / max(1, shown.count))
    var sections: [Markup] = [HTMLOutputs(report).section]
    for number in shown {
      let item = report.cases[number]
      if let layers = item.layers {
        sections.append(HTMLLayers(layers, caseName: item.name, number: number, rowLimit: rows).section)
      }
    }
    if shown.count < withLayers.count {
      sections.append(
        "<p class=\"faint\">The layers of \(counted(withLayers.count - shown.count, "more case")) are left out; "
          + "--json has all.</p>")
    }
    if let graph { sections.append(HTMLNetwork(report, graph).section) }
    sections.append(HTMLProvenance(report).section)
    return """
      <!DOCTYPE html>
      <html lang="en">
      \(head)
      <body>
      \(HTMLSummary(report, shownCases: shown, hasNetwork: graph != nil).header)
      <main>
      \(sections.inLines())
      </main>
      <footer>Written by ferry verify. Errors are |actual − expected|, relative to the largest |expected| of the value \
      where nothing else is said.</footer>
      </body>
      </html>

      """
  }

  private var head: Markup {
    """
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <title>\(report.passed ? "passed" : "FAILED"): \(report.subject)</title>
    <style>
    \(Markup(trusted: HTMLStyle.text))
    </style>
    </head>
    """
  }
}

/// Parts that several sections use.
enum HTMLParts {
  static func verdict(_ passed: Bool) -> Markup {
    passed ? "<span class=\"ok\">✓ ok</span>" : "<span class=\"no\">✕ FAILED</span>"
  }

  static func verdict(_ layer: Layer) -> Markup {
    layer.verdict == .accumulated ? "<span class=\"faint\">accumulated</span>" : verdict(layer.passed)
  }

  /// A table that scrolls by itself where the page is narrower than it.
  static func table(_ caption: String, kind: String = "plain", head: Markup, rows: [Markup]) -> Markup {
    """
    <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table class="\(kind)">
    <thead>\(head)</thead>
    <tbody>
    \(rows.inLines())
    </tbody></table></div>
    """
  }

  /// A name that breaks at its joints where a column is narrow.
  static func name(_ name: String) -> Markup {
    var markup = ""
    var part = ""
    for character in name.prefix(400) {
      part.append(character)
      guard "/_.:".contains(character) else { continue }
      markup += SVGText.escaped(part) + "<wbr/>"
      part = ""
    }
    return Markup(trusted: markup + SVGText.escaped(part) + (name.count > 400 ? "…" : ""))
  }

  /// Text in which short lists in brackets, numbers and options stay on a line.
  static func prose(_ text: String) -> Markup {
    let words = text.wordsWithLists.map { word -> Markup in
      let stays = word.count <= 28 && word.contains { "[-".contains($0) }
      return stays ? "<span class=\"list\">\(word)</span>" : "\(word)"
    }
    return Markup(trusted: words.map(\.text).joined(separator: " "))
  }

  static func facts(_ facts: [(String, Markup)]) -> Markup {
    let rows = facts.map { name, value -> Markup in "<dt>\(name)</dt><dd>\(value)</dd>" }
    return "<dl class=\"facts\">\n\(rows.inLines())\n</dl>"
  }

  /// An outcome's error in a cell.
  static func error(_ outcome: LayerOutcome?) -> String {
    guard let outcome else { return "—" }
    guard let comparison = outcome.comparison else { return "none" }
    return comparison.nonFiniteMismatchCount > 0 ? "not finite" : scientific(comparison.peakError)
  }
}

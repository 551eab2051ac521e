import FerryModel
import FerryTensor

/// What a case's layers came to: the error along the network, the diagnosis, the worst layers in detail, all of them in
/// a table, and what was not compared.
struct HTMLLayers {
  private let report: LayerReport
  private let caseName: String
  private let number: Int
  private let rowLimit: Int

  /// Layers shown with their pictures.
  static let pictureLimit = 8

  /// - Parameters:
  ///   - number: of the case, for links.
  ///   - rowLimit: the most rows of the table.
  init(_ report: LayerReport, caseName: String, number: Int, rowLimit: Int) {
    self.report = report
    self.caseName = caseName
    self.number = number
    self.rowLimit = rowLimit
  }

  var section: Markup {
    let parts = [plot, HTMLDiagnosis(report, caseName: caseName).part, pictures, table, removed]
    return """
      <section class="page" id="case\(number)">
      <h2>Layers of \(caseName)</h2>
      <p>\(Self.sentence(report.coverageText)).</p>
      \(unknown)
      \(parts.filter { !$0.text.isEmpty }.inLines())
      </section>
      """
  }

  private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  private var unknown: Markup {
    guard !report.unknown.isEmpty else { return "" }
    let limit = 40
    let names = report.unknown.prefix(limit).map { HTMLParts.name($0).text }.joined(separator: ", ")
    let more = report.unknown.count > limit ? " and \(report.unknown.count - limit) more" : ""
    return "<p><span class=\"no\">✕ \(counted(report.unknown.count, "captured value"))</span> that nothing is known "
      + "of: \(Markup(trusted: names))\(more). The golden belongs to another network.</p>"
  }

  // MARK: The error along the network

  private var plot: Markup {
    guard !report.layers.isEmpty else { return "<p><span class=\"no\">✕ no layer was compared</span></p>" }
    let plot = LayerPlot(report, title: "Error by layer along the network, \(caseName)")
    let gathered =
      plot.isAggregated ? " Neighbours share a mark: the largest error, and a line down to the smallest." : ""
    let band =
      report.layers.contains { $0.budget != nil }
      ? " The grey band is the reference's own distance from the oracle, which computes in double precision." : ""
    return """
      <h3>Error along the network</h3>
      <figure>
      \(plot.svg)
      <figcaption>In the run: what a user gets, with all that gathers on the way. By itself: each layer fed with what \
      the reference had before it, so that a defect stands out where it is.\(band)\(gathered)</figcaption>
      </figure>
      """
  }

  // MARK: The worst layers

  private var pictures: Markup {
    let worst = report.worstFirst.filter { report.layers[$0].picture != nil }.prefix(Self.pictureLimit)
    guard !worst.isEmpty else { return "" }
    return """
      <h3>Where the error sits</h3>
      <p class="faint lead">The worst layers first. Colours and axes are the same for all, so that they can be \
      compared.</p>
      <div class="culprits">
      \(worst.map { card(report.layers[$0], $0) }.inLines())
      </div>
      """
  }

  private func card(_ layer: Layer, _ index: Int) -> Markup {
    guard let picture = layer.picture else { return "" }
    let outcome = picture.view == .isolated ? layer.isolated : layer.cumulative
    let allowed = outcome?.comparison?.allowedPeakError ?? .infinity
    let view = picture.view == .isolated ? "by itself" : "in the run"
    var panels: [Markup] = [
      panel(
        "Elements by size of error",
        HistogramPlot(
          picture.histogram, allowed: allowed, isOutside: !(outcome?.passed ?? true),
          title: "Elements of \(layer.name) by size of error"
        ).svg)
    ]
    if let plane = picture.plane {
      let note =
        plane.rows == plane.height && plane.columns == plane.width
        ? "Largest error over channels" : "Largest error over channels, \(plane.rows)×\(plane.columns) cells"
      panels.append(
        panel(
          picture.shape.rank == 4 ? note : "Largest error over the last two axes",
          HeatMapPlot(
            plane, rank: picture.shape.rank, allowed: allowed, title: "Where the error of \(layer.name) sits").svg))
    }
    if let channels = picture.channels {
      panels.append(
        panel(
          "Largest error by channel",
          ChannelPlot(channels, allowed: allowed, title: "Error of \(layer.name) by channel").svg, isWide: true))
    }
    let worst = outcome?.comparison?.worst.map { "<p class=\"faint\">\(HTMLParts.prose($0.text))</p>" as Markup } ?? ""
    return """
      <article class="culprit-card">
      <h4>\(index + 1). \(layer.name)</h4>
      <p class="faint">\(layer.operationText), \(picture.shape.description); \(HTMLParts.error(outcome)) \(view) \
      \(HTMLParts.verdict(layer))</p>
      \(worst)
      <div class="panels">
      \(panels.inLines())
      </div>
      </article>
      """
  }

  private func panel(_ caption: String, _ svg: Markup, isWide: Bool = false) -> Markup {
    "<figure\(isWide ? " class=\"wide\"" : "" as Markup)><figcaption>\(caption)</figcaption>\n\(svg)</figure>"
  }

  // MARK: All layers

  private var table: Markup {
    report.layers.isEmpty ? "" : HTMLLayerTable(report, limit: rowLimit).part
  }

  // MARK: What was not compared

  private var removed: Markup {
    guard !report.removed.isEmpty else { return "" }
    let byPass = Dictionary(grouping: report.removed, by: \.pass)
    let limit = max(20, rowLimit / 8)
    let groups = report.removedByPass.prefix(60).map { pass, count -> Markup in
      let names = (byPass[pass] ?? []).prefix(limit).map { value -> Markup in "<li>\(HTMLParts.name(value.name))</li>" }
      let more: Markup = count > limit ? "<p class=\"faint\">and \(count - limit) more; --json lists all</p>" : ""
      return "<h4>\(pass): \(counted(count, "value"))</h4>\n<ul class=\"names\">\n\(names.inLines())\n</ul>\(more)"
    }
    return """
      <h3>Not compared: removed by a pass</h3>
      <p class="faint lead">The converter folded these values into others; the network that runs does not have them \
      any more. A bundle converted with --no-fuse has them all.</p>
      \(groups.inLines())
      """
  }
}

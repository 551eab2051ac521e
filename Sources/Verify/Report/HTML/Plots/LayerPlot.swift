import FerryTensor

/// The error along the network: both views on a logarithmic axis, what the tolerance allows, how far the reference is
/// from the oracle, and the layers that fail.
struct LayerPlot {
  private static let width = 960.0
  private static let (left, right) = (62.0, 946.0)
  private static let lineHeight = 17.0
  /// What the lines for errors of 0 and for no number take beside the axis.
  private static let bandHeight = 28.0

  private let report: LayerReport
  private let title: String
  private let points: [LayerPlotPoints.Point]
  let isAggregated: Bool
  private let labels: [(text: String, place: Double, lane: Int, start: Double)]
  /// Whether some error is 0 or none, which a logarithmic axis has no place for.
  private let hasZero, hasInfinite: Bool
  private let plotTop, plotBottom, height: Double
  private let scale: LogScale

  init(_ report: LayerReport, title: String) {
    self.report = report
    self.title = title
    let gathered = LayerPlotPoints(report.layers)
    (points, isAggregated) = (gathered.points, gathered.isAggregated)
    let errors = points.flatMap { point in
      [point.cumulative, point.isolated].compactMap { $0 }.flatMap { [$0.least, $0.most] }
    }
    hasZero = errors.contains(0)
    hasInfinite = errors.contains { $0.isInfinite }
    let known = errors + points.compactMap(\.oracle) + points.map(\.allowed)
    labels = Self.labels(report, points)
    let lanes = Double((labels.map(\.lane).max() ?? -1) + 1)
    plotTop = 34 + lanes * Self.lineHeight + (lanes > 0 ? 8 : 0) + (hasInfinite ? Self.bandHeight : 0)
    plotBottom = plotTop + 300
    height = plotBottom + (hasZero ? Self.bandHeight : 0) + 44
    scale = LogScale(decades: Self.decades(known), from: plotBottom, to: plotTop)
  }

  /// The decades that hold all of the values, at least three.
  private static func decades(_ values: [Double]) -> ClosedRange<Int> {
    let shown = values.filter { $0 > 0 && $0.isFinite }.map { max(1e-16, min(1e6, $0)) }
    guard let least = shown.min(), let most = shown.max() else { return -8 ... -4 }
    let low = (-16...6).last { LogScale.value($0) <= least } ?? -16
    let high = (-16...7).first { LogScale.value($0) >= most } ?? 7
    return low...max(low + 3, high)
  }

  private func x(_ point: Int) -> Double { Self.x(point, of: points.count) }

  private static func x(_ point: Int, of count: Int) -> Double {
    left + 10 + (right - left - 20) * (count > 1 ? Double(point) / Double(count - 1) : 0.5)
  }

  private func y(_ error: Double) -> Double {
    if error == 0 { return plotBottom + 19 }
    return error.isInfinite ? plotTop - 19 : scale.place(error)
  }

  // MARK: The whole

  var svg: Markup {
    let parts: [Markup] = [
      "<svg class=\"plot layers\" viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\" "
        + "data-layers=\"\(report.layers.count)\" data-points=\"\(points.count)\">",
      "<title>\(title)</title><desc>\(description)</desc>", legend, grid, band, toleranceLine, pointers,
      series(\.isolated, name: "isolated"), series({ $0.cumulative }, name: "cumulative"), labelTexts, "</svg>",
    ]
    return parts.filter { !$0.text.isEmpty }.inLines()
  }

  private var description: String {
    let failed = report.failedCount
    let state = failed == 0 ? "All are within the tolerance." : "\(failed) of them are outside the tolerance."
    return "The largest error relative to max|expected| of \(counted(report.layers.count, "layer")), in the order in "
      + "which the network computes them, on a logarithmic axis. \(state)"
      + (report.firstDivergent.map { " The first divergent one is \($0.name)." } ?? "")
  }

  // MARK: Axes

  private var grid: Markup {
    var parts: [Markup] = []
    for decade in scale.decades {
      let y = scale.place(LogScale.value(decade))
      parts.append("<path class=\"grid\" d=\"M\(Self.left) \(y)H\(Self.right)\"/>")
    }
    for decade in scale.ticks(limit: 11) {
      let y = scale.place(LogScale.value(decade))
      parts.append(PlotText.label(LogScale.label(decade), x: Self.left - 8, y: y + 4, class: "tick", anchor: "end"))
    }
    if hasZero {
      parts.append("<path class=\"grid\" d=\"M\(Self.left) \(y(0))H\(Self.right)\"/>")
      parts.append(PlotText.label("equal", x: Self.left - 8, y: y(0) + 4, class: "tick", anchor: "end"))
    }
    if hasInfinite {
      parts.append("<path class=\"grid\" d=\"M\(Self.left) \(y(.infinity))H\(Self.right)\"/>")
      parts.append(PlotText.label("none", x: Self.left - 8, y: y(.infinity) + 4, class: "tick", anchor: "end"))
    }
    let bottom = plotBottom + (hasZero ? Self.bandHeight : 0)
    let top = plotTop - (hasInfinite ? Self.bandHeight : 0)
    parts.append("<path class=\"axis\" d=\"M\(Self.left) \(top)V\(bottom)H\(Self.right)\"/>")
    let count = report.layers.count
    for number in Self.numbers(1...max(1, count)) {
      let place = Self.x(number - 1, of: count)
      parts.append("<path class=\"axis\" d=\"M\(place) \(bottom)v5\"/>")
      parts.append(PlotText.label("\(number)", x: place, y: bottom + 18, class: "tick", anchor: "middle"))
    }
    let middle = (plotTop + plotBottom) / 2
    parts.append(
      PlotText.label(
        "captured value, in the order in which the network computes them", x: (Self.left + Self.right) / 2,
        y: bottom + 37, class: "name", anchor: "middle"))
    parts.append(
      "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(14 \(middle)) rotate(-90)\">"
        + "error / max|expected|</text>")
    return parts.inLines()
  }

  /// Which of consecutive numbers stand at an axis: the first, the last, and round ones between.
  static func numbers(_ all: ClosedRange<Int>) -> [Int] {
    guard all.count > 1 else { return [all.lowerBound] }
    var step = 1
    for next in [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] where all.count / step > 10 { step = next }
    while all.count / step > 10 { step *= 2 }
    let least = all.lowerBound + (step + 1) / 2, most = all.upperBound - (step + 1) / 2
    return [all.lowerBound] + all.filter { $0.isMultiple(of: step) && $0 >= least && $0 <= most } + [all.upperBound]
  }

  // MARK: Tolerance and oracle

  private var toleranceLine: Markup {
    let finite = points.enumerated().filter { $0.element.allowed.isFinite && $0.element.allowed > 0 }
    guard let last = finite.last else { return .none }
    var path = ""
    for (index, point) in finite {
      let y = Markup.decimal(scale.place(point.allowed))
      // Half a step to both sides, to the edges at the ends.
      let from = index == 0 ? Self.left : (x(index - 1) + x(index)) / 2
      let to = index == points.count - 1 ? Self.right : (x(index) + x(index + 1)) / 2
      path += "\(path.isEmpty ? "M" : "L")\(Markup.decimal(from)) \(y)H\(Markup.decimal(to))"
    }
    let text = "tolerance \(brief(last.element.allowed))"
    return "<g class=\"tolerance\"><title>\(text) of max|expected|</title><path d=\"\(Markup(trusted: path))\"/></g>"
  }

  /// How far the reference itself is from the oracle: errors of that size say nothing about this runtime.
  private var band: Markup {
    guard points.contains(where: { $0.oracle != nil }) else { return .none }
    var path = ""
    for (index, point) in points.enumerated() {
      guard let oracle = point.oracle, oracle > 0 else { continue }
      let from = index == 0 ? Self.left : (x(index - 1) + x(index)) / 2
      let to = index == points.count - 1 ? Self.right : (x(index) + x(index + 1)) / 2
      path += "M\(Markup.decimal(from)) \(Markup.decimal(plotBottom))V\(Markup.decimal(scale.place(oracle)))"
        + "H\(Markup.decimal(to))V\(Markup.decimal(plotBottom))z"
    }
    return "<g class=\"oracle\"><title>distance of the reference from the oracle</title>"
      + "<path d=\"\(Markup(trusted: path))\"/></g>"
  }

  // MARK: Series

  private func series(_ view: (LayerPlotPoints.Point) -> LayerPlotPoints.Series?, name: String) -> Markup {
    var line = ""
    var marks: [Markup] = []
    let radius = points.count > 240 ? 1.8 : points.count > 120 ? 2.4 : 3.2
    for (index, point) in points.enumerated() {
      guard let series = view(point) else { continue }
      let (x, y) = (x(index), y(series.most))
      line += "\(line.isEmpty ? "M" : "L")\(Markup.decimal(x)) \(Markup.decimal(y))"
      let span: Markup =
        series.least < series.most && point.layers.count > 1
        ? "<path class=\"span\" d=\"M\(x) \(self.y(series.least))V\(y)\"/>" : ""
      marks.append(
        "<g class=\"mark\(series.failed > 0 ? " outside" : "")\"><title>\(tip(point, series, name))</title>\(span)"
          + "\(shape(name, series.failed > 0, x, y, radius))</g>")
    }
    guard !marks.isEmpty else { return .none }
    return "<g class=\"series \(name)\"><path class=\"way\" d=\"\(Markup(trusted: line))\"/>\n\(marks.inLines())\n</g>"
  }

  /// A circle in the run, a diamond by itself; a cross or a filled diamond outside the tolerance.
  private func shape(_ name: String, _ isOutside: Bool, _ x: Double, _ y: Double, _ radius: Double) -> Markup {
    switch (name, isOutside) {
    case ("cumulative", false): return "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\"/>"
    case ("cumulative", true):
      let r = radius + 0.6
      return "<path d=\"M\(x - r) \(y - r)l\(2 * r) \(2 * r)m0 \(-2 * r)l\(-2 * r) \(2 * r)\"/>"
    default:
      let r = radius + (isOutside ? 3.4 : 1)
      return "<path d=\"M\(x) \(y - r)l\(r) \(r)l\(-r) \(r)l\(-r) \(-r)z\"/>"
    }
  }

  private func tip(_ point: LayerPlotPoints.Point, _ series: LayerPlotPoints.Series, _ view: String) -> String {
    let layer = report.layers[series.worst]
    let place =
      point.layers.count > 1
      ? "\(point.layers.lowerBound + 1) to \(point.layers.upperBound), the worst \(layer.name)"
      : "\(series.worst + 1): \(layer.name)"
    let failed = point.layers.count > 1 ? "\(series.failed) of them outside the tolerance" : "outside the tolerance"
    return "\(place)\n\(layer.operationText), \(layer.shapeText)\n\(view) \(brief(series.most))"
      + (series.failed > 0 ? ", \(failed)" : "")
  }

  // MARK: Names of what fails

  /// The first divergent layer and the worst of the others that are wrong by themselves.
  private static func labels(
    _ report: LayerReport, _ points: [LayerPlotPoints.Point]
  ) -> [(text: String, place: Double, lane: Int, start: Double)] {
    guard let first = report.layers.firstIndex(where: { $0.place.value == report.firstDivergent?.place.value }) else {
      return []
    }
    let others = report.worstFirst.filter { $0 != first && report.layers[$0].isWrongByItself }
    let named = ([first] + others.prefix(60)).compactMap { index -> (text: String, place: Double)? in
      guard let point = points.firstIndex(where: { $0.layers.contains(index) }) else { return nil }
      let layer = report.layers[index]
      let error = layer.isWrongByItself ? layer.isolated?.error ?? 0 : layer.cumulative.error
      let text = "\(layer.name.printable.shortenedInTheMiddle(to: 46)) \(error.isFinite ? brief(error) : "no number")"
      return (text, x(point, of: points.count))
    }
    let lanes = PlotText.lanes(
      named.map { ($0.place, PlotText.width($0.text) * 1.15) }, in: left...right, count: 4, limit: 8)
    return zip(named, lanes).compactMap { label, lane in
      lane.map { (label.text, label.place, $0.lane, $0.start) }
    }
  }

  private func labelBase(_ lane: Int) -> Double {
    plotTop - (hasInfinite ? Self.bandHeight : 0) - 10 - Double(lane) * Self.lineHeight
  }

  private var pointers: Markup {
    labels.map { label -> Markup in
      "<path class=\"pointer\" d=\"M\(label.place) \(labelBase(label.lane) + 4)V\(plotBottom)\"/>"
    }.inLines()
  }

  private var labelTexts: Markup {
    labels.map { PlotText.label($0.text, x: $0.start, y: labelBase($0.lane), class: "culprit") }.inLines()
  }

  // MARK: Legend

  private var legend: Markup {
    var x = Self.left
    var parts: [Markup] = []
    func add(_ text: String, _ sign: Markup) {
      parts.append("<g class=\"key\" transform=\"translate(\(x) 14)\">\(sign)<text x=\"26\" y=\"4\">\(text)</text></g>")
      x += 26 + PlotText.width(text) * 0.93 + 16
    }
    let hasIsolated = points.contains { $0.isolated != nil }
    let failed = points.contains { $0.cumulative.failed > 0 }
    let wrong = points.contains { ($0.isolated?.failed ?? 0) > 0 }
    add(
      "in the run",
      "<g class=\"series cumulative\"><path class=\"way\" d=\"M0 0h20\"/><g class=\"mark\">"
        + "\(shape("cumulative", false, 10, 0, 3.2))</g></g>")
    if failed {
      add(
        "outside the tolerance",
        "<g class=\"series cumulative\"><g class=\"mark outside\">\(shape("cumulative", true, 10, 0, 3.2))</g></g>")
    }
    if hasIsolated {
      add(
        "by itself",
        "<g class=\"series isolated\"><path class=\"way\" d=\"M0 0h20\"/><g class=\"mark\">"
          + "\(shape("isolated", false, 10, 0, 3.2))</g></g>")
    }
    if wrong {
      add(
        "wrong by itself",
        "<g class=\"series isolated\"><g class=\"mark outside\">\(shape("isolated", true, 10, 0, 3.2))</g></g>")
    }
    if let allowed = points.last(where: { $0.allowed.isFinite })?.allowed {
      add("tolerance \(brief(allowed))", "<g class=\"tolerance\"><path d=\"M0 0h20\"/></g>")
    }
    if points.contains(where: { $0.oracle != nil }) {
      add("reference to oracle", "<g class=\"oracle\"><path d=\"M0 -6h20v12h-20z\"/></g>")
    }
    return parts.inLines()
  }
}

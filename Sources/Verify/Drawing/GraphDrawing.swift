import FerryModel

/// A graph as a picture: SVG with real text, for light and dark screens.
///
/// Blocks that repeat are drawn once, with their number. A graph of more boxes than a page holds is drawn with boxes
/// that stand for many nodes; the picture says so.
public struct GraphDrawing: Sendable {
  /// The whole SVG document.
  public let svg: String

  /// - Parameter title: what the picture is of; it may come from a file.
  public init(_ graph: Graph, title: String) {
    let plan = DrawingPlan(graph)
    svg = SVGDocument(plan, DrawingLayout(plan), title: title).text
  }
}

/// Writes a plan and its layout as SVG.
struct SVGDocument {
  private let plan: DrawingPlan
  private let layout: DrawingLayout
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") + "\n" }

  init(_ plan: DrawingPlan, _ layout: DrawingLayout, title: String) {
    self.plan = plan
    self.layout = layout
    let hidden = plan.frames.reduce(0) { $0 + $1.hiddenNodes }
    let families = OperatorFamily.allCases.filter { family in plan.boxes.contains { Self.family($0) == family } }
    let width = max(layout.width, 560, 60 + families.reduce(0) { $0 + Self.legendWidth($1) })
    lines.append(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(layout.height)\" width=\"\(width)\" "
        + "height=\"\(layout.height)\" role=\"img\" data-nodes=\"\(plan.nodeCount)\" data-collapsed=\"\(hidden)\">")
    lines.append("<title>\(SVGText.escaped(title))</title>")
    lines.append("<style>\n\(SVGStyle.text)\n</style>")
    lines.append("<rect class=\"page\" width=\"\(width)\" height=\"\(layout.height)\"/>")
    lines.append("<text class=\"title\" x=\"40\" y=\"38\">\(SVGText.short(title, max(20, width / 13)))</text>")
    lines.append("<text class=\"note\" x=\"40\" y=\"58\">\(SVGText.escaped(Self.summary(plan, hidden)))</text>")
    addLegend(families)
    for (frame, place) in zip(orderedFrames, layout.frames) { add(frame, place) }
    for route in layout.routes { add(route) }
    for (number, box) in plan.boxes.enumerated() { add(box, layout.boxes[number]) }
    lines.append("</svg>")
  }

  private static func summary(_ plan: DrawingPlan, _ hidden: Int) -> String {
    var words = "\(plan.nodeCount) nodes"
    if hidden > 0 {
      let count = plan.frames.count
      words += "; \(hidden) of them collapsed into \(count) repeated block\(count == 1 ? "" : "s")"
    }
    if plan.isSummary { words += "; too many for a page, so that each box stands for consecutive nodes" }
    if plan.hiddenLines > 0 { words += "; \(plan.hiddenLines) lines left out" }
    return words
  }

  private static func family(_ box: DrawingPlan.Box) -> OperatorFamily {
    if case .unit(let unit) = box.content { unit.family } else { .port }
  }

  private static func legendWidth(_ family: OperatorFamily) -> Int { 30 + family.words.count * 7 }

  private mutating func addLegend(_ families: [OperatorFamily]) {
    var x = 40
    for family in families {
      lines.append(
        "<g class=\"legend \(family.rawValue)\"><rect class=\"mark\" x=\"\(x)\" y=\"70\" width=\"11\" height=\"11\" "
          + "rx=\"2\"/><text class=\"note\" x=\"\(x + 16)\" y=\"80\">\(family.words)</text></g>")
      x += Self.legendWidth(family)
    }
  }

  /// In the order in which the layout placed them: by column.
  private var orderedFrames: [DrawingPlan.Frame] { layout.frameOrder.map { plan.frames[$0] } }

  private mutating func add(_ frame: DrawingPlan.Frame, _ place: DrawingLayout.Rectangle) {
    // The words stand beside the line that enters the block.
    let head = frame.boxes.map { layout.boxes[$0] }.min { ($0.y, $0.x) < ($1.y, $1.x) } ?? place
    lines.append(
      "<g class=\"repeat\" data-count=\"\(frame.count)\" data-nodes=\"\(frame.hiddenNodes)\"><rect class=\"frame\" "
        + "x=\"\(place.x)\" y=\"\(place.y)\" width=\"\(place.width)\" height=\"\(place.height)\" rx=\"8\"/>"
        + "<text class=\"times\" x=\"\(head.x + 4)\" y=\"\(place.y + 18)\">× \(frame.count)</text>"
        + "<text class=\"tab\" x=\"\(head.x + head.width / 2 + 8)\" y=\"\(place.y + 17)\">"
        + "\(SVGText.short(frame.shapes, 30))</text></g>")
  }

  private mutating func add(_ route: DrawingLayout.Route) {
    let path = route.points.enumerated().map { "\($0 == 0 ? "M" : "L")\($1.x) \($1.y)" }.joined(separator: " ")
    let (last, skip) = (route.points[route.points.count - 1], route.isSkip)
    lines.append(
      "<path class=\"line\(skip ? " skip" : "")\" stroke-linejoin=\"round\" d=\"\(path)\"/>"
        + "<path class=\"\(skip ? "skiptip" : "tip")\" d=\"M\(last.x) \(last.y) l-4 -7 h8 z\"/>")
  }

  private mutating func add(_ box: DrawingPlan.Box, _ place: DrawingLayout.Rectangle) {
    let title: String, detail: String, tip: String, family: OperatorFamily, nodes: Int
    switch box.content {
    case .unit(let unit):
      (title, detail, tip, family, nodes) = (unit.title, unit.detail, unit.tip, unit.family, unit.nodes.count)
    case .input(let name, let shape):
      (title, detail, tip, family, nodes) = (name, "input " + shape, name, .port, 0)
    case .output(let name, let shape):
      (title, detail, tip, family, nodes) = (name, "output " + shape, name, .port, 0)
    }
    let kind = nodes > 0 ? "node" : "port"
    lines.append(
      "<g class=\"\(kind) \(family.rawValue)\" data-nodes=\"\(nodes)\"><title>\(SVGText.escaped(tip))</title>"
        + "<rect class=\"box\" x=\"\(place.x)\" y=\"\(place.y)\" width=\"\(place.width)\" "
        + "height=\"\(place.height)\" rx=\"6\"/>"
        + "<rect class=\"mark\" x=\"\(place.x)\" y=\"\(place.y)\" width=\"6\" height=\"\(place.height)\" rx=\"3\"/>"
        + "<text class=\"op\(title.count > 25 ? " long" : "")\" x=\"\(place.x + 16)\" y=\"\(place.y + 17)\">"
        + "\(SVGText.short(title, 32))</text>"
        + "<text class=\"detail\" x=\"\(place.x + 16)\" y=\"\(place.y + 32)\">\(SVGText.short(detail, 32))</text></g>")
    if let shape = box.newShape {
      lines.append(
        "<text class=\"shape\" x=\"\(place.x + place.width / 2 + 8)\" y=\"\(place.y + place.height + 14)\">"
          + "\(SVGText.short(shape, 30))</text>")
    }
  }
}

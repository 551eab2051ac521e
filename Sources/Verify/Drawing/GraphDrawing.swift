import FerryModel

/// A graph as a picture: SVG with real text, for light and dark screens.
///
/// Blocks that repeat are drawn once, with their number. A graph of more boxes than a page holds is drawn with boxes
/// that stand for many nodes; the picture says so. A marked node always has a box of its own.
public struct GraphDrawing: Sendable {
  /// The whole SVG document.
  public var svg: String { SVGDocument(plan, layout, title: title, use: .file).text }
  /// The extent of the whole `element`.
  package let size: DrawingFrame
  /// The box of each mark that the graph has a node for, in the order of the marks.
  package let markedBoxes: [DrawingFrame]

  private let plan: DrawingPlan
  private let layout: DrawingLayout
  private let title: String

  /// - Parameters:
  ///   - title: what the picture is of; it may come from a file.
  ///   - marks: nodes to point at; those beyond the first 24, and those that the graph does not have, are left out.
  public init(_ graph: Graph, title: String, marks: [DrawingMark] = []) {
    self.title = title
    plan = DrawingPlan(graph, marks: Array(marks.prefix(DrawingMark.limit)))
    layout = DrawingLayout(plan)
    let boxes = plan.boxes
    markedBoxes = marks.prefix(DrawingMark.limit).compactMap { [layout] mark in
      guard let number = boxes.firstIndex(where: { $0.mark == mark }) else { return nil }
      let place = layout.boxes[number]
      return DrawingFrame(x: place.x, y: place.y, width: place.width, height: place.height)
    }
    size = DrawingFrame(
      x: 0, y: SVGDocument.headHeight, width: SVGDocument.width(plan, layout),
      height: layout.height - SVGDocument.headHeight)
  }

  /// The drawing as a part of a page that has `styleRules`: an svg element of the class `network` without a style, a
  /// heading and a background of its own.
  ///
  /// - Parameter identifier: of the group that holds everything drawn, for other elements to use it.
  package func element(identifier: String) -> String {
    SVGDocument(plan, layout, title: title, use: .element(identifier)).text
  }

  /// The style rules of `element`, for light and for dark screens.
  package static var styleRules: (light: [String], dark: [String]) { SVGStyle.rules(scope: ".drawn ") }
}

/// Writes a plan and its layout as SVG.
struct SVGDocument {
  private let plan: DrawingPlan
  private let layout: DrawingLayout
  private var lines: [String] = []

  /// Whether the drawing stands in a file of its own or in a page, as an element whose content has an identifier.
  enum Use {
    case file
    case element(String)
  }

  var text: String { lines.joined(separator: "\n") + "\n" }

  init(_ plan: DrawingPlan, _ layout: DrawingLayout, title: String, use: Use) {
    self.plan = plan
    self.layout = layout
    let hidden = plan.frames.reduce(0) { $0 + $1.hiddenNodes }
    let families = Self.families(plan)
    let width = Self.width(plan, layout)
    var opening = "<svg xmlns=\"http://www.w3.org/2000/svg\" "
    var top = 0
    if case .element = use {
      opening += "class=\"network\" "
      top = Self.headHeight
    }
    let height = layout.height - top
    lines.append(
      opening + "viewBox=\"0 \(top) \(width) \(height)\" width=\"\(width)\" height=\"\(height)\" "
        + "role=\"img\" data-nodes=\"\(plan.nodeCount)\" data-collapsed=\"\(hidden)\">")
    lines.append("<title>\(SVGText.escaped(title))</title>")
    let summary = SVGText.escaped(Self.summary(plan, hidden))
    switch use {
    case .file:
      let marked = plan.boxes.contains { $0.mark != nil } ? "\n" + SVGStyle.markText : ""
      lines.append("<style>\n\(SVGStyle.text)\(marked)\n</style>")
      lines.append("<rect class=\"page\" width=\"\(width)\" height=\"\(layout.height)\"/>")
      lines.append("<text class=\"title\" x=\"40\" y=\"38\">\(SVGText.short(title, max(20, width / 13)))</text>")
      lines.append("<text class=\"note\" x=\"40\" y=\"58\">\(summary)</text>")
    case .element(let identifier):
      lines.append("<desc>\(summary)</desc>")
      lines.append("<g id=\"\(SVGText.escaped(identifier))\" class=\"drawn\">")
    }
    addLegend(families)
    for (frame, place) in zip(orderedFrames, layout.frames) { add(frame, place) }
    for route in layout.routes { add(route) }
    for (number, box) in plan.boxes.enumerated() { add(box, layout.boxes[number]) }
    if case .element = use { lines.append("</g>") }
    lines.append("</svg>")
  }

  private static func families(_ plan: DrawingPlan) -> [OperatorFamily] {
    OperatorFamily.allCases.filter { family in plan.boxes.contains { Self.family($0) == family } }
  }

  /// What the title and the words below it take.
  static let headHeight = 60

  static func width(_ plan: DrawingPlan, _ layout: DrawingLayout) -> Int {
    max(layout.width, 560, 60 + families(plan).reduce(0) { $0 + legendWidth($1) })
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
    let kind = (nodes > 0 ? "node" : "port") + " " + family.rawValue
    lines.append(
      "<g class=\"\(kind)\(box.mark.map { " " + $0.kind.rawValue } ?? "")\" data-nodes=\"\(nodes)\">"
        + "<title>\(SVGText.escaped(tip))</title>\(box.mark == nil ? "" : halo(place))"
        + "<rect class=\"box\" x=\"\(place.x)\" y=\"\(place.y)\" width=\"\(place.width)\" "
        + "height=\"\(place.height)\" rx=\"6\"/>"
        + "<rect class=\"mark\" x=\"\(place.x)\" y=\"\(place.y)\" width=\"6\" height=\"\(place.height)\" rx=\"3\"/>"
        + "<text class=\"op\(title.count > 25 ? " long" : "")\" x=\"\(place.x + 16)\" y=\"\(place.y + 17)\">"
        + "\(SVGText.short(title, 32))</text>"
        + "<text class=\"detail\" x=\"\(place.x + 16)\" y=\"\(place.y + 32)\">"
        + "\(SVGText.short(detail, box.mark == nil ? 32 : 12))</text>\(box.mark.map { caption($0, place) } ?? "")</g>")
    if let shape = box.newShape {
      let y = place.y + place.height + (box.mark == nil ? 14 : 20)
      lines.append(
        "<text class=\"shape\" x=\"\(place.x + place.width / 2 + 8)\" y=\"\(y)\">"
          + "\(SVGText.short(shape, 22))</text>")
    }
  }

  private func halo(_ place: DrawingLayout.Rectangle) -> String {
    "<rect class=\"halo\" x=\"\(place.x - 6)\" y=\"\(place.y - 6)\" width=\"\(place.width + 12)\" "
      + "height=\"\(place.height + 12)\" rx=\"10\"/>"
  }

  private func caption(_ mark: DrawingMark, _ place: DrawingLayout.Rectangle) -> String {
    "<text class=\"caption\" text-anchor=\"end\" x=\"\(place.x + place.width - 8)\" y=\"\(place.y + 32)\">"
      + "\(SVGText.short(mark.caption, 24))</text>"
  }
}

/// Where in the last two axes of a value the error sits, the largest over all others.
struct HeatMapPlot {
  private static let (width, left, top) = (460.0, 46.0, 14.0)
  private static let (roomWidth, roomHeight) = (316.0, 200.0)
  private static let keyStep = 9.5

  private let plane: ErrorPicture.Plane
  private let rank: Int
  private let allowed: Double
  private let title: String
  private let cellWidth, cellHeight: Double

  init(_ plane: ErrorPicture.Plane, rank: Int, allowed: Double, title: String) {
    self.plane = plane
    self.rank = rank
    self.allowed = allowed
    self.title = title
    let scale = min(Self.roomWidth / Double(plane.width), Self.roomHeight / Double(plane.height))
    // True to the tensor's proportions, unless that would leave a line.
    cellWidth = max(12, Double(plane.width) * scale) / Double(plane.columns)
    cellHeight = max(12, Double(plane.height) * scale) / Double(plane.rows)
  }

  private var mapWidth: Double { cellWidth * Double(plane.columns) }
  private var keyLeft: Double { Self.left + max(mapWidth, 90) + 30 }
  private var mapHeight: Double { cellHeight * Double(plane.rows) }

  var svg: Markup {
    let height = max(Self.top + mapHeight + 42, Self.top + Double(HeatLevels.bounds.count) * Self.keyStep + 42)
    let parts: [Markup] = [
      "<svg class=\"plot heat\" viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\">",
      "<title>\(title)</title><desc>\(description)</desc>", cells, axes, key, "</svg>",
    ]
    return parts.inLines()
  }

  private var description: String {
    var worst = (error: Float(-1), row: 0, column: 0)
    for (index, error) in plane.errors.enumerated() where error > worst.error {
      worst = (error, index / plane.columns, index % plane.columns)
    }
    let row = worst.row * plane.height / plane.rows, column = worst.column * plane.width / plane.columns
    return "The largest error relative to max|expected| at each place of \(plane.height) by \(plane.width). The "
      + "largest of all, \(brief(Double(worst.error))), stands at about row \(row), column \(column)."
  }

  /// One path for each colour, runs of equal cells as one rectangle.
  private var cells: Markup {
    var paths: [String: (path: String, words: String)] = [:]
    for row in 0..<plane.rows {
      var column = 0
      while column < plane.columns {
        let (name, words) = Self.step(plane.errors[row * plane.columns + column])
        let start = column
        while column < plane.columns, Self.step(plane.errors[row * plane.columns + column]).name == name { column += 1 }
        paths[name, default: ("", words)].path += "M\(start) \(row)h\(column - start)v1h-\(column - start)z"
      }
    }
    let drawn = paths.sorted { $0.key < $1.key }.map { name, content -> Markup in
      "<path class=\"\(name)\" d=\"\(Markup(trusted: content.path))\"><title>\(content.words)</title></path>"
    }
    let (x, y) = (exact(cellWidth), exact(cellHeight))
    return "<rect class=\"ground\" x=\"\(Self.left - 1)\" y=\"\(Self.top - 1)\" width=\"\(mapWidth + 2)\" "
      + "height=\"\(mapHeight + 2)\"/>\n"
      + "<g class=\"cells\" transform=\"translate(\(Self.left) \(Self.top)) scale(\(x) \(y))\">\(drawn.inLines())</g>"
  }

  private func exact(_ number: Double) -> Markup { Markup(trusted: "\((number * 10_000).rounded() / 10_000)") }

  private static func step(_ error: Float) -> (name: String, words: String) {
    if error == 0 { return ("none", "equal") }
    if error.isInfinite { return ("infinite", "NaN or infinity") }
    let level = HeatLevels.level(Double(error))
    return ("l\(level)", HeatLevels.words(level))
  }

  private var axes: Markup {
    let (bottom, right) = (Self.top + mapHeight, Self.left + mapWidth)
    let names = rank == 4 ? ("height", "width") : ("axis \(rank - 2)", "axis \(rank - 1)")
    var parts: [Markup] = [
      PlotText.label("0", x: Self.left, y: bottom + 16, class: "tick"),
      PlotText.label(names.1, x: (Self.left + right) / 2, y: bottom + (mapWidth < 110 ? 32 : 16), class: "name",
        anchor: "middle"),
      PlotText.label("0", x: Self.left - 6, y: Self.top + 9, class: "tick", anchor: "end"),
    ]
    if plane.width > 1 {
      parts.append(PlotText.label("\(plane.width - 1)", x: right, y: bottom + 16, class: "tick", anchor: "end"))
    }
    if plane.height > 1 {
      parts.append(PlotText.label("\(plane.height - 1)", x: Self.left - 6, y: bottom, class: "tick", anchor: "end"))
    }
    if mapHeight > 90 {
      let middle = Self.top + mapHeight / 2
      parts.append(
        "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(\(Self.left - 10) \(middle)) rotate(-90)\">"
          + "\(names.0)</text>")
    }
    return parts.inLines()
  }

  private var key: Markup {
    var parts: [Markup] = []
    let count = HeatLevels.bounds.count
    func y(_ level: Int) -> Double { Self.top + Double(count - 1 - level) * Self.keyStep }
    for level in 0..<count {
      parts.append(
        "<rect class=\"l\(level)\" x=\"\(keyLeft)\" y=\"\(y(level))\" width=\"14\" height=\"\(Self.keyStep)\">"
          + "<title>\(HeatLevels.words(level))</title></rect>")
    }
    for level in stride(from: 1, to: count, by: 4) {
      let edge = y(level) + Self.keyStep
      let decade = -8 + (level - 1) / 2
      parts.append("<path class=\"axis\" d=\"M\(keyLeft + 14) \(edge)h4\"/>")
      parts.append(PlotText.label(LogScale.label(decade), x: keyLeft + 22, y: edge + 4, class: "tick"))
    }
    var next = y(0) + Self.keyStep + 8
    for (name, words) in [("none", "equal"), ("infinite", "NaN, ∞")] {
      guard plane.errors.contains(where: { Self.step($0).name == name }) else { continue }
      parts.append(
        "<rect class=\"ground\" x=\"\(keyLeft)\" y=\"\(next)\" width=\"14\" height=\"10\"/>"
          + "<rect class=\"\(name)\" x=\"\(keyLeft)\" y=\"\(next)\" width=\"14\" height=\"10\"/>")
      parts.append(PlotText.label(words, x: keyLeft + 22, y: next + 9, class: "tick"))
      next += 15
    }
    if allowed > 1e-8, allowed < 1 {
      let place = LogScale(decades: -8...0, from: y(0), to: y(count - 1) + Self.keyStep).place(allowed)
      parts.append(
        "<g class=\"tolerance\"><title>tolerance \(brief(allowed))</title>"
          + "<path d=\"M\(keyLeft - 5) \(place)h19\"/></g>")
    }
    return parts.inLines()
  }
}

/// What plots write, and how wide it comes out.
enum PlotText {
  /// About how wide a text is at a font size of 12, in the drawing's units: more than any usual font takes.
  static func width(_ text: String) -> Double { Double(text.count) * 7.2 }

  static func label(
    _ text: String, x: Double, y: Double, class name: String = "", anchor: String = "start"
  ) -> Markup {
    let classes: Markup = name.isEmpty ? "" : " class=\"\(name)\""
    let side: Markup = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
    return "<text\(classes)\(side) x=\"\(x)\" y=\"\(y)\">\(text)</text>"
  }

  /// Puts labels side by side into lanes, so that none covers another, nor the line from another down to what it
  /// points at.
  ///
  /// - Parameters:
  ///   - labels: what each points at, by its place along the lanes, and its width; the most important first.
  ///   - range: from where to where lanes reach.
  ///   - count: of lanes, the lowest first.
  ///   - limit: the most labels.
  /// - Returns: for each label its lane and where it begins; nil where no lane has room.
  static func lanes(
    _ labels: [(place: Double, width: Double)], in range: ClosedRange<Double>, count: Int, limit: Int
  ) -> [(lane: Int, start: Double)?] {
    var placed: [(lane: Int, span: ClosedRange<Double>, place: Double)] = []
    return labels.map { label in
      guard placed.count < limit else { return nil }
      let start = max(range.lowerBound, min(label.place - 4, range.upperBound - label.width))
      let wanted = start - 8...start + label.width + 8
      func isFree(_ lane: Int) -> Bool {
        placed.allSatisfy { other in
          if other.lane == lane { return !other.span.overlaps(wanted) }
          return other.lane < lane ? !other.span.contains(label.place) : !wanted.contains(other.place)
        }
      }
      guard let lane = (0..<count).first(where: isFree) else { return nil }
      placed.append((lane, wanted, label.place))
      return (lane, start)
    }
  }
}

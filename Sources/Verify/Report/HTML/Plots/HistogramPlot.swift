/// How many elements of a layer have errors of which size, on two logarithmic axes.
struct HistogramPlot {
  private static let (width, height) = (460.0, 256.0)
  private static let (left, right, top, bottom) = (46.0, 450.0, 14.0, 214.0)

  private let histogram: ErrorPicture.Histogram
  private let allowed: Double
  private let isOutside: Bool
  private let title: String
  private let counts: LogScale
  private let errors: LogScale

  /// - Parameters:
  ///   - allowed: what the tolerance allows, relative to max|expected|.
  ///   - isOutside: whether some element is outside it.
  init(_ histogram: ErrorPicture.Histogram, allowed: Double, isOutside: Bool, title: String) {
    self.isOutside = isOutside
    self.histogram = histogram
    self.allowed = allowed
    self.title = title
    let most = max(histogram.counts.max() ?? 0, histogram.zeroCount, histogram.belowCount, histogram.aboveCount)
    let highest = (1...19).first { LogScale.value($0) >= Double(max(most, histogram.nonFiniteCount)) } ?? 19
    counts = LogScale(decades: 0...highest, from: Self.bottom - 8, to: Self.top)
    // Beside the axis of errors stand two bars for what it has no place for: equal elements, and no numbers.
    errors = LogScale(decades: ErrorPicture.Histogram.decades, from: Self.left + 54, to: Self.right - 30)
  }

  var svg: Markup {
    let parts: [Markup] = [
      "<svg class=\"plot histogram\" viewBox=\"0 0 \(Self.width) \(Self.height)\" role=\"img\">",
      "<title>\(title)</title><desc>\(description)</desc>", grid, bars, tolerance, axes, "</svg>",
    ]
    return parts.inLines()
  }

  private var description: String {
    let outside = histogram.nonFiniteCount > 0 ? ", \(histogram.nonFiniteCount) not finite" : ""
    return "Number of elements by error relative to max|expected|, both on logarithmic axes: "
      + "\(counted(histogram.elementCount, "element")), \(histogram.zeroCount) equal\(outside)."
  }

  private var grid: Markup {
    counts.ticks(limit: 6).map { decade -> Markup in
      let y = counts.place(LogScale.value(decade))
      return "<path class=\"grid\" d=\"M\(Self.left) \(y)H\(Self.right)\"/>"
        + PlotText.label(LogScale.label(decade), x: Self.left - 6, y: y + 4, class: "tick", anchor: "end")
    }.inLines()
  }

  private var bars: Markup {
    let step = (errors.end - errors.start) / Double(ErrorPicture.Histogram.binCount)
    var parts = [
      bar(histogram.zeroCount, x: Self.left + 6, width: 20, name: "equal", "equal"),
      bar(histogram.belowCount, x: errors.start - step, width: step, name: "inside", "below 1e-9"),
      bar(histogram.aboveCount, x: errors.end, width: step, name: "outside", "10 and more"),
      bar(histogram.nonFiniteCount, x: Self.right - 20, width: 20, name: "infinite", "NaN or infinity"),
    ]
    for (bin, count) in histogram.counts.enumerated() where count > 0 {
      let bounds = (ErrorPainter.bounds[bin], ErrorPainter.bounds[bin + 1])
      let name = isOutside && bounds.1 > allowed ? "outside" : "inside"
      let words = "\(brief(bounds.0)) to \(brief(bounds.1))"
      parts.append(bar(count, x: errors.start + Double(bin) * step, width: step, name: name, words))
    }
    return parts.inLines()
  }

  private func bar(_ count: Int, x: Double, width: Double, name: String, _ what: String) -> Markup {
    guard count > 0 else { return .none }
    let top = counts.place(Double(count))
    return "<rect class=\"bar \(name)\" x=\"\(x + 0.5)\" y=\"\(top)\" width=\"\(width - 1)\" "
      + "height=\"\(Self.bottom - top)\"><title>\(what): \(counted(count, "element"))</title></rect>"
  }

  private var tolerance: Markup {
    guard allowed > 0, allowed.isFinite else { return .none }
    let x = errors.place(allowed)
    return "<g class=\"tolerance\"><title>tolerance \(brief(allowed))</title>"
      + "<path d=\"M\(x) \(Self.top - 6)V\(Self.bottom)\"/></g>"
  }

  private var axes: Markup {
    var parts: [Markup] = ["<path class=\"axis\" d=\"M\(Self.left) \(Self.bottom)H\(Self.right)\"/>"]
    for decade in errors.decades where decade.isMultiple(of: 2) == false {
      let x = errors.place(LogScale.value(decade))
      parts.append("<path class=\"axis\" d=\"M\(x) \(Self.bottom)v4\"/>")
      parts.append(PlotText.label(LogScale.label(decade), x: x, y: Self.bottom + 16, class: "tick", anchor: "middle"))
    }
    parts.append(PlotText.label("0", x: Self.left + 16, y: Self.bottom + 16, class: "tick", anchor: "middle"))
    if histogram.nonFiniteCount > 0 {
      parts.append(PlotText.label("NaN, ∞", x: Self.right, y: Self.bottom + 30, class: "tick", anchor: "end"))
    }
    parts.append(
      PlotText.label(
        "error / max|expected|", x: (errors.start + errors.end) / 2, y: Self.bottom + 34, class: "name",
        anchor: "middle"))
    let middle = (Self.top + Self.bottom) / 2
    parts.append(
      "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(11 \(middle)) rotate(-90)\">elements</text>")
    return parts.inLines()
  }
}

/// The largest error of each channel, on a logarithmic axis.
struct ChannelPlot {
  private static let (width, height) = (940.0, 156.0)
  private static let (left, right, top, bottom) = (62.0, 920.0, 12.0, 114.0)

  private let channels: ErrorPicture.Channels
  private let allowed: Double
  private let title: String
  private let scale: LogScale

  init(_ channels: ErrorPicture.Channels, allowed: Double, title: String) {
    self.channels = channels
    self.allowed = allowed
    self.title = title
    let shown = (channels.errors.map { Double($0) } + [allowed]).filter { $0 > 0 && $0.isFinite }
    let least = max(1e-12, shown.min() ?? 1e-8), most = min(1e6, shown.max() ?? 1)
    let low = (-12...6).last { LogScale.value($0) < least } ?? -12
    let high = (-12...7).first { LogScale.value($0) >= most } ?? 7
    scale = LogScale(decades: low...max(low + 2, high), from: Self.bottom, to: Self.top)
  }

  var svg: Markup {
    let parts: [Markup] = [
      "<svg class=\"plot channels\" viewBox=\"0 0 \(Self.width) \(Self.height)\" role=\"img\">",
      "<title>\(title)</title><desc>\(description)</desc>", grid, bars, tolerance, axes, "</svg>",
    ]
    return parts.inLines()
  }

  private var description: String {
    let outside = channels.errors.count { Double($0) > allowed }
    let bars = channels.errors.count == channels.count ? "" : ", drawn as \(channels.errors.count) bars"
    return "The largest error relative to max|expected| of each of \(counted(channels.count, "channel"))\(bars), on a "
      + "logarithmic axis; \(outside) beyond the tolerance."
  }

  private var grid: Markup {
    scale.ticks(limit: 5).map { decade -> Markup in
      let y = scale.place(LogScale.value(decade))
      return "<path class=\"grid\" d=\"M\(Self.left) \(y)H\(Self.right)\"/>"
        + PlotText.label(LogScale.label(decade), x: Self.left - 6, y: y + 4, class: "tick", anchor: "end")
    }.inLines()
  }

  /// The channels that a bar stands for.
  private func range(_ bar: Int) -> ClosedRange<Int> {
    let count = channels.errors.count
    // The inverse of channel · bars / channels, rounded down.
    let first = (bar * channels.count + count - 1) / count
    return first...max(first, ((bar + 1) * channels.count + count - 1) / count - 1)
  }

  private var bars: Markup {
    let step = (Self.right - Self.left) / Double(channels.errors.count)
    let gap = step > 4 ? 1 : step > 2 ? 0.5 : 0
    return channels.errors.enumerated().map { index, value -> Markup in
      let error = Double(value)
      let range = range(index)
      let name =
        range.count == 1 ? "channel \(range.lowerBound)" : "channels \(range.lowerBound) to \(range.upperBound)"
      guard error > 0 else { return .none }
      let top = min(scale.place(error), Self.bottom - 1)
      let kind: Markup = error.isInfinite ? "infinite" : error > allowed ? "outside" : "inside"
      return "<rect class=\"bar \(kind)\" x=\"\(Self.left + Double(index) * step)\" "
        + "y=\"\(top)\" width=\"\(max(0.5, step - gap))\" height=\"\(Self.bottom - top)\">"
        + "<title>\(name): \(error.isInfinite ? "NaN or infinity" : brief(error))</title></rect>"
    }.inLines()
  }

  private var tolerance: Markup {
    guard allowed > 0, allowed.isFinite else { return .none }
    let y = scale.place(allowed)
    return "<g class=\"tolerance\"><title>tolerance \(brief(allowed))</title>"
      + "<path d=\"M\(Self.left) \(y)H\(Self.right)\"/></g>"
  }

  private var axes: Markup {
    var parts: [Markup] = ["<path class=\"axis\" d=\"M\(Self.left) \(Self.bottom)H\(Self.right)\"/>"]
    let step = (Self.right - Self.left) / Double(channels.count)
    for number in LayerPlot.numbers(0...max(0, channels.count - 1)) {
      let x = Self.left + (Double(number) + 0.5) * step
      parts.append("<path class=\"axis\" d=\"M\(x) \(Self.bottom)v4\"/>")
      parts.append(PlotText.label("\(number)", x: x, y: Self.bottom + 17, class: "tick", anchor: "middle"))
    }
    parts.append(
      PlotText.label(
        "channel", x: (Self.left + Self.right) / 2, y: Self.bottom + 36, class: "name", anchor: "middle"))
    let middle = (Self.top + Self.bottom) / 2
    parts.append(
      "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(11 \(middle)) rotate(-90)\">error</text>")
    return parts.inLines()
  }
}

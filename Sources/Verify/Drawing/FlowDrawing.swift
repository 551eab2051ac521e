/// Steps from top to bottom as a picture: SVG with real text, for light and dark screens. A row of several boxes
/// stands for what happens side by side.
public struct FlowDrawing: Sendable {
  public struct Box: Sendable {
    public var heading: String
    public var lines: [String]
    /// Decides the box's colour.
    public var kind: Kind

    public init(_ heading: String, _ lines: [String] = [], kind: Kind = .step) {
      self.heading = heading
      self.lines = lines
      self.kind = kind
    }
  }

  public enum Kind: Sendable { case input, step, network, answer }

  private let title: String
  private let rows: [[Box]]

  public init(title: String, rows: [[Box]]) {
    self.title = title
    self.rows = rows.filter { !$0.isEmpty }
  }

  /// The most boxes beside each other; the others stand below.
  private static let columns = 4
  private static let (margin, gap, arrow, headHeight, lineHeight) = (28, 18, 34, 76, 17)
  /// Of a letter of 12 pixels, on average.
  private static let letterWidth = 6.6

  /// The whole SVG document.
  public var svg: String {
    let boxWidth = min(420, max(200, Int(Double(longestLine) * Self.letterWidth) + 34))
    let widest = rows.map { min($0.count, Self.columns) }.max() ?? 1
    let width = max(2 * Self.margin + widest * boxWidth + (widest - 1) * Self.gap, 480)
    var body: [String] = []
    var top = Self.headHeight
    for (index, row) in rows.enumerated() {
      if index > 0 {
        body.append("<path class=\"line\" d=\"M\(width / 2) \(top + 5)V\(top + Self.arrow - 11)\"/>")
        body.append(
          "<path class=\"tip\" d=\"M\(width / 2 - 5) \(top + Self.arrow - 12)h10l-5 8z\"/>")
        top += Self.arrow
      }
      for start in stride(from: 0, to: row.count, by: Self.columns) {
        let part = row[start..<min(start + Self.columns, row.count)]
        let height = 34 + (part.map(\.lines.count).max() ?? 0) * Self.lineHeight
        var left = (width - part.count * boxWidth - (part.count - 1) * Self.gap) / 2
        for box in part {
          body.append(Self.drawn(box, left: left, top: top, width: boxWidth, height: height))
          left += boxWidth + Self.gap
        }
        top += height + (start + Self.columns < row.count ? Self.gap : 0)
      }
    }
    let height = top + Self.margin
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
      role="img">
      <title>\(SVGText.escaped(title))</title>
      <style>
      \(SVGStyle.text)</style>
      <rect class="page" width="\(width)" height="\(height)"/>
      <text class="title" x="\(Self.margin)" y="44">\(SVGText.short(title, width / 12))</text>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  private var longestLine: Int {
    rows.joined().map { box in max(box.heading.count + 2, box.lines.map(\.count).max() ?? 0) }.max() ?? 0
  }

  private static func drawn(_ box: Box, left: Int, top: Int, width: Int, height: Int) -> String {
    let letters = Int(Double(width - 30) / letterWidth)
    let lines = box.lines.enumerated().map { index, line in
      "<text class=\"detail\" x=\"\(left + 18)\" y=\"\(top + 40 + index * lineHeight)\">"
        + "\(SVGText.short(line, letters))</text>"
    }
    return """
      <g class="\(box.kind.family.rawValue)">
      <rect class="box" x="\(left)" y="\(top)" width="\(width)" height="\(height)" rx="8"/>
      <rect class="mark" x="\(left)" y="\(top + 8)" width="4" height="\(height - 16)" rx="2"/>
      <text class="op" x="\(left + 18)" y="\(top + 22)">\(SVGText.short(box.heading, letters - 2))</text>
      \(lines.joined(separator: "\n"))
      </g>
      """
  }
}

extension FlowDrawing.Kind {
  fileprivate var family: OperatorFamily {
    switch self {
    case .input: .port
    case .step: .shape
    case .network: .convolution
    case .answer: .attention
    }
  }
}

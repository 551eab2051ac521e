/// Colours for light and dark screens, by family of operators. Written out, since not every viewer knows variables.
enum SVGStyle {
  private static let colours: [(family: OperatorFamily, light: String, dark: String)] = [
    (.convolution, "#3b6fd4", "#6f9bf2"), (.depthwise, "#1496a8", "#3fc3d4"), (.product, "#7a4fc4", "#a98bea"),
    (.pooling, "#c2691d", "#ea9a55"), (.activation, "#b8388f", "#e57ac3"), (.normalization, "#80742a", "#c9bb62"),
    (.elementwise, "#3f8f3f", "#6fc46f"), (.attention, "#b88a00", "#e8bd3c"), (.shape, "#66707f", "#9aa5b5"),
    (.other, "#8a5a44", "#c99478"), (.port, "#20252d", "#dfe5ee"), (.summary, "#66707f", "#9aa5b5"),
  ]

  /// Of a drawing in a file of its own.
  static let text = drawing.light.joined(separator: "\n") + "\n" + darkText(drawing.dark)

  /// What marked nodes need beside it.
  static let markText = marks.light.joined(separator: "\n") + "\n" + darkText(marks.dark)

  /// All rules for light screens, and what dark ones have instead, for a part of a page.
  ///
  /// - Parameter scope: what stands before every selector.
  static func rules(scope: String) -> (light: [String], dark: [String]) {
    (
      light: (drawing.light + marks.light).map { scoped($0, scope) },
      dark: (drawing.dark + marks.dark).map { scoped($0, scope) }
    )
  }

  private static let drawing: (light: [String], dark: [String]) = {
    var light = [
      "text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1b212b}",
      ".page{fill:#fff}.box{fill:#f6f8fb;stroke:#ccd4e0}.op{font-size:13px;font-weight:600}.long{font-size:11px}",
      ".detail,.tab,.note{font-size:11px;fill:#5a6575}.shape{font-size:11px;fill:#5a6575}",
      ".title{font-size:20px;font-weight:700}.frame{fill:#eef3fb;stroke:#9db4d8;stroke-dasharray:5 4}",
      ".times{font-size:14px;font-weight:700;fill:#31569b}",
      ".line{fill:none;stroke:#8792a3;stroke-width:1.5}.skip{stroke:#d0552b}.tip{fill:#8792a3}.skiptip{fill:#d0552b}",
    ]
    var dark = [
      "text{fill:#e4e9f1}.page{fill:#14181f}.box{fill:#1e242e;stroke:#3b4556}.detail,.tab,.note,.shape{fill:#9fabbc}",
      ".frame{fill:#192231;stroke:#47608c}.times{fill:#8fb2f5}.line{stroke:#6f7b8d}.skip{stroke:#f08a5d}",
      ".tip{fill:#6f7b8d}.skiptip{fill:#f08a5d}",
    ]
    for (family, day, night) in colours {
      light.append(".\(family.rawValue) .mark{fill:\(day)}")
      dark.append(".\(family.rawValue) .mark{fill:\(night)}")
    }
    return (light, dark)
  }()

  private static let marks: (light: [String], dark: [String]) = (
    light: [
      ".halo{fill:none;stroke:#c43d00;stroke-width:2;stroke-dasharray:4 3}",
      ".divergent .halo{fill:#fbd9c6;stroke-width:4;stroke-dasharray:none}",
      ".caption{font-size:11px;font-weight:700;fill:#b03600}",
    ],
    dark: [
      ".halo{stroke:#ff9a63}.divergent .halo{fill:#5a2c14}.caption{fill:#ffab7d}",
    ]
  )

  private static func darkText(_ rules: [String]) -> String {
    "@media (prefers-color-scheme: dark){\n" + rules.joined(separator: "\n") + "\n}"
  }

  /// Rules with something before each of their selectors.
  private static func scoped(_ rules: String, _ scope: String) -> String {
    rules.split(separator: "}").map { rule in
      let parts = rule.split(separator: "{", maxSplits: 1)
      let selectors = parts[0].split(separator: ",").map { scope + $0 }
      return selectors.joined(separator: ",") + "{" + parts.dropFirst().joined() + "}"
    }.joined()
  }
}

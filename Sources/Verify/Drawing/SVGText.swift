import FerryTensor

/// Text on its way into an SVG file. Names come from files that nobody vouches for.
enum SVGText {
  /// The text with what XML gives a meaning to escaped, and what XML or a reader cannot take replaced.
  static func escaped(_ text: String, limit: Int = 400) -> String {
    var result = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if !result.isEmpty { result += "\n" }
      for scalar in String(line).printable.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default:
          let isNoncharacter = scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
          result.unicodeScalars.append(isNoncharacter ? "\u{FFFD}" : scalar)
        }
        if result.utf8.count > limit * 4 { return result + "…" }
      }
    }
    return result
  }

  /// The text cut to about so many characters, escaped.
  static func short(_ text: String, _ limit: Int) -> String {
    guard text.count > limit else { return escaped(text) }
    return escaped(String(text.prefix(max(1, limit - 1)))) + "…"
  }
}

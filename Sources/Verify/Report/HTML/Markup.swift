/// A piece of HTML. What stands in a literal is markup; text that is put into it is escaped, so that no name from a
/// file becomes markup: `"<td>\(name)</td>" as Markup`.
struct Markup: ExpressibleByStringInterpolation {
  let text: String

  static let none = Markup(trusted: "")

  /// - Parameter text: markup that this program wrote.
  init(trusted text: String) { self.text = text }
  init(stringLiteral value: String) { text = value }
  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate(set) var text: String

    init(literalCapacity: Int, interpolationCount: Int) {
      text = ""
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    mutating func appendInterpolation(_ string: String) { text += SVGText.escaped(string) }
    mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
    /// A length or a place, to a tenth.
    mutating func appendInterpolation(_ number: Double) { text += Markup.decimal(number) }
  }

  static func + (first: Markup, second: Markup) -> Markup { Markup(trusted: first.text + second.text) }
  static func += (first: inout Markup, second: Markup) { first = Markup(trusted: first.text + second.text) }

  /// A number to a tenth, without what need not be written. Not finite: 0, so that a picture remains one.
  static func decimal(_ number: Double) -> String {
    guard number.isFinite, number.magnitude < 1e9 else { return "0" }
    let tenths = Int((number * 10).rounded())
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
  }
}

extension Sequence where Element == Markup {
  /// One below the other.
  func inLines() -> Markup { Markup(trusted: map(\.text).joined(separator: "\n")) }
}

extension JSONValue {
  /// The value for people: one member or element a line, two spaces a level, keys in their order; arrays of short
  /// scalars on one line. NaN and the infinities, which JSON lacks, become the strings "NaN", "Infinity", "-Infinity".
  public var pretty: String {
    var text: [UInt8] = []
    appendPretty(to: &text, indentation: 0)
    return String(decoding: text, as: UTF8.self)
  }

  private func appendPretty(to text: inout [UInt8], indentation: Int) {
    switch self {
    case .null: text.append(contentsOf: "null".utf8)
    case .bool(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let value):
      guard value.isFinite else { return JSONValue.reported(value).appendPretty(to: &text, indentation: indentation) }
      appendNumber(value, to: &text)
    case .string(let value): appendString(value, to: &text)
    case .array(let elements):
      if let line = JSONValue.line(of: elements) { return text.append(contentsOf: line) }
      appendLines(elements.count, in: ("[", "]"), to: &text, indentation: indentation) { index, text in
        elements[index].appendPretty(to: &text, indentation: indentation + 1)
      }
    case .object(let object):
      appendLines(object.count, in: ("{", "}"), to: &text, indentation: indentation) { index, text in
        appendString(object.members[index].key, to: &text)
        text.append(contentsOf: ": ".utf8)
        object.members[index].value.appendPretty(to: &text, indentation: indentation + 1)
      }
    }
  }

  private func appendLines(
    _ count: Int, in brackets: (String, String), to text: inout [UInt8], indentation: Int,
    _ item: (Int, inout [UInt8]) -> Void
  ) {
    text.append(contentsOf: brackets.0.utf8)
    for index in 0..<count {
      text.append(contentsOf: (index > 0 ? ",\n" : "\n").utf8)
      text.append(contentsOf: [UInt8](repeating: 0x20, count: 2 * (indentation + 1)))
      item(index, &text)
    }
    if count > 0 { text.append(contentsOf: [0x0A] + [UInt8](repeating: 0x20, count: 2 * indentation)) }
    text.append(contentsOf: brackets.1.utf8)
  }

  /// An array on one line, such as a shape; nil if it holds containers or grows too long.
  private static func line(of elements: [JSONValue]) -> [UInt8]? {
    var text: [UInt8] = [UInt8(ascii: "[")]
    for (index, element) in elements.enumerated() {
      switch element {
      case .array, .object: return nil
      default:
        if index > 0 { text.append(contentsOf: ", ".utf8) }
        element.appendPretty(to: &text, indentation: 0)
        if text.count > 88 { return nil }
      }
    }
    return text + [UInt8(ascii: "]")]
  }
}

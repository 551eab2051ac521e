import FerryTensor

extension JSONValue {
  /// The value as canonical JSON (RFC 8785): no whitespace, keys sorted by UTF-16 code units, shortest numbers. Equal
  /// values have equal bytes.
  ///
  /// - Throws: `invalidJSON` for NaN and the infinities, which JSON cannot hold.
  public func canonical() throws -> [UInt8] {
    var text: [UInt8] = []
    try appendCanonical(to: &text)
    return text
  }

  private func appendCanonical(to text: inout [UInt8]) throws {
    switch self {
    case .null: text.append(contentsOf: "null".utf8)
    case .bool(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let value):
      guard value.isFinite else { throw FerryError(.invalidJSON, "JSON cannot hold the number \(value)") }
      appendNumber(value, to: &text)
    case .string(let value): appendString(value, to: &text)
    case .array(let elements):
      text.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        try element.appendCanonical(to: &text)
      }
      text.append(UInt8(ascii: "]"))
    case .object(let object):
      text.append(UInt8(ascii: "{"))
      for (index, member) in object.members.sorted(by: { precedesInUTF16($0.key, $1.key) }).enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        appendString(member.key, to: &text)
        text.append(UInt8(ascii: ":"))
        try member.value.appendCanonical(to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
  }
}

/// Appends a string in quotes. Only what must be escaped is: quote, backslash, control characters.
func appendString(_ string: String, to text: inout [UInt8]) {
  text.append(UInt8(ascii: "\""))
  var string = string
  string.withUTF8 { bytes in
    if bytes.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      text.append(contentsOf: bytes)
    } else {
      appendEscaping(bytes, to: &text)
    }
  }
  text.append(UInt8(ascii: "\""))
}

private func appendEscaping(_ bytes: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
  for byte in bytes {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      text.append(UInt8(ascii: "\\"))
      text.append(byte)
    case 0x08: text.append(contentsOf: "\\b".utf8)
    case 0x09: text.append(contentsOf: "\\t".utf8)
    case 0x0A: text.append(contentsOf: "\\n".utf8)
    case 0x0C: text.append(contentsOf: "\\f".utf8)
    case 0x0D: text.append(contentsOf: "\\r".utf8)
    case 0x00..<0x20: text.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
    default: text.append(byte)
    }
  }
}

/// Whether one string comes before another by UTF-16 code units, decided on their UTF-8 bytes.
private func precedesInUTF16(_ first: String, _ second: String) -> Bool {
  var other = second.utf8.makeIterator()
  for byte in first.utf8 {
    guard let otherByte = other.next() else { return false }
    if byte != otherByte { return rankInUTF16(byte) < rankInUTF16(otherByte) }
  }
  return other.next() != nil
}

/// UTF-8 sorts by code point. UTF-16 differs in one thing: U+E000 to U+FFFF (first bytes EE and EF) come behind all
/// that takes a surrogate pair (first bytes F0 to F4).
private func rankInUTF16(_ byte: UInt8) -> UInt8 { byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte }

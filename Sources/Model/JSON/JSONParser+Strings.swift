import FerryTensor

extension JSONParser {
  /// Reads a string that begins at the position, its quotes included.
  mutating func string() throws -> String {
    let opening = position
    position += 1
    let start = position
    var pending = position
    var hasEscapes = false
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        // The bytes were validated on the way, so decoding repairs nothing.
        if !hasEscapes { return String(decoding: bytes[start..<position], as: UTF8.self) }
        unescaped.append(contentsOf: bytes[pending..<position])
        return String(decoding: unescaped, as: UTF8.self)
      case UInt8(ascii: "\\"):
        if !hasEscapes {
          hasEscapes = true
          unescaped.removeAll(keepingCapacity: true)
        }
        unescaped.append(contentsOf: bytes[pending..<position])
        try escape()
        pending = position
      case 0x00..<0x20:
        throw invalid("a control character (\(hexadecimal(byte))) stands unescaped in a string")
      case 0x20..<0x80: position += 1
      default: position += try lengthOfScalar()
      }
    }
    throw invalid("a string does not end", at: opening)
  }

  /// The bytes of the UTF-8 sequence at the position, which begins beyond ASCII (the well-formed sequences of Unicode,
  /// table 3-7: no surrogates, no overlong forms, nothing beyond U+10FFFF).
  private func lengthOfScalar() throws -> Int {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[position] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw invalid("a string is not valid UTF-8")
    }
    guard bytes.count - position >= length, second.contains(bytes[position + 1]),
      bytes[(position + 2)..<(position + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw invalid("a string is not valid UTF-8") }
    return length
  }

  /// Reads an escape at the position, its backslash included, into `unescaped`.
  private mutating func escape() throws {
    let start = position
    position += 1
    switch current {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(bytes[position])
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"):
      position += 1
      return try unicodeEscape(from: start)
    default: throw expected("one of \" \\ / b f n r t u after a backslash")
    }
    position += 1
  }

  /// Reads the digits after `\u`, and the second half if they are the first of a surrogate pair.
  private mutating func unicodeEscape(from start: Int) throws {
    var code = try fourDigits()
    if (0xD800...0xDFFF).contains(code) {
      guard code < 0xDC00, current == UInt8(ascii: "\\"), bytes.count - position > 1,
        bytes[position + 1] == UInt8(ascii: "u")
      else { throw invalid("an escape is half of a surrogate pair", at: start) }
      position += 2
      let low = try fourDigits()
      guard (0xDC00...0xDFFF).contains(low) else {
        throw invalid("an escape is half of a surrogate pair", at: start)
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw invalid("an escape is no character", at: start) }
    unescaped.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func fourDigits() throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw expected("4 hexadecimal digits after \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}

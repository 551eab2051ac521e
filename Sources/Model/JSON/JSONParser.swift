import FerryTensor

/// Bounds on what a JSON text may ask of its reader.
public struct JSONLimits: Sendable {
  /// Arrays and objects inside one another. At most 512: reading recurses once a level.
  public var depth: Int
  public var byteCount: Int

  public init(depth: Int = 64, byteCount: Int = 16 << 20) {
    precondition((0...512).contains(depth), "a depth beyond the stack's reach")
    self.depth = depth
    self.byteCount = byteCount
  }
}

extension JSONValue {
  /// Reads a JSON text, strictly as RFC 8259 says: UTF-8, no byte order mark, no duplicate keys, nothing behind the
  /// value.
  ///
  /// - Throws: `invalidJSON` with the byte offset of what is wrong. Numbers beyond the range of Double are refused.
  public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()) throws {
    guard bytes.count <= limits.byteCount else {
      throw FerryError(
        .invalidJSON, "invalid JSON: \(bytes.count) bytes are more than the \(limits.byteCount) that are allowed")
    }
    var parser = JSONParser(bytes: bytes, limits: limits)
    self = try parser.document()
  }

  public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws {
    self = try bytes.withUnsafeBytes { try JSONValue(parsing: $0, limits: limits) }
  }

  public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws {
    self = try JSONValue(parsing: Array(text.utf8), limits: limits)
  }
}

/// A recursive-descent reader over bytes. `JSONParser+Strings` and `JSONParser+Numbers` hold the two kinds of token.
struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  let limits: JSONLimits
  var position = 0
  var depth = 0
  /// The bytes of a string with escapes, kept for its capacity.
  var unescaped: [UInt8] = []

  init(bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  mutating func document() throws -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) {
      throw invalid("the text begins with a byte order mark", at: 0)
    }
    skipWhitespace()
    let value = try self.value()
    skipWhitespace()
    guard position == bytes.count else { throw expected("the end of the text") }
    return value
  }

  /// The byte at the position; nil at the end.
  @inline(__always)
  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  @inline(__always)
  mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func value() throws -> JSONValue {
    switch current {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"): return .number(try number())
    case let byte? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): return .number(try number())
    default: throw expected("a value")
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws -> JSONValue {
    let count = text.utf8CodeUnitCount
    let expectedBytes = UnsafeBufferPointer(start: text.utf8Start, count: count)
    guard bytes.count - position >= count, bytes[position..<position + count].elementsEqual(expectedBytes) else {
      throw expected("a value")
    }
    position += count
    return value
  }

  private mutating func array() throws -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    skipWhitespace()
    if current == UInt8(ascii: "]") {
      leave()
      return .array(elements)
    }
    while true {
      skipWhitespace()
      if current == UInt8(ascii: "]") { throw expected("a value", hint: "JSON has no trailing comma") }
      elements.append(try value())
      skipWhitespace()
      switch current {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        leave()
        return .array(elements)
      default: throw expected("\",\" or \"]\"")
      }
    }
  }

  private mutating func object() throws -> JSONValue {
    try enter()
    var object = JSONObject()
    skipWhitespace()
    if current == UInt8(ascii: "}") {
      leave()
      return .object(object)
    }
    while true {
      skipWhitespace()
      let start = position
      if current == UInt8(ascii: "}") { throw expected("a key in quotes", hint: "JSON has no trailing comma") }
      guard current == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
      let key = try string()
      skipWhitespace()
      guard current == UInt8(ascii: ":") else { throw expected("\":\" after a key") }
      position += 1
      skipWhitespace()
      guard object.add(key, try value()) else {
        throw invalid("the key \(JSONValue.string(key).pretty) stands twice in one object", at: start)
      }
      skipWhitespace()
      switch current {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        leave()
        return .object(object)
      default: throw expected("\",\" or \"}\"")
      }
    }
  }

  private mutating func enter() throws {
    guard depth < limits.depth else { throw invalid("values are nested deeper than \(limits.depth) levels") }
    depth += 1
    position += 1
  }

  private mutating func leave() {
    depth -= 1
    position += 1
  }

  func invalid(_ message: String, at offset: Int? = nil, hint: String? = nil) -> FerryError {
    FerryError(.invalidJSON, "invalid JSON: \(message)", at: .init(byteOffset: offset ?? position), hint: hint)
  }

  func expected(_ what: String, hint: String? = nil) -> FerryError {
    invalid("expected \(what), found \(found)", hint: hint)
  }

  /// What stands at the position, for messages.
  private var found: String {
    switch current {
    case nil: "the end of the text"
    case let byte? where (0x21...0x7E).contains(byte): "\"\(Character(Unicode.Scalar(byte)))\""
    case let byte?: hexadecimal(byte)
    }
  }

  func hexadecimal(_ byte: UInt8) -> String {
    "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}

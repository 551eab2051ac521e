/// Reads the few kinds of Python literal that a `.npy` header may hold.
struct NpyLiteralReader {
  enum Value {
    case string(String)
    case bool(Bool)
    case tuple([Int])
  }

  private let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0A { position += 1 }
  }

  /// Passes over a character, and the space before it, if it comes next.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws {
    guard skip(character) else { throw malformed("\(character) is missing") }
  }

  mutating func expectEnd() throws {
    skipSpace()
    guard position == bytes.count else { throw malformed("something follows the dictionary") }
  }

  /// A string in single or double quotes, without escapes, which NumPy never writes here.
  mutating func quoted() throws -> String {
    let quote: UInt8
    if skip("'") {
      quote = UInt8(ascii: "'")
    } else if skip("\"") {
      quote = UInt8(ascii: "\"")
    } else {
      throw malformed("a quoted name is missing")
    }
    let start = position
    while position < bytes.count, bytes[position] != quote { position += 1 }
    guard position < bytes.count else { throw malformed("a quoted name does not end") }
    position += 1
    return String(decoding: bytes[start..<position - 1], as: UTF8.self)
  }

  mutating func value() throws -> Value {
    if word("True") { return .bool(true) }
    if word("False") { return .bool(false) }
    if skip("(") { return .tuple(try integers()) }
    if skip("[") {
      throw FerryError(
        .invalidArray, "an array of records cannot be read", hint: "save each field as an array of its own")
    }
    return .string(try quoted())
  }

  private mutating func word(_ text: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  /// Integers separated by commas up to a closing parenthesis. Python 2 wrote an L behind long ones.
  private mutating func integers() throws -> [Int] {
    var numbers: [Int] = []
    while !skip(")") {
      let start = position
      while position < bytes.count, (0x30...0x39).contains(bytes[position]) || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      guard let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        throw malformed("a dimension is no integer")
      }
      _ = skip("L")
      numbers.append(number)
      guard skip(",") else {
        try expect(")")
        break
      }
    }
    return numbers
  }

  private func malformed(_ reason: String) -> FerryError {
    FerryError(.invalidArray, "the NumPy header is malformed: \(reason)")
  }
}

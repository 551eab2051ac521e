import FerryTensor

/// The payload of a record, read from its beginning to its end.
struct HelperRecord {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte() throws -> UInt8 { try next(1).first ?? 0 }

  mutating func flag() throws -> Bool {
    let value = try byte()
    guard value <= 1 else { throw HelperFailure.malformed("a truth value is \(value)") }
    return value == 1
  }

  mutating func shortNumber() throws -> Int { Int(try integer(UInt32.self)) }

  mutating func number() throws -> Int {
    guard let value = Int(exactly: try integer(UInt64.self)) else {
      throw HelperFailure.malformed("a number is negative")
    }
    return value
  }

  mutating func text(limit: Int) throws -> String {
    let count = try shortNumber()
    guard count <= limit else { throw HelperFailure.malformed("a text has \(count) bytes") }
    guard let text = String(validating: try next(count), as: UTF8.self) else {
      throw HelperFailure.malformed("a text is not UTF-8")
    }
    return text
  }

  func end() throws {
    guard position == bytes.count else { throw HelperFailure.malformed("a record is longer than its content") }
  }

  private mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    try next(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  private mutating func next(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw HelperFailure.malformed("a record is shorter than its content") }
    defer { position += count }
    return bytes[position..<position + count]
  }
}

/// Why what the other process sent is not used.
enum HelperFailure: Error, Equatable {
  /// It ended before it had sent everything.
  case ended
  case silent(seconds: Int)
  case malformed(String)
}

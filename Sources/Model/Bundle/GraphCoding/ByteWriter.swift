/// Appends the primitives of the binary blobs: little-endian numbers, and integers in as few bytes as they need.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ more: [UInt8]) { bytes += more }
  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func fixed<Number: FixedWidthInteger>(_ value: Number) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// 7 bits a byte, the lowest first; the high bit says that more follow (LEB128).
  mutating func unsigned(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A count or an index, which is never negative.
  mutating func count(_ value: Int) { unsigned(UInt64(value)) }

  /// 0, -1, 1, -2, … as 0, 1, 2, 3, …
  mutating func signed(_ value: Int) { unsigned(UInt64(bitPattern: Int64(value << 1 ^ value >> 63))) }

  mutating func string(_ value: String) {
    count(value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }
}

/// Strings that are written once and then named by their place.
struct StringTable {
  private(set) var strings: [String] = []
  private var places: [[UInt8]: Int] = [:]

  // Swift's own comparison takes canonically equivalent strings as equal; bytes tell them apart.
  mutating func place(of string: String) -> Int {
    let key = Array(string.utf8)
    if let known = places[key] { return known }
    places[key] = strings.count
    strings.append(string)
    return strings.count - 1
  }

  func write(to writer: inout ByteWriter) {
    writer.count(strings.count)
    for string in strings { writer.string(string) }
  }
}

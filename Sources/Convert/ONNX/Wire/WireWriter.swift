/// Writes the primitives of the protobuf wire format.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func append(_ range: UnsafeRawBufferPointer) { bytes.append(contentsOf: range) }

  /// Writes a length that is not known yet, as five bytes whatever its value.
  ///
  /// - Returns: the mark that `endMessage` takes.
  mutating func beginMessage() -> Int {
    bytes.append(contentsOf: [0x80, 0x80, 0x80, 0x80, 0])
    return bytes.count
  }

  /// Puts the number of bytes since `beginMessage` into the place that it kept.
  mutating func endMessage(_ mark: Int) {
    let length = bytes.count - mark
    precondition(length < 1 << 31, "the pre-scan bounds what it writes")
    for index in 0..<5 {
      let more: UInt8 = index < 4 ? 0x80 : 0
      bytes[mark - 5 + index] = UInt8(truncatingIfNeeded: length >> (7 * index)) & 0x7F | more
    }
  }
}

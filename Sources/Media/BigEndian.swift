/// Checked reads from untrusted bytes: nil beyond the end.
extension UnsafeRawBufferPointer {
  func byte(at offset: Int) -> UInt8? {
    offset >= 0 && offset < count ? self[offset] : nil
  }

  func integer16(at offset: Int, littleEndian: Bool = false) -> Int? {
    guard offset >= 0, count >= 2, offset <= count - 2 else { return nil }
    let (first, second) = (Int(self[offset]), Int(self[offset + 1]))
    return littleEndian ? second << 8 | first : first << 8 | second
  }

  func integer32(at offset: Int, littleEndian: Bool = false) -> Int? {
    guard offset >= 0, count >= 4, offset <= count - 4,
      let first = integer16(at: offset, littleEndian: littleEndian),
      let second = integer16(at: offset + 2, littleEndian: littleEndian)
    else { return nil }
    return littleEndian ? second << 16 | first : first << 16 | second
  }

  /// The bytes from `offset` on, `length` of them; nil if they do not lie inside.
  func part(from offset: Int, length: Int) -> UnsafeRawBufferPointer? {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
    return UnsafeRawBufferPointer(rebasing: self[offset..<offset + length])
  }
}

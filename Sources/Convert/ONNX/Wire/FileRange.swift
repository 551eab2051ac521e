/// Where a tensor's raw bytes stand in the mapped file, in the form in which the pre-scan puts it into the `raw_data`
/// field.
enum FileRange {
  static let encodedByteCount = 16

  static func encode(_ range: Range<Int>) -> [UInt8] {
    [range.lowerBound, range.upperBound].flatMap { bound in
      (0..<8).map { UInt8(truncatingIfNeeded: bound >> (8 * $0)) }
    }
  }

  /// - Returns: nil for bytes that `encode` did not write.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    guard bytes.count == encodedByteCount else { return nil }
    let lower = Int(littleEndian: bytes.loadUnaligned(as: Int.self))
    let upper = Int(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int.self))
    guard lower >= 0, lower <= upper else { return nil }
    return lower..<upper
  }
}

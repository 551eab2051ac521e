/// Base64 (RFC 4648, section 4).
enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for index in 0..<4 {
        text.append(index <= group.count ? digits[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// nil unless the text is what `encode` makes of some bytes.
  static func decode(_ text: String) -> [UInt8]? {
    let text = Array(text.utf8)
    guard text.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: 4) {
      var bits = 0
      var count = 0
      for index in 0..<4 {
        guard let digit = digits.firstIndex(of: text[start + index]) else { break }
        bits |= digit << (18 - 6 * index)
        count += 1
      }
      let padding = text[(start + count)..<(start + 4)]
      guard count >= 2, padding.isEmpty || start + 4 == text.count, padding.allSatisfy({ $0 == UInt8(ascii: "=") })
      else { return nil }
      for index in 0..<(count - 1) { bytes.append(UInt8(truncatingIfNeeded: bits >> (16 - 8 * index))) }
      // Bits behind the last byte are zero, so that every content has one text.
      guard bits & (1 << (8 * (4 - count)) - 1) == 0 else { return nil }
    }
    return bytes
  }
}

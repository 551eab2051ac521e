import Crypto

// The one file that knows where SHA-256 comes from.

/// The SHA-256 of some content.
package struct ContentDigest: Sendable, Hashable {
  /// 32 bytes.
  package let bytes: [UInt8]

  package init(of content: UnsafeRawBufferPointer) {
    var hash = ContentHash()
    hash.update(content)
    self = hash.digest()
  }

  package init(of content: [UInt8]) {
    self = content.withUnsafeBytes { ContentDigest(of: $0) }
  }

  fileprivate init(_ digest: SHA256.Digest) { bytes = Array(digest) }

  /// A digest that a file states.
  ///
  /// - Returns: nil unless there are 32 bytes.
  package init?(stated: [UInt8]) {
    guard stated.count == 32 else { return nil }
    bytes = stated
  }

  /// A digest written as 64 lowercase hexadecimal digits; nil for anything else.
  package init?(hexadecimal text: String) {
    guard text.utf8.count == 64 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    var high: UInt8?
    for character in text.utf8 {
      let digit: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    self.bytes = bytes
  }

  /// 64 lowercase hexadecimal digits.
  package var hexadecimal: String { FerryModel.hexadecimal(bytes) }
}

/// Content that is hashed piece by piece.
package struct ContentHash {
  private var hash = SHA256()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }
  package func digest() -> ContentDigest { ContentDigest(hash.finalize()) }
}

/// Bytes as two lowercase hexadecimal digits each.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// SHA-256 of a file's bytes, in hexadecimal.
package func sha256Hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String { ContentDigest(of: bytes).hexadecimal }

import Crypto

// The one file that knows where SHA-256 and Ed25519 come from.

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
    var text = text
    let bytes: [UInt8]? = text.withUTF8 { digits in
      guard digits.count == 64 else { return nil }
      var isValid = true
      let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
        for index in 0..<32 {
          let (high, low) = (Self.value(digits[2 * index]), Self.value(digits[2 * index + 1]))
          isValid = isValid && high < 16 && low < 16
          buffer[index] = high << 4 | low & 15
        }
        count = 32
      }
      return isValid ? bytes : nil
    }
    guard let bytes else { return nil }
    self.bytes = bytes
  }

  /// The value of a hexadecimal digit; 16 for anything else.
  private static func value(_ digit: UInt8) -> UInt8 {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: 16
    }
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

/// Signatures by Ed25519 (RFC 8032). Keys and signatures are their raw bytes: 32, 32 and 64.
enum Ed25519 {
  /// A new private key, from the system's source of randomness.
  static func newPrivateKey() -> [UInt8] { Array(Curve25519.Signing.PrivateKey().rawRepresentation) }

  /// The public key that belongs to a private one; nil unless that has 32 bytes.
  static func publicKey(of privateKey: [UInt8]) -> [UInt8]? {
    (try? Curve25519.Signing.PrivateKey(rawRepresentation: privateKey)).map { Array($0.publicKey.rawRepresentation) }
  }

  /// Signs a message; nil unless the key has 32 bytes.
  static func signature(of message: [UInt8], by privateKey: [UInt8]) -> [UInt8]? {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: privateKey),
      let signature = try? key.signature(for: message)
    else { return nil }
    return Array(signature)
  }

  /// Whether a signature is that of the message by the key. Bytes that are no key or no signature sign nothing.
  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}

import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files of keys.
enum KeyFile {
  static let sizeLimit = 1 << 16

  static func text(_ path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    guard file.byteCount <= sizeLimit else {
      throw FerryError(.invalidKey, "the file has \(file.byteCount) bytes, and a key has some hundred")
    }
    return file.withBytes { Array($0) }
  }

  /// Whether anything stands under the name, be it a link that leads nowhere.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }
}

/// A key in PEM (RFC 7468): PKCS #8 for a private one, SubjectPublicKeyInfo for a public one. For Ed25519 both are a
/// fixed beginning and the key's 32 bytes (RFC 8410).
struct PEMDocument {
  enum Kind: String {
    case privateKey = "PRIVATE KEY"
    case publicKey = "PUBLIC KEY"

    var words: String { self == .privateKey ? "a private key" : "a public key" }

    /// What stands before the key's bytes, in DER.
    var beginning: [UInt8] {
      switch self {
      case .privateKey:
        [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
      case .publicKey: [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
      }
    }
  }

  private let kind: Kind
  private let content: [UInt8]

  /// - Throws: `invalidKey` for anything but one document of that kind: what was found, and what to do.
  init(_ text: [UInt8], holding kind: Kind) throws {
    self.kind = kind
    let supported = "one PEM document: -----BEGIN \(kind.rawValue)----- and an Ed25519 key"
    guard let text = String(validating: text, as: UTF8.self) else {
      throw FerryError(.invalidKey, "the file is no text, where \(kind.words) is needed", supported: supported)
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(\.trimmed)
    let begins = lines.indices.filter { lines[$0].hasPrefix("-----BEGIN ") && lines[$0].hasSuffix("-----") }
    guard let begin = begins.first else {
      throw FerryError(.invalidKey, "the file holds no PEM document", supported: supported)
    }
    let label = String(lines[begin].dropFirst(11).dropLast(5))
    guard begins.count == 1 else {
      throw FerryError(.invalidKey, "the file holds \(begins.count) PEM documents", supported: supported)
    }
    guard label == kind.rawValue else { throw Self.wrongLabel(label, kind, supported) }
    guard let end = lines[(begin + 1)...].firstIndex(of: "-----END \(label)-----") else {
      throw FerryError(.invalidKey, "the line -----END \(label)----- is missing", supported: supported)
    }
    guard let content = Base64.decode(lines[(begin + 1)..<end].joined()) else {
      throw FerryError(.invalidKey, "what stands between BEGIN and END is no Base64", supported: supported)
    }
    self.content = content
  }

  /// The key's 32 bytes.
  ///
  /// - Throws: `invalidKey` for a key of another algorithm, or in another form.
  func key() throws -> [UInt8] {
    let beginning = kind.beginning
    if content.count == beginning.count + 32, content.starts(with: beginning) {
      return Array(content[beginning.count...])
    }
    let found = DERAlgorithm.name(in: content)
    throw FerryError(
      .invalidKey,
      found.map { "the file holds \(kind.words) for \($0)" }
        ?? "the \(content.count) bytes of the document are no Ed25519 key in its plain form",
      supported: "Ed25519",
      hint: "ferry sign --new-key FILE, or: openssl genpkey -algorithm ed25519 -out FILE")
  }

  static func text(_ kind: Kind, key: [UInt8]) -> String {
    """
    -----BEGIN \(kind.rawValue)-----
    \(Base64.encode(kind.beginning + key))
    -----END \(kind.rawValue)-----

    """
  }

  private static func wrongLabel(_ label: String, _ kind: Kind, _ supported: String) -> FerryError {
    let (found, hint): (String, String?) =
      switch label {
      case Kind.publicKey.rawValue: ("a public key", "the private key is in the file without .pub")
      case Kind.privateKey.rawValue:
        ("a private key", "give its public half: FILE.pub, or what openssl pkey -in FILE -pubout prints")
      case "ENCRYPTED PRIVATE KEY": ("a key under a passphrase", "openssl pkey -in FILE -out PLAIN takes it off")
      case "OPENSSH PRIVATE KEY":
        ("a key of OpenSSH", "make one for Ferry: ferry sign --new-key FILE")
      default: ("\"\(label)\"", nil)
      }
    return FerryError(
      .invalidKey, "the file holds \(found), where \(kind.words) is needed", supported: supported, hint: hint)
  }
}

/// Names the algorithm of a key that is not Ed25519's, for messages.
private enum DERAlgorithm {
  /// Object identifiers in DER, behind their length.
  private static let names: [(identifier: [UInt8], name: String)] = [
    ([0x03, 0x2B, 0x65, 0x6E], "X25519, which does not sign"), ([0x03, 0x2B, 0x65, 0x6F], "X448, which does not sign"),
    ([0x03, 0x2B, 0x65, 0x71], "Ed448"), ([0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01], "elliptic curves (EC)"),
    ([0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01], "RSA"),
  ]

  /// The name of the algorithm whose identifier stands near the beginning; nil for none that is known.
  static func name(in content: [UInt8]) -> String? {
    let start = content.prefix(40)
    return names.first { known in
      let wanted = [0x06] + known.identifier
      return start.indices.contains { start[$0...].starts(with: wanted) }
    }?.name
  }
}

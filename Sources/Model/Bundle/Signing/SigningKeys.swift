import FerryTensor

/// An Ed25519 key that signatures of bundles are checked with.
public struct PublicKey: Sendable, Hashable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// - Throws: `invalidKey` unless there are 32 bytes.
  public init(bytes: [UInt8]) throws {
    guard bytes.count == 32 else {
      throw FerryError(.invalidKey, "an Ed25519 public key has 32 bytes, and here are \(bytes.count)")
    }
    self.bytes = bytes
  }

  init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// Reads a PEM file (`-----BEGIN PUBLIC KEY-----`, as `ferry sign --new-key` and OpenSSL write it).
  ///
  /// - Throws: `invalidKey`, or what opening the file throws.
  public init(contentsOf path: String) throws {
    self = try located(.init(file: path)) { try PublicKey(pem: KeyFile.text(path)) }
  }

  /// - Throws: `invalidKey`.
  public init(pem text: [UInt8]) throws {
    bytes = try PEMDocument(text, holding: .publicKey).key()
  }

  /// As `init(contentsOf:)` reads it.
  public var pem: String { PEMDocument.text(.publicKey, key: bytes) }

  /// 64 lowercase hexadecimal digits.
  public var hexadecimal: String { FerryModel.hexadecimal(bytes) }

  /// The first 16 of the 64 hexadecimal digits: what people are shown.
  public var description: String { String(hexadecimal.prefix(16)) }
}

/// An Ed25519 key that signs bundles. Whoever has it can: keep it where only its owner reads it.
public struct PrivateKey: Sendable {
  private let bytes: [UInt8]
  /// What others check this key's signatures with.
  public let publicKey: PublicKey

  /// A new key, from the system's source of randomness.
  public init() { self.init(bytes: Ed25519.newPrivateKey()) }

  private init(bytes: [UInt8]) {
    guard let known = Ed25519.publicKey(of: bytes) else { preconditionFailure("a private key has 32 bytes") }
    self.bytes = bytes
    publicKey = PublicKey(unchecked: known)
  }

  /// Reads a PEM file (`-----BEGIN PRIVATE KEY-----`, as `ferry sign --new-key` and
  /// `openssl genpkey -algorithm ed25519` write it).
  ///
  /// - Throws: `invalidKey`, or what opening the file throws.
  public init(contentsOf path: String) throws {
    self = try located(.init(file: path)) { try PrivateKey(pem: KeyFile.text(path)) }
  }

  /// - Throws: `invalidKey`.
  public init(pem text: [UInt8]) throws {
    self.init(bytes: try PEMDocument(text, holding: .privateKey).key())
  }

  /// Writes the key as PEM, readable by its owner alone, and its public half beside it under the same name with `.pub`.
  ///
  /// - Throws: `fileUnwritable`, also where one of the two files is already there: a key is never replaced.
  public func write(to path: String) throws {
    let publicPath = path + ".pub"
    for path in [path, publicPath] where KeyFile.exists(path) {
      throw FerryError(
        .fileUnwritable, "a file is already there, and a key is never replaced", at: .init(file: path),
        hint: "name another file")
    }
    var file = try AtomicFile(path: path, isPrivate: true)
    try file.write(Array(PEMDocument.text(.privateKey, key: bytes).utf8))
    try file.commit()
    file = try AtomicFile(path: publicPath)
    try file.write(Array(publicKey.pem.utf8))
    try file.commit()
  }

  /// The signature of a message, 64 bytes. The same message gets the same signature.
  func signature(of message: [UInt8]) throws -> [UInt8] {
    guard let signature = Ed25519.signature(of: message, by: bytes), signature.count == 64 else {
      throw FerryError(.internalDefect, "a key of \(bytes.count) bytes does not sign")
    }
    return signature
  }
}

import FerryModel
import FerryTensor
import Foundation
import Testing

@Suite("Keys that sign bundles") struct SigningKeyTests {
  /// Made by `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout`.
  static let privateText = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIGXCPgoB8wb5tZMmHqGpMq9HQdXqJGNEsmwj9lx0dTVZ
    -----END PRIVATE KEY-----

    """
  static let publicText = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAuMU/rcE+Zo9WlTGznky4LKHJKNxHkZhKCYouZYfPu9g=
    -----END PUBLIC KEY-----

    """

  private func refused(_ text: String) throws -> FerryError {
    let error = try #require(try refusal { _ = try PrivateKey(pem: Array(text.utf8)) })
    #expect(error.code == .invalidKey)
    return error
  }

  @Test func openSSLsKeysAreRead() throws {
    let key = try PrivateKey(pem: Array(Self.privateText.utf8))
    #expect(key.publicKey == (try PublicKey(pem: Array(Self.publicText.utf8))))
    #expect(key.publicKey.hexadecimal == "b8c53fadc13e668f569531b39e4cb82ca1c928dc4791984a098a2e6587cfbbd8")
    #expect(key.publicKey.description == "b8c53fadc13e668f")
    #expect(key.publicKey.pem == Self.publicText)
    // With the words that OpenSSL may put in front, and line ends of Windows.
    let dressed = "Ed25519 Private-Key:\n" + Self.privateText.replacing("\n", with: "\r\n")
    #expect(try PrivateKey(pem: Array(dressed.utf8)).publicKey == key.publicKey)
  }

  @Test func aNewKeyIsItsOwnersAlone() throws {
    let folder = try TemporaryFolder()
    let key = PrivateKey()
    #expect(key.publicKey != PrivateKey().publicKey)
    try key.write(to: folder.path("k.pem"))
    #expect(folder.names == ["k.pem", "k.pem.pub"])
    #expect(try PrivateKey(contentsOf: folder.path("k.pem")).publicKey == key.publicKey)
    #expect(try PublicKey(contentsOf: folder.path("k.pem.pub")) == key.publicKey)
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path("k.pem"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    // Neither half is ever replaced.
    for name in ["k.pem", "k.pem.pub"] {
      try FileManager.default.removeItem(atPath: folder.path(name))
      let error = try #require(try refusal { try PrivateKey().write(to: folder.path("k.pem")) })
      #expect(error.code == .fileUnwritable)
      #expect(folder.names.count == 1)
      try key.write(to: folder.path("again.pem"))
      try FileManager.default.moveItem(atPath: folder.path("again.pem\(name.dropFirst(5))"), toPath: folder.path(name))
      try FileManager.default.removeItem(
        atPath: folder.path(name == "k.pem" ? "again.pem.pub" : "again.pem"))
    }
  }

  @Test func whatIsNoKeySaysWhatItIs() throws {
    #expect(try refused(Self.publicText).message == "the file holds a public key, where a private key is needed")
    let swapped = try #require(try refusal { _ = try PublicKey(pem: Array(Self.privateText.utf8)) })
    #expect(swapped.message == "the file holds a private key, where a public key is needed")
    #expect(swapped.hint?.contains("openssl pkey -in FILE -pubout") == true)
    #expect(
      try refused(Self.privateText.replacing("PRIVATE", with: "ENCRYPTED PRIVATE")).message
        == "the file holds a key under a passphrase, where a private key is needed")
    #expect(
      try refused(Self.privateText.replacing("PRIVATE", with: "OPENSSH PRIVATE")).message
        == "the file holds a key of OpenSSH, where a private key is needed")
    #expect(try refused("hello\n").message == "the file holds no PEM document")
    #expect(try refused(Self.privateText + Self.privateText).message == "the file holds 2 PEM documents")
    let cut = try refused(String(Self.privateText.dropLast(5)))
    #expect(cut.message == "the line -----END PRIVATE KEY----- is missing")
    #expect(
      try refused(Self.privateText.replacing("dTVZ", with: "d!VZ")).message
        == "what stands between BEGIN and END is no Base64")
    // X25519 differs from Ed25519 in one byte of the algorithm's name.
    let exchange = try refused(Self.privateText.replacing("K2Vw", with: "K2Vu"))
    #expect(exchange.message == "the file holds a private key for X25519, which does not sign")
    #expect(exchange.supported == "Ed25519")
    #expect(
      try refused(Self.privateText.replacing("dTVZ", with: "")).message
        == "the 45 bytes of the document are no Ed25519 key in its plain form")
    #expect(try refusal { _ = try PrivateKey(pem: [0xFF, 0xFE]) }?.message.hasPrefix("the file is no text") == true)
    #expect(try refusal { _ = try PublicKey(bytes: [1, 2]) }?.code == .invalidKey)
    let folder = try TemporaryFolder()
    #expect(try refusal { _ = try PublicKey(contentsOf: folder.path("none")) }?.code == .fileNotFound)
    let large = try folder.write([UInt8](repeating: 0x20, count: 1 << 16 + 1), as: "large.pem")
    #expect(try refusal { _ = try PublicKey(contentsOf: large) }?.message.hasPrefix("the file has 65537 bytes") == true)
  }
}

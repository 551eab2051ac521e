import FerryTensor

/// Signs bundles.
public enum BundleSigner {
  /// Writes a bundle with the same contents and a signature by this key; what else has signed it stays. A signature of
  /// the same key is replaced. The whole bundle is read before, so that nothing damaged is signed.
  ///
  /// - Parameter path: may be the bundle's own: the file appears whole or not at all.
  /// - Returns: all signatures that the new file holds.
  /// - Throws: `damagedBundle`, `unsupportedVersion` for another version of the signature block, `fileUnwritable`;
  ///   `unsupportedModel` for more signatures than a bundle holds.
  @discardableResult
  public static func sign(_ bundle: Bundle, with key: PrivateKey, to path: String) throws -> [BundleSignature] {
    try bundle.verifyBlobs()
    guard let digest = ContentDigest(hexadecimal: bundle.manifestDigest) else {
      throw FerryError(.internalDefect, "\"\(bundle.manifestDigest)\" is no digest")
    }
    var block = try bundle.signatureBlock() ?? SignatureBlock()
    block.set(
      .init(
        algorithm: SignatureBlock.ed25519, key: key.publicKey.bytes, signature: try signature(of: digest, by: key)))
    let text = block.encoded()
    guard text.count <= Header.signatureLimit else {
      throw FerryError(
        .unsupportedModel, "\(block.entries.count) signatures take \(text.count) bytes", at: .init(file: bundle.path),
        supported: "up to \(Header.signatureLimit)")
    }
    try bundle.file.withBytes { bytes in
      // The contents end where the signature block begins or the file ends.
      let end = bundle.signatureRange.isEmpty ? bytes.count : bundle.signatureRange.lowerBound
      var header = try Header(of: bytes, manifestLimit: bytes.count)
      header.signatureOffset = end
      header.signatureLength = text.count
      header.fileLength = end + text.count
      var file = try AtomicFile(path: path)
      try file.write(header.encoded())
      try file.write(UnsafeRawBufferPointer(rebasing: bytes[Header.byteCount..<end]))
      try file.write(text)
      try file.commit()
    }
    let message = SignatureBlock.message(manifest: digest)
    return block.entries.map { BundleSignature($0, message: message) }
  }

  /// A key's signature of a bundle whose manifest has this digest: 64 bytes, the same each time.
  package static func signature(of manifest: ContentDigest, by key: PrivateKey) throws -> [UInt8] {
    try key.signature(of: SignatureBlock.message(manifest: manifest))
  }
}

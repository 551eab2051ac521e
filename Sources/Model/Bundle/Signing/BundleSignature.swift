import FerryTensor

/// A signature that stands in a bundle.
public struct BundleSignature: Sendable, Equatable {
  /// The key that it names; nil for an algorithm that this version does not know.
  public let key: PublicKey?
  /// Ed25519 is 1.
  public let algorithm: Int
  /// Whether it is that key's signature of this bundle. One by an unknown algorithm is not.
  public let isValid: Bool

  init(_ entry: SignatureBlock.Entry, message: [UInt8]) {
    algorithm = Int(entry.algorithm)
    guard entry.algorithm == SignatureBlock.ed25519 else {
      key = nil
      isValid = false
      return
    }
    key = PublicKey(unchecked: entry.key)
    isValid = Ed25519.isValid(entry.signature, of: message, by: entry.key)
  }
}

/// Which bundles may be opened.
public enum SignaturePolicy: Sendable {
  /// Any: signatures are not looked at.
  case any
  /// Those that one of these keys has signed. No content of such a bundle is used before its digest has been found
  /// right: that of a graph, text or golden whenever it is read, those of all weights of a model, once, when its graph
  /// is (`StoredModel.graph`, which every `Model` begins with), that of a single tensor when it is asked for.
  case signedBy([PublicKey])

  var checksContent: Bool { if case .any = self { false } else { true } }

  /// - Parameters:
  ///   - block: nil without one.
  ///   - manifest: the digest that the manifest's bytes have been found to have.
  /// - Throws: `untrustedBundle`.
  func check(_ block: SignatureBlock?, manifest: ContentDigest) throws {
    guard case .signedBy(let keys) = self else { return }
    let message = SignatureBlock.message(manifest: manifest)
    let signatures = (block?.entries ?? []).map { BundleSignature($0, message: message) }
    let trusted = signatures.filter { signature in signature.key.map(keys.contains) ?? false }
    if trusted.contains(where: \.isValid) { return }
    let wanted = keys.isEmpty ? "none: no key was given" : keys.map(\.description).joined(separator: ", ")
    guard block != nil else {
      throw FerryError(.untrustedBundle, "the bundle is not signed", supported: "signed by \(wanted)")
    }
    if let key = trusted.first?.key {
      throw FerryError(
        .untrustedBundle, "the signature of \(key) is not of this bundle's contents", supported: "signed by \(wanted)",
        hint: "the bundle was changed after it was signed, or the signature taken from another one")
    }
    let others = signatures.compactMap(\.key).map(\.description)
    throw FerryError(
      .untrustedBundle,
      others.isEmpty
        ? "the bundle has only signatures by algorithms that this version of Ferry does not know"
        : "the bundle is signed by \(others.joined(separator: ", "))",
      supported: "signed by \(wanted)")
  }
}

extension Bundle {
  /// The signatures that stand in the bundle, in its order; empty if there are none.
  ///
  /// - Throws: `damagedBundle`, `unsupportedVersion` for another version of the signature block.
  public func signatures() throws -> [BundleSignature] {
    guard let digest = ContentDigest(hexadecimal: manifestDigest) else { return [] }
    let message = SignatureBlock.message(manifest: digest)
    return try signatureBlock()?.entries.map { BundleSignature($0, message: message) } ?? []
  }

  func signatureBlock() throws -> SignatureBlock? {
    try located(.init(file: path)) { try Self.signatureBlock(of: file, signatureRange) }
  }

  /// - Parameter range: where it stands in the file; empty if there is none.
  static func signatureBlock(of file: MappedFile, _ range: Range<Int>) throws -> SignatureBlock? {
    guard !range.isEmpty else { return nil }
    return try file.withBytes {
      try SignatureBlock(reading: UnsafeRawBufferPointer(rebasing: $0[range]), at: range.lowerBound)
    }
  }
}

import ArgumentParser
import FerryModel
import FerryTensor

/// `--public-key`: only signed bundles are opened.
struct SignatureOptions: ParsableArguments {
  @Option(
    name: .customLong("public-key"),
    help: ArgumentHelp(
      "Refuse the bundle unless this key has signed it, and check its contents before they are used. Given again: "
        + "any of the keys.", valueName: "file"),
    completion: .file(extensions: ["pub", "pem"]))
  var publicKeys: [String] = []

  var isGiven: Bool { !publicKeys.isEmpty }

  func policy() throws -> SignaturePolicy {
    publicKeys.isEmpty ? .any : .signedBy(try publicKeys.map { try PublicKey(contentsOf: $0) })
  }
}

/// Signatures in words.
enum SignatureText {
  static func text(_ signatures: [BundleSignature]) -> String {
    signatures.isEmpty ? "not signed" : signatures.map(text).joined(separator: ", ")
  }

  static func json(_ signatures: [BundleSignature]) -> JSONValue {
    .array(
      signatures.map { signature in
        [
          "algorithm": signature.key == nil ? .number(Double(signature.algorithm)) : "ed25519",
          "key": signature.key.map { .string($0.hexadecimal) } ?? .null, "valid": .bool(signature.isValid),
        ]
      })
  }

  /// The signatures of a bundle that is being verified.
  ///
  /// - Throws: `untrustedBundle` if one is not what it says, whoever's it is.
  static func checked(_ bundle: ModelBundle) throws -> [BundleSignature] {
    let signatures = try bundle.signatures()
    for signature in signatures where !signature.isValid {
      guard let key = signature.key else { continue }
      throw FerryError(
        .untrustedBundle, "the signature of \(key) is not of this bundle's contents", at: .init(file: bundle.path),
        hint: "the bundle was changed after it was signed, or the signature taken from another one")
    }
    return signatures
  }

  private static func text(_ signature: BundleSignature) -> String {
    guard let key = signature.key else { return "signed by an unknown algorithm (\(signature.algorithm))" }
    return signature.isValid ? "signed by \(key)" : "with a WRONG signature of \(key)"
  }
}

import FerryModel
import FerryTensor
import Testing

@Suite("Signed bundles") struct SigningTests {
  let folder: TemporaryFolder
  let path: String
  let key: PrivateKey
  let other = PrivateKey()

  init() throws {
    folder = try TemporaryFolder()
    path = try BundleFixture.small(in: folder)
    key = try PrivateKey(pem: Array(SigningKeyTests.privateText.utf8))
  }

  private func sign(_ path: String, with key: PrivateKey, as name: String) throws -> String {
    let target = folder.path(name)
    try BundleSigner.sign(try Bundle(contentsOf: path), with: key, to: target)
    return target
  }

  private func open(_ path: String, _ keys: PrivateKey...) throws -> Bundle {
    try Bundle(contentsOf: path, requiring: .signedBy(keys.map(\.publicKey)))
  }

  /// The error of opening a bundle, or of reading the graph of its first model.
  private func refused(_ path: String, _ keys: PrivateKey...) throws -> FerryError {
    try #require(
      try refusal {
        let bundle = try Bundle(contentsOf: path, requiring: .signedBy(keys.map(\.publicKey)))
        _ = try bundle.storedModels[0].graph(sourceNames: false)
      })
  }

  @Test func theBytesAreThoseOfTheFormat() throws {
    let signed = try TemporaryFolder.bytes(of: try sign(path, with: key, as: "s.ferry"))
    let plain = try TemporaryFolder.bytes(of: path)
    #expect(signed.count == plain.count + 120)
    #expect(signed[128..<plain.count] == plain[128...])
    let digest = Array(plain[40..<72])
    #expect(Array(signed[40..<72]) == digest)
    #expect(SealedBundle.number(signed, 16) == UInt64(signed.count))
    #expect(SealedBundle.number(signed, 72) == UInt64(plain.count))
    #expect(SealedBundle.number(signed, 80) == 120)
    let block = Array(signed[plain.count...])
    #expect(Array(block[..<16]) == Array("FERRYSIG".utf8) + [1, 0, 0, 0, 1, 0, 0, 0])
    #expect(Array(block[16..<24]) == [1, 0, 32, 0, 64, 0, 0, 0])
    #expect(Array(block[24..<56]) == key.publicKey.bytes)
  }

  /// `openssl pkeyutl -sign -rawin` of "ferry bundle v1", a zero byte and 32 bytes gave these numbers.
  @Test func openSSLMakesTheSameSignature() throws {
    let digest = try #require(ContentDigest(stated: Array("00000000000000000000000000000007".utf8)))
    #expect(
      hexadecimal(try BundleSigner.signature(of: digest, by: key))
        == "e68b73e2ab2d74555901e8020a59bddce48fd6dfd389efca217c7514245c49da"
        + "8a2853919229bf471af0761d7c55d80f25b14ceafb9f697a07778086475d5809")
  }

  @Test func whoSignedMayBeAskedFor() throws {
    let signed = try sign(path, with: key, as: "s.ferry")
    let bundle = try open(signed, other, key)
    #expect(bundle.isSigned)
    #expect(try bundle.signatures().map(\.key) == [key.publicKey])
    #expect(try bundle.signatures().map(\.isValid) == [true])
    #expect(try bundle.storedModels[0].graph().weights.count == 2)
    #expect(try bundle.storedModels[0].tensor(named: "w").shape.dimensions == [1, 2])
    try bundle.verifyBlobs()
    let plain = try Bundle(contentsOf: path)
    #expect(!plain.isSigned)
    #expect(try plain.signatures().isEmpty)
    #expect(bundle.manifestDigest == plain.manifestDigest)
  }

  @Test func severalSign() throws {
    let first = try sign(path, with: key, as: "1.ferry")
    let second = try sign(first, with: other, as: "2.ferry")
    let bundle = try open(second, other)
    #expect(Set(try bundle.signatures().compactMap(\.key)) == [key.publicKey, other.publicKey])
    #expect(try bundle.signatures().allSatisfy(\.isValid))
    // The order of signing leaves no trace, and the same key's signature takes the place of its own.
    let swapped = try sign(try sign(path, with: other, as: "3.ferry"), with: key, as: "4.ferry")
    #expect(try TemporaryFolder.bytes(of: swapped) == TemporaryFolder.bytes(of: second))
    #expect(try TemporaryFolder.bytes(of: try sign(second, with: key, as: "5.ferry")).count == 120 + 104 + plainCount)
    // In its own place.
    try BundleSigner.sign(try Bundle(contentsOf: first), with: other, to: first)
    #expect(try TemporaryFolder.bytes(of: first) == TemporaryFolder.bytes(of: second))
  }

  private var plainCount: Int { get throws { try TemporaryFolder.bytes(of: path).count } }

  @Test func anotherKeysBundleIsRefused() throws {
    let signed = try sign(path, with: key, as: "s.ferry")
    let error = try refused(signed, other)
    #expect(error.code == .untrustedBundle)
    #expect(error.message == "the bundle is signed by b8c53fadc13e668f")
    #expect(error.supported == "signed by \(other.publicKey)")
    #expect(error.location.file == signed)
    #expect(try refused(signed).code == .untrustedBundle)
  }

  @Test func strippedSignaturesAreMissed() throws {
    var sealed = SealedBundle(try TemporaryFolder.bytes(of: path))
    sealed.signature = []
    let error = try refused(try folder.write(sealed.file), key)
    #expect(error.code == .untrustedBundle)
    #expect(error.message == "the bundle is not signed")
  }

  @Test func anotherBundlesSignatureDoesNotFit() throws {
    let signed = try TemporaryFolder.bytes(of: try sign(path, with: key, as: "s.ferry"))
    try BundleWriter.write(try BundleFixture.contents(in: folder), to: folder.path("large.ferry"))
    var large = SealedBundle(try TemporaryFolder.bytes(of: folder.path("large.ferry")))
    large.signature = Array(signed.suffix(120))
    let copied = try folder.write(large.file, as: "copied.ferry")
    let error = try refused(copied, key)
    #expect(error.code == .untrustedBundle)
    #expect(error.message == "the signature of b8c53fadc13e668f is not of this bundle's contents")
    #expect(try Bundle(contentsOf: copied).signatures().map(\.isValid) == [false])
  }

  /// A manifest that was changed and sealed again.
  @Test func aChangedManifestIsNotWhatWasSigned() throws {
    let signed = try TemporaryFolder.bytes(of: try sign(path, with: key, as: "s.ferry"))
    var sealed = SealedBundle(try TemporaryFolder.bytes(of: path))
    sealed.signature = Array(signed.suffix(120))
    sealed.text = sealed.text.replacing("\"name\":\"m\"", with: "\"name\":\"n\"")
    let changed = try folder.write(sealed.file)
    #expect(try Bundle(contentsOf: changed).storedModels[0].name == "n")
    #expect(try refused(changed, key).code == .untrustedBundle)
    // Not sealed again, the digest in the header finds it, and a digest of the header's alone is not the signed one.
    for index in [40, 71, 128, 300] {
      var flipped = signed
      flipped[index] ^= 1
      #expect(try refused(try folder.write(flipped), key).code == .damagedBundle, "\(index)")
    }
  }

  /// One bit of any byte of the contents: no graph, and so no model and no result.
  @Test func aChangedBitInTheContentsIsFound() throws {
    let signed = try TemporaryFolder.bytes(of: try sign(path, with: key, as: "s.ferry"))
    let sealed = SealedBundle(try TemporaryFolder.bytes(of: path))
    let start = try plainCount - sealed.area.count
    let weights = try Bundle(contentsOf: path).storedModels[0].tensors.map(\.digest)
    var (found, padded) = (0, 0)
    for index in 0..<(try sealed.blobCount) {
      let blob = try sealed.blob(index)
      guard weights.contains(blob.digest) else { continue }
      for place in [blob.range.lowerBound, blob.range.upperBound - 1] {
        var changed = signed
        changed[start + place] ^= 0x10
        let bundle = try folder.write(changed)
        let error = try refused(bundle, key)
        #expect(error.code == .damagedBundle)
        #expect(error.message.contains("does not have the digest that the manifest states"))
        #expect(error.location.tensor != nil)
        // The tensor by itself is refused as well, the other one is not.
        let model = try open(bundle, key).storedModels[0]
        #expect(model.tensors.count { (try? model.tensor(named: $0.name)) == nil } == 1)
        // Whoever asks for no signature gets what the file holds.
        _ = try Bundle(contentsOf: bundle).storedModels[0].graph()
        #expect(try refusal { try BundleSigner.sign(try Bundle(contentsOf: bundle), with: key, to: bundle) } != nil)
        found += 1
      }
      // No digest covers the padding, which must be zero.
      guard blob.range.upperBound % 64 != 0 else { continue }
      var changed = signed
      changed[start + blob.range.upperBound] ^= 0x10
      let error = try refused(try folder.write(changed), key)
      #expect(error.code == .damagedBundle)
      #expect(error.message == "a byte of the padding behind blob \(index) is not zero")
      padded += 1
    }
    #expect(found == 4)
    #expect(padded == 1)
  }

  @Test func blocksThatAreDamaged() throws {
    let signed = try TemporaryFolder.bytes(of: try sign(path, with: key, as: "s.ferry"))
    let two = try TemporaryFolder.bytes(of: try sign(folder.path("s.ferry"), with: other, as: "2.ferry")).suffix(224)
    func refused(_ block: [UInt8]) throws -> String {
      var sealed = SealedBundle(try TemporaryFolder.bytes(of: path))
      sealed.signature = block
      let changed = try folder.write(sealed.file)
      // Nobody asks for signatures: the block is passed over.
      let bundle = try Bundle(contentsOf: changed)
      let error = try #require(try refusal { _ = try bundle.signatures() })
      #expect([.damagedBundle, .unsupportedVersion].contains(error.code))
      #expect(error.location.file == changed)
      #expect(try self.refused(changed, key).code == error.code)
      #expect(try refusal { try BundleSigner.sign(bundle, with: key, to: folder.path("no.ferry")) } != nil)
      return error.message
    }
    let block = Array(signed.suffix(120))
    func changed(_ index: Int, _ value: UInt8) -> [UInt8] {
      var block = block
      block[index] = value
      return block
    }
    #expect(try refused(changed(0, 0)) == "the signature block does not begin as one does")
    #expect(try refused(Array(block[..<15])) == "the signature block does not begin as one does")
    #expect(try refused(changed(8, 2)) == "the signature block has version 2")
    #expect(try refused(changed(10, 1)) == "the signature block has reserved bytes that are not zero")
    #expect(try refused(changed(12, 0)) == "the signature block holds no signature")
    #expect(try refused(changed(12, 2)) == "the signature block ends before signature 1 of 2")
    #expect(try refused(changed(18, 31)) == "the signature block has an Ed25519 key of 31 and a signature of 64 bytes")
    #expect(
      try refused(changed(20, 65))
        == "the signature block has a key of 32 and a signature of 65 bytes where 96 are left")
    #expect(
      try refused(changed(23, 0xFF)).hasPrefix("the signature block has a key of 32 and a signature of 4278190144"))
    #expect(try refused(block + [0]) == "the signature block has 1 bytes behind its signatures")
    let entries = [Array(two.dropFirst(16).prefix(104)), Array(two.suffix(104))]
    let orders = "the signature block has signatures out of order, or two of one key"
    #expect(try refused(Array(two.prefix(16)) + entries[1] + entries[0]) == orders)
    #expect(try refused(Array(two.prefix(16)) + entries[0] + entries[0]) == orders)
  }

  /// Algorithms of later versions are carried over, and never count.
  @Test func unknownAlgorithms() throws {
    let signed = try TemporaryFolder.bytes(of: try sign(path, with: key, as: "s.ferry"))
    var sealed = SealedBundle(try TemporaryFolder.bytes(of: path))
    // The same key and signature, under another algorithm's number.
    let entry: [UInt8] = [7, 0] + signed.suffix(102)
    sealed.signature = Array("FERRYSIG".utf8) + [1, 0, 0, 0, 1, 0, 0, 0] + entry
    let path = try folder.write(sealed.file, as: "later.ferry")
    let error = try refused(path, key)
    #expect(error.code == .untrustedBundle)
    #expect(error.message == "the bundle has only signatures by algorithms that this version of Ferry does not know")
    let signatures = try Bundle(contentsOf: path).signatures()
    #expect(signatures.map(\.algorithm) == [7])
    #expect(signatures.map(\.isValid) == [false])
    #expect(signatures[0].key == nil)
    let both = try sign(path, with: key, as: "both.ferry")
    #expect(try open(both, key).signatures().map(\.algorithm) == [1, 7])
    #expect(Array(try TemporaryFolder.bytes(of: both).suffix(104)) == entry)
  }
}

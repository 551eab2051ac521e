import FerryModel
import FerryTensor
import Testing

@Suite("Headers that are refused")
struct HeaderRefusalTests {
  let folder: TemporaryFolder
  let path: String
  let bytes: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    path = try BundleFixture.small(in: folder)
    bytes = try TemporaryFolder.bytes(of: path)
  }

  func refused(_ change: (inout [UInt8]) -> Void) throws -> FerryError {
    var changed = bytes
    change(&changed)
    let path = try folder.write(changed)
    let error = try #require(try refusal { _ = try Bundle(contentsOf: path) })
    #expect(error.location.file == path)
    return error
  }

  func refused(_ offset: Int, _ value: UInt64) throws -> FerryError {
    try refused { $0.replaceSubrange(offset..<offset + 8, with: SealedBundle.bytes(value)) }
  }

  @Test func theUnchangedOneOpens() throws {
    #expect(SealedBundle(bytes).file == bytes)
    #expect(bytes.count % 64 == 0)
    try Bundle(contentsOf: path).verifyBlobs()
  }

  @Test func anotherMagic() throws {
    for index in 0..<8 {
      let error = try refused { $0[index] ^= 1 }
      #expect(error.code == .notABundle)
      #expect(error.message == "the file does not begin as a Ferry bundle does")
    }
  }

  @Test func everyTruncation() throws {
    for length in 0..<bytes.count {
      let path = try folder.write(Array(bytes[..<length]))
      let error = try #require(try refusal { _ = try Bundle(contentsOf: path) })
      #expect(error.code == (length < 8 ? .notABundle : .truncatedFile), "\(length)")
    }
    let error = try refused { $0.removeLast() }
    #expect(error.message == "the file has \(bytes.count - 1) of its \(bytes.count) bytes")
  }

  @Test func bytesBehindTheEnd() throws {
    let error = try refused { $0 += [0] }
    #expect(error.code == .damagedBundle)
    #expect(error.message == "1 bytes follow the bundle's end")
    #expect(error.location.byteOffset == bytes.count)
  }

  @Test func anotherMajorVersion() throws {
    for (major, hint) in [(UInt8(0), "convert the model again"), (2, "use a newer version of Ferry")] {
      let error = try refused { $0[8] = major }
      #expect(error.code == .unsupportedVersion)
      #expect(error.message == "the bundle has version \(major).0 of the format")
      #expect(error.supported == "1.x")
      #expect(error.hint == hint)
    }
  }

  @Test func aMinorVersionThatTheManifestDoesNotState() throws {
    let error = try refused { $0[10] = 1 }
    #expect(error.code == .damagedBundle)
    #expect(error.message == "the header states version 1.1 of the format, the manifest 1.0")
  }

  @Test func sizesThatCannotBe() throws {
    #expect(try refused { $0[12] = 64 }.message == "the header says that it has 64 bytes")
    #expect(try refused(16, .max).message == "the file length is 18446744073709551615, more than any file has")
    #expect(try refused(16, 1 << 59).code == .truncatedFile)
    #expect(try refused(24, 64).message == "the manifest begins at byte 64")
    #expect(try refused(24, .max).message == "the manifest's offset is 18446744073709551615, more than any file has")
    #expect(try refused(32, UInt64(bytes.count)).message == "the manifest of \(bytes.count) bytes leaves the file")
    #expect(try refused(32, 1 << 63).code == .damagedBundle)
    #expect(try refused(32, 0).message == "the manifest does not have the digest that the header states")
    let oversize = try refused(32, 16 << 20 + 1)
    #expect(oversize.code == .memoryBudget)
    #expect(oversize.message == "the manifest has 16777217 bytes")
    #expect(oversize.supported == "up to 16777216 bytes")
  }

  @Test func aManifestBeyondTheLimitThatTheCallerSets() throws {
    #expect(
      try refusal { _ = try Bundle(contentsOf: path, limits: BundleLimits(manifestByteCount: 10)) }?.code
        == .memoryBudget)
  }

  @Test func anotherDigest() throws {
    for index in 40..<72 { #expect(try refused { $0[index] ^= 0x10 }.code == .damagedBundle) }
  }

  @Test func reservedBytes() throws {
    for index in 88..<128 {
      let error = try refused { $0[index] = 1 }
      #expect(error.message == "a reserved byte of the header is not zero")
      #expect(error.location.byteOffset == index)
    }
  }

  @Test func signatures() throws {
    var sealed = SealedBundle(bytes)
    sealed.signature = Array("signed".utf8)
    let signed = sealed.file
    let bundle = try Bundle(contentsOf: try folder.write(signed))
    #expect(bundle.isSigned)
    #expect(bundle.manifestDigest == (try Bundle(contentsOf: path)).manifestDigest)
    try bundle.verifyBlobs()
    func refused(_ offset: Int, _ value: UInt64) throws -> String {
      var changed = signed
      changed.replaceSubrange(offset..<offset + 8, with: SealedBundle.bytes(value))
      return try #require(try refusal { _ = try Bundle(contentsOf: try folder.write(changed)) }).message
    }
    #expect(try refused(72, 0) == "the signature's offset is 0")
    #expect(try refused(72, UInt64(bytes.count) - 1) == "the signature's offset is \(bytes.count - 1)")
    #expect(try refused(72, UInt64(bytes.count) + 64) == "the signature of 6 bytes does not end the file")
    #expect(try refused(72, UInt64(bytes.count) - 64) == "the signature of 6 bytes does not end the file")
    #expect(try refused(80, 0) == "the signature of 0 bytes does not end the file")
    #expect(try refused(80, 7) == "the signature of 7 bytes does not end the file")
    sealed.signature = [UInt8](repeating: 1, count: 1 << 16 + 1)
    let long = try folder.write(sealed.file)
    #expect(throws: FerryError.self) { try Bundle(contentsOf: long) }
  }

  @Test func whatIsNoFile() throws {
    #expect(try refusal { _ = try Bundle(contentsOf: folder.path("none.ferry")) }?.code == .fileNotFound)
    #expect(try refusal { _ = try Bundle(contentsOf: folder.path) }?.code == .fileUnreadable)
  }
}

import FerryModel
import FerryTensor
import Testing

@Suite("Manifests that are refused")
struct ManifestRefusalTests {
  let folder: TemporaryFolder
  let sealed: SealedBundle

  init() throws {
    folder = try TemporaryFolder()
    try BundleWriter.write(try BundleFixture.contents(in: folder), to: folder.path("a.ferry"))
    sealed = SealedBundle(try TemporaryFolder.bytes(of: folder.path("a.ferry")))
  }

  /// The error of opening the bundle with `old`, which must occur, replaced in its manifest, sealed again.
  func refused(_ old: String, _ new: String, all: Bool = false) throws -> FerryError {
    var changed = sealed
    try #require(changed.text.contains(old), "\(old)")
    changed.text = changed.text.replacing(old, with: new, maxReplacements: all ? .max : 1)
    return try refused(changed)
  }

  func refused(_ changed: SealedBundle) throws -> FerryError {
    let path = try folder.write(changed.file)
    let error = try #require(try refusal { _ = try Bundle(contentsOf: path) })
    #expect(error.location.file == path)
    return error
  }

  @Test func flippedBytesWithoutANewSeal() throws {
    let bytes = sealed.file
    for offset in stride(from: 128, to: 128 + sealed.manifest.count, by: 7) {
      var changed = bytes
      changed[offset] ^= 0x20
      let path = try folder.write(changed)
      let error = try #require(try refusal { _ = try Bundle(contentsOf: path) })
      #expect(error.code == .damagedBundle)
      #expect(error.message == "the manifest does not have the digest that the header states")
      #expect(error.location.byteOffset == 128)
    }
  }

  @Test(arguments: [
    ("{\"blobs\":", "{ \"blobs\":"), ("\"major\":1", "\"major\":1.0"), ("\"tiny\"", "\"\\u0074iny\""),
    ("\"major\":1,\"minor\":0", "\"minor\":0,\"major\":1"),
  ])
  func notCanonical(old: String, new: String) throws {
    let error = try refused(old, new)
    #expect(error.code == .damagedBundle)
    #expect(error.message == "the manifest is not in canonical form (RFC 8785)")
    #expect(error.location.byteOffset != nil)
  }

  @Test func notJSON() throws {
    let error = try refused("{\"blobs\":", "{blobs\":")
    #expect(error.code == .damagedBundle)
    #expect(error.message == "the manifest: invalid JSON: expected a key in quotes, found \"b\"")
    #expect(error.location.byteOffset == 129)
    #expect(
      try refused("\"pipeline\":null", "\"pipeline\":" + String(repeating: "[", count: 100)).code == .damagedBundle)
  }

  @Test(arguments: [
    ("\"pipeline\":null,", "", "\"pipeline\" is missing"),
    ("\"pipeline\":null", "\"pipeline\":null,\"pipelines\":null", "the key \"pipelines\" is unknown"),
    ("\"labels\":null", "\"labels\":-1", "\"models[1].labels\" is -1, where a number from 0 up is needed"),
    ("\"graph\":0", "\"graph\":99", "\"models[0].graph\" is 99, but there are 14 blobs"),
    ("\"graph\":0", "\"graph\":0.5", "\"models[0].graph\" is 0.5, where an integer is needed"),
    ("\"graph\":0", "\"graph\":\"0\"", "\"models[0].graph\" is a string, where an integer is needed"),
    ("\"name\":\"tiny-2\"", "\"name\":\"tiny\"", "two models of the bundle are called \"tiny\""),
    ("\"name\":\"tiny-2\"", "\"name\":\"\"", "a model has no name"),
    ("\"name\":\"stem.bias\"", "\"name\":\"stem.weight\"", "two tensors of model \"tiny\" are called \"stem.weight\""),
    ("\"name\":\"head/out\"", "\"name\":\"up/out\"", "two outputs of model \"tiny\" are called \"up/out\""),
    (
      "\"name\":\"image.npy\"", "\"name\":\"../image.npy\"",
      "a golden's file is called \"../image.npy\", which is no plain file name"
    ),
    (
      "\"shape\":[17,3,3,3]", "\"shape\":[17,3,3,4]",
      "float32 17×3×3×4 as panel16 takes 4608 bytes, its blob has 3456"
    ),
    ("\"shape\":[17,3,3,3]", "\"shape\":[17,3,27]", "float32 17×3×27 cannot have the layout panel16"),
    (
      "\"shape\":[17,3,3,3]", "\"shape\":[17,-3,3,3]",
      "\"models[0].tensors[0].shape[1]\" is -3, where a number from 0 up is needed"
    ),
    (
      "\"shape\":[17,3,3,3]", "\"shape\":[4294967296,4294967296,3,3]",
      "the shape [4294967296, 4294967296, 3, 3] is larger than any tensor"
    ),
    (
      "\"shape\":[17,3,3,3]", "\"shape\":[0,4294967296,4294967296,3]",
      "the shape [0, 4294967296, 4294967296, 3] is larger than any tensor"
    ),
    (
      "\"elementType\":\"float32\",\"layout\":\"panel16\"", "\"elementType\":\"float64\",\"layout\":\"panel16\"",
      "float64 17×3×3×3 cannot have the layout panel16"
    ),
    (
      "\"elementType\":\"float32\"", "\"elementType\":\"float8\"",
      "\"models[0].inputs[0].elementType\" is \"float8\", which this version of Ferry does not know"
    ),
  ])
  func members(old: String, new: String, message: String) throws {
    let error = try refused(old, new)
    #expect(error.code == .damagedBundle)
    #expect(error.message == message)
  }

  @Test func everyMemberIsNeededAndNoOtherIsKnown() throws {
    // Each object's first member, in canonical form the one that stands behind its brace.
    for key in ["blobs", "length", "major", "goldens", "elementType", "blob", "document", "name"] {
      #expect(try refused("{\"\(key)\":", "{\"\(key)_\":").code == .damagedBundle, "\(key)")
    }
  }

  @Test func anUnknownLayout() throws {
    let error = try refused("\"layout\":\"depthwise16\"", "\"layout\":\"depthwise32\"")
    #expect(error.code == .unsupportedLayout)
    #expect(
      error.message == "\"models[0].tensors[2].layout\" is \"depthwise32\", which this version of Ferry does not know")
    #expect(error.location.tensor == "depthwise.weight")
    #expect(error.supported == "rowMajor, panel16, tapPanel16, depthwise16")
    #expect(error.hint == "use a newer version of Ferry")
    #expect(try refused("\"channelsLast\"", "\"channelsMiddle\"").code == .unsupportedLayout)
  }

  @Test func aPipeline() throws {
    let error = try refused("\"pipeline\":null", "\"pipeline\":{}")
    #expect(error.code == .damagedBundle)
    #expect(error.message == "the bundle holds a pipeline, which format 1.0 does not have")
  }

  @Test func noModels() throws {
    var changed = sealed
    changed.area = []
    changed.text = """
      {"blobs":[],"format":{"major":1,"minor":0},"models":[],"pipeline":null,"producer":{"name":"x","version":"1"}}
      """
    #expect(try refused(changed).message == "the bundle holds no model")
  }

  @Test func aNewerMinorVersion() throws {
    var newer = sealed
    newer.minor = 7
    newer.text = newer.text.replacing("\"minor\":0", with: "\"minor\":7")
    newer.text = newer.text.replacing("\"pipeline\":null", with: "\"pipeline\":null,\"pipelines\":null")
    newer.text = newer.text.replacing("\"sourceNames\":", with: "\"recoverable\":null,\"sourceNames\":")
    let bundle = try Bundle(contentsOf: try folder.write(newer.file))
    #expect(bundle.version == BundleVersion(major: 1, minor: 7))
    #expect(try bundle.storedModels[0].graph().nodes.count == 7)
    newer.text = newer.text.replacing("\"layout\":\"panel16\"", with: "\"layout\":\"panel32\"")
    #expect(try refused(newer).code == .unsupportedLayout)
  }

  // Blobs

  @Test func placesOfBlobs() throws {
    let offset = "\"offset\":\(try sealed.blob(1).range.lowerBound),"
    let start = try sealed.blob(1).range.lowerBound
    func message(_ other: String) throws -> String {
      let error = try refused(offset, "\"offset\":\(other),")
      #expect(error.code == .damagedBundle)
      return error.message
    }
    #expect(try message("\(start + 4)") == "blob 1 at offset \(start + 4) does not begin at a multiple of 64")
    #expect(
      try message("\(start - 64)")
        == "blob 1 at offset \(start - 64) overlaps the blob before it, which ends at \(start)")
    #expect(try message("\(start + 64)") == "a hole of 64 bytes stands before blob 1 at offset \(start + 64)")
    #expect(try message("9007199254740928").hasPrefix("a hole of "))
    #expect(try message("9007199254740994") == "\"blobs[1].offset\" is 9007199254740994, where an integer is needed")
  }

  @Test func lengthsOfBlobs() throws {
    let (range, _) = try sealed.blob(1)
    let length = "\"length\":\(range.count),\"offset\":\(range.lowerBound)"
    func message(_ other: Int) throws -> String {
      try refused(length, "\"length\":\(other),\"offset\":\(range.lowerBound)").message
    }
    #expect(
      try message(sealed.area.count)
        == "blob 1 at offset \(range.lowerBound) with \(sealed.area.count) bytes leaves the file")
    #expect(
      try message(9_007_199_254_740_991)
        == "blob 1 at offset \(range.lowerBound) with 9007199254740991 bytes leaves the file")
    #expect(try message(range.count + 64).contains("overlaps the blob before it"))
    #expect(try message(range.count - 64).hasPrefix("a hole of 64 bytes"))
  }

  @Test func bytesBehindTheLastBlob() throws {
    var changed = sealed
    changed.area += [UInt8](repeating: 0, count: 64)
    #expect(try refused(changed).message == "64 bytes follow the last blob")
    changed.area.removeLast(65)
    #expect(try refused(changed).code == .damagedBundle)
  }

  @Test func aBlobThatNothingNames() throws {
    let error = try refused("\"labels\":", "\"labels\":null,\"name\":\"x\",\"was\":")
    #expect(error.code == .damagedBundle)
    var changed = sealed
    let labels = try #require(changed.text.firstMatch(of: /"labels":(\d+)/))
    changed.text = changed.text.replacing(labels.output.0, with: "\"labels\":null")
    #expect(try refused(changed).message == "nothing of the bundle names blob \(labels.output.1)")
  }

  @Test func theSameBlobTwice() throws {
    let (first, second) = (try sealed.blob(0).digest, try sealed.blob(1).digest)
    #expect(try refused(second, first).message.hasSuffix("stores what another blob stores"))
    #expect(
      try refused(second, second.uppercased()).message
        == "\"blobs[1].sha256\" is no SHA-256: 64 lowercase hexadecimal digits are needed")
    #expect(try refused(second, "00").code == .damagedBundle)
  }

  @Test func paddingThatIsNotZero() throws {
    // Behind the manifest it is found when the file is opened, behind a blob when the blobs are verified.
    var bytes = sealed.file
    let end = 128 + sealed.manifest.count
    try #require(end % 64 != 0)
    bytes[end] = 1
    let early = try #require(try refusal { _ = try Bundle(contentsOf: try folder.write(bytes)) })
    #expect(early.message == "a byte of the padding behind the manifest is not zero")
    #expect(early.location.byteOffset == end)

    var changed = sealed
    let blob = try #require(try (0..<changed.blobCount).first { try changed.blob($0).range.upperBound % 64 != 0 })
    changed.area[try changed.blob(blob).range.upperBound] = 1
    let bundle = try Bundle(contentsOf: try folder.write(changed.file))
    let late = try #require(try refusal { try bundle.verifyBlobs() })
    #expect(late.message == "a byte of the padding behind blob \(blob) is not zero")
    #expect(late.location.file == bundle.path)
  }

  @Test func aBlobWithAnotherDigest() throws {
    var changed = sealed
    let range = try changed.blob(1).range
    changed.area[range.lowerBound + 5] ^= 1
    let bundle = try Bundle(contentsOf: try folder.write(changed.file))
    // Opening does not read the weights; verifying does, and says which bytes are wrong.
    let error = try #require(try refusal { try bundle.verifyBlobs() })
    #expect(error.code == .damagedBundle)
    #expect(error.message == "blob 1 of \(range.count) bytes does not have the digest that the manifest states")
    let areaStart = changed.file.count - changed.area.count
    #expect(error.location == FerryError.Location(file: bundle.path, byteOffset: areaStart + range.lowerBound))
  }

  @Test func smallBlobsAreCheckedWhenTheyAreRead() throws {
    var changed = sealed
    for index in 0..<(try changed.blobCount) { changed.area[try changed.blob(index).range.lowerBound] ^= 1 }
    let model = try Bundle(contentsOf: try folder.write(changed.file)).storedModels[0]
    for read: () throws -> Void in [
      { _ = try model.graph() }, { _ = try model.provenance() }, { _ = try model.labels() },
      { _ = try model.goldens[0].document() }, { _ = try model.goldens[0].file(named: "image.npy") },
    ] {
      let error = try #require(try refusal(read))
      #expect(error.code == .damagedBundle)
      #expect(error.message.hasSuffix("does not have the digest that the manifest states"))
    }
  }
}

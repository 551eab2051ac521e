import FerryModel
import FerryPicture
import FerryTensor
import Foundation
import Testing

@Suite struct PackerTests {
  /// Two bundles of the fixture's network, and a recipe that packs them.
  private func packed(
    in folder: TemporaryFolder, first: String = "tiny", input: String = #""size": [8, 6], "range": "0-1""#,
    output: String = #""name": "head/out", "class": 1"#
  ) throws -> BundleContents {
    try BundleWriter.write(BundleFixture.contents(in: folder), to: folder.path("two.ferry"))
    let member = #"{ "model": "a", "input": { \#(input) }, "output": { \#(output) } }"#
    let text = """
      { "recipe": 1, "name": "r", "description": "for people", "label": "CAT",
        "models": { "a": { "bundle": "two.ferry", "model": "\(first)" },
          "b": { "bundle": "two.ferry", "model": "tiny" } },
        "frames": { "count": 4 },
        "members": [\(member), { "model": "b", "input": { "size": [8, 6], "range": "0-255", "color": "bgr" },
          "output": { "name": "head/out", "activation": "softmax", "class": 2 } }] }
      """
    return try Packer.contents(of: Recipe(contentsOf: folder.write(Array(text.utf8), as: "recipe.json")))
  }

  @Test func aPipelineComesBackAsItWas() throws {
    let folder = try TemporaryFolder()
    let contents = try packed(in: folder)
    let path = folder.path("packed.ferry")
    try BundleWriter.write(contents, to: path)
    let bundle = try ModelBundle(contentsOf: path)
    #expect(bundle.version == BundleVersion(major: 1, minor: 2))
    #expect(try bundle.pipelineDescription() == contents.pipeline)
    let pipeline = try #require(try bundle.pipelineDescription())
    #expect(pipeline.members[0].input.layout == .channelsFirst)
    #expect(pipeline.members[1].activation == .softmax)
    #expect(pipeline.note == "for people")
    #expect(bundle.storedModels.map(\.name) == ["a", "b"])
    try bundle.verifyBlobs()
  }

  @Test func modelsComeAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("packed.ferry")
    let contents = try packed(in: folder)
    try BundleWriter.write(contents, to: path)
    let (source, bundle) = (try ModelBundle(contentsOf: folder.path("two.ferry")), try ModelBundle(contentsOf: path))
    for (name, origin) in [("a", "tiny"), ("b", "tiny")] {
      let (copy, original) = (try bundle.storedModel(named: name), try source.storedModel(named: origin))
      #expect(copy.tensors.map(\.digest) == original.tensors.map(\.digest))
      #expect(copy.tensors.map(\.passes) == original.tensors.map(\.passes))
      #expect(try copy.graph().structureDigest() == original.graph().structureDigest())
      #expect(try copy.provenance() == original.provenance())
      #expect(try copy.labels() == original.labels())
      #expect(copy.goldens.map(\.name) == ["ramp"])
      #expect(
        storedBytes(of: try copy.goldens[0].file(named: "image.npy"))
          == storedBytes(of: try original.goldens[0].file(named: "image.npy")))
    }
    // Both models are one: everything but their names is stored once.
    let single = folder.path("single.ferry")
    let only = try BundleModel(source.storedModel(named: "tiny"))
    let size = try BundleWriter.write(BundleContents(models: [only]), to: single)
    #expect(bundle.byteCount - size < 8192)
    #expect(bundle.byteCount < 2 * size)
  }

  @Test func packingTwiceGivesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let contents = try packed(in: folder)
    try BundleWriter.write(contents, to: folder.path("1.ferry"))
    try BundleWriter.write(packed(in: folder), to: folder.path("2.ferry"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: folder.path("1.ferry")))
        == Data(contentsOf: URL(fileURLWithPath: folder.path("2.ferry"))))
  }

  @Test(arguments: [
    (#""name": "head/out", "class": 3"#,
      "members[0]: the output \"head/out\" of \"a\" has 3 numbers a picture, and number 3 is asked for"),
    (#""name": "head""#, "members[0]: the model \"a\" has no output \"head\""),
    (#""class": 0"#, "members[0]: the model \"a\" has 2 outputs"),
  ])
  func whatAModelDoesNotGiveIsRefused(_ output: String, _ message: String) throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: FerryError.self) { try packed(in: folder, output: output) }
    #expect(error.code == .invalidRecipe)
    #expect(error.message == message)
    #expect(error.location.file == folder.path("recipe.json"))
  }

  @Test func allThatDoesNotFitIsToldAtOnce() throws {
    let folder = try TemporaryFolder()
    try BundleWriter.write(BundleFixture.contents(in: folder), to: folder.path("two.ferry"))
    func member(_ model: String, _ size: String, _ index: Int) -> String {
      #"{ "model": "\#(model)", "input": { "size": \#(size), "range": "0-1" }, "#
        + #""output": { "name": "head/out", "class": \#(index) } }"#
    }
    let text = #"""
      { "recipe": 1, "name": "r",
        "models": { "a": { "bundle": "two.ferry", "model": "tiny" }, "gone": { "bundle": "gone.ferry" },
          "idle": { "bundle": "two.ferry", "model": "tiny" } },
        "members": [\#(member("a", "[8, 6]", 3)), \#(member("gone", "[8, 6]", 0)), \#(member("b", "[8, 6]", 0)),
          \#(member("a", "[8, 6]", 4))] }
      """#
    let recipe = try Recipe(contentsOf: folder.write(Array(text.utf8), as: "recipe.json"))
    let error = try #require(throws: FerryError.self) { try Packer.contents(of: recipe) }
    #expect(
      error.causes.map(\.message) == [
        "the pipeline runs a model \"b\", which \"models\" does not have", "the model \"idle\" is not used",
        "model \"gone\": there is no such file",
        "members[0]: the output \"head/out\" of \"a\" has 3 numbers a picture, and number 3 is asked for",
        "members[3]: the output \"head/out\" of \"a\" has 3 numbers a picture, and number 4 is asked for",
      ])
  }

  @Test func aModelThatIsNotThereIsNamed() throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: FerryError.self) { try packed(in: folder, first: "huge") }
    #expect(error.message == "the bundle has no model \"huge\"")
    #expect(error.supported == "tiny, tiny-2")
  }
}

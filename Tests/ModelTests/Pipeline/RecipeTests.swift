import FerryModel
import FerryPicture
import FerryTensor
import Foundation
import Testing

@Suite struct RecipeTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private func recipe(_ text: String, in folder: TemporaryFolder) throws -> Recipe {
    try Recipe(contentsOf: folder.write(Array(text.utf8), as: "recipe.json"))
  }

  private func refused(_ text: String) throws -> FerryError {
    let folder = try TemporaryFolder()
    return try #require(throws: FerryError.self) { try recipe(text, in: folder) }
  }

  /// A recipe of one member, and what is to stand beside it.
  private func text(
    _ more: String = "", member: String = #"{ "model": "m", "input": { "size": [8, 6], "range": "0-1" } }"#,
    models: String = #"{ "m": { "bundle": "m.ferry" } }"#
  ) -> String {
    #"{ "recipe": 1, "name": "r", "models": \#(models), "members": [\#(member)]\#(more.isEmpty ? "" : ", " + more) }"#
  }

  @Test(arguments: ["deepfake-seven", "deepfake-three"])
  func theShippedRecipesAreRead(_ name: String) throws {
    let recipe = try Recipe(contentsOf: "\(Self.root)/Examples/Recipes/\(name).json")
    #expect(recipe.pipeline.name == name)
    #expect(recipe.pipeline.frames == FrameSampling(count: 30, failedCrop: .nextFrame))
    #expect(recipe.pipeline.crop.outside == .numpy)
    #expect(recipe.pipeline.crop.resize == .init(width: 160, height: 160, method: .openCVLinear))
    #expect(recipe.pipeline.fallback == Fallback(score: 0.5, minimumFaces: 30))
    #expect(recipe.pipeline.blend == .geometric)
    #expect(recipe.pipeline.members.count == (name == "deepfake-seven" ? 7 : 3))
    #expect(recipe.sources.count == recipe.pipeline.members.count + 1)
    #expect(recipe.pipeline.members[0].input.mean == [0.485, 0.456, 0.406])
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    let pipeline = try recipe(text(), in: TemporaryFolder()).pipeline
    #expect(pipeline.label == "score")
    #expect(pipeline.frames == FrameSampling(count: 30, failedCrop: .nextFrame))
    #expect(pipeline.face == nil)
    #expect(pipeline.crop == FaceCrop(outside: .clamp, margin: 0, square: false, resize: nil))
    #expect(pipeline.members == [
      PipelineMember(model: "m", width: 8, height: 6, input: PictureInputDescription(range: .zeroToOne))
    ])
    #expect(pipeline.aggregation == .mean)
    #expect(pipeline.fallback == Fallback(score: 0.5, minimumFaces: 30))
  }

  @Test func bundlesLieBesideTheRecipe() throws {
    let folder = try TemporaryFolder()
    let models = #"{ "m": { "bundle": "a/m.ferry", "model": "x" }, "n": { "bundle": "/n.ferry" } }"#
    let member = #"{ "model": "m", "input": { "size": [8, 6], "range": "0-1" } }, "#
      + #"{ "model": "n", "input": { "size": [8, 6], "range": "0-1" } }"#
    let sources = try recipe(text(member: member, models: models), in: folder).sources
    #expect(
      sources == [
        .init(name: "m", bundle: folder.path("a/m.ferry"), model: "x"), .init(name: "n", bundle: "/n.ferry"),
      ])
  }

  @Test func anchorsAreReadFromTheirFile() throws {
    let folder = try TemporaryFolder()
    try Tensor([0.5, 0.5, 1, 1] as [Float], shape: [1, 4]).writeNpy(folder.path("a.npy"))
    let face = #""face": { "model": "m", "input": { "size": { "multipleOf": 32 }, "range": "0-255" }, "#
      + #""decoder": { "kind": "ssd", "boxes": "b", "scores": "s", "anchors": "a.npy" } }"#
    let found = try #require(try recipe(text(face), in: folder).pipeline.face)
    #expect(found.size == .multiple(of: 32, longest: nil))
    guard case .ssd(let ssd) = found.decoder else { return #expect(Bool(false), "\(found.decoder)") }
    #expect(ssd.anchors.numbers == [0.5, 0.5, 1, 1])
    #expect(ssd.variances == [0.1, 0.2])
    try Tensor([0.5, 0.5, 0, 1] as [Float], shape: [1, 4]).writeNpy(folder.path("a.npy"))
    let error = try #require(throws: FerryError.self) { try recipe(text(face), in: folder) }
    #expect(error.message == "the anchor 0 has 0.0 where a finite, positive number is needed")
  }

  @Test func allThatIsWrongIsToldAtOnce() throws {
    let error = try refused(
      text(
        #""frame": {}, "blend": "harmonic", "fallback": { "minimumFaces": 31 }"#,
        member: #"{ "model": "n", "input": { "size": [0, 6], "range": "0-2" } }"#))
    #expect(error.code == .invalidRecipe)
    #expect(
      error.causes.map(\.message) == [
        "the key \"frame\" is unknown", "\"members[0].input.size\" is [0, 6]", "\"blend\" is \"harmonic\"",
        "\"fallback.minimumFaces\" is 31",
      ])
    #expect(error.message == "4 things are wrong")
    // How many faces there can be is not known then.
    let count = try refused(text(#""frames": { "count": 0 }, "fallback": { "minimumFaces": 10 }"#))
    #expect(count.message == "\"frames.count\" is 0")
  }

  @Test(arguments: [
    (#"{}"#, "this is no recipe: \"recipe\": 1 is missing"),
    (#"{ "recipe": 2 }"#, "the recipe has version 2"),
    (#"[]"#, "the document is an array, where an object is needed"),
  ])
  func whatIsNoRecipeIsCalledSo(_ text: String, _ message: String) throws {
    let error = try refused(text)
    #expect(error.code == .invalidRecipe)
    #expect(error.message == message)
  }

  @Test(arguments: [
    (#""members": []"#, "\"members\" is empty"),
    (
      #""members": [{ "model": "m", "weight": 0, "input": { "size": [8, 6], "range": "0-1" } }]"#,
      "\"members[0].weight\" is 0.0"
    ),
    (
      #""members": [{ "model": "m", "input": { "size": [8, 6], "range": "0-1", "std": [1, 0, 1] } }]"#,
      "\"members[0].input.std\" holds 0.0"
    ),
    (
      #""members": [{ "model": "m", "input": { "size": [8, 6], "range": "0-1", "mean": [1, 0] } }]"#,
      "\"members[0].input.mean\" holds 2 numbers"
    ),
    (
      #""members": [{ "model": "m", "input": { "size": [8, 6], "range": "0-1", "pad": 1 } }]"#,
      "the key \"members[0].input.pad\" is unknown"
    ),
  ])
  func aMemberIsChecked(_ members: String, _ message: String) throws {
    let text = #"{ "recipe": 1, "name": "r", "models": { "m": { "bundle": "m.ferry" } }, \#(members) }"#
    let error = try refused(text)
    #expect(([error] + error.causes).map(\.message).contains(message), "\(error)")
  }

  @Test func aPictureHasNoMorePixelsThanPicturesMayHave() throws {
    let error = try refused(text(#""crop": { "resize": { "size": [16384, 16384] } }"#))
    #expect(error.message == "\"crop.resize.size\" is [16384, 16384]")
    #expect(error.supported == "at most 100000000 pixels in all")
  }

  @Test func aCropIsAPictureOfBytes() throws {
    let error = try refused(text(#""crop": { "resize": { "size": [9, 9], "method": "pytorch-bilinear" } }"#))
    #expect(error.message == "\"crop.resize.method\" gives numbers between bytes, and the crop is a picture")
    #expect(error.supported == "opencv-linear, pil-bilinear")
  }
}

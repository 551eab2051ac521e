import FerryModel
import FerryTensor
import Foundation
import Testing

@Suite("Writing bundles")
struct BundleWriterTests {
  let folder: TemporaryFolder
  var contents: BundleContents

  init() throws {
    folder = try TemporaryFolder()
    contents = try BundleFixture.contents(in: folder)
  }

  func refused(_ contents: BundleContents) throws -> FerryError {
    let before = folder.names
    let error = try #require(try refusal { try BundleWriter.write(contents, to: folder.path("a.ferry")) })
    #expect(folder.names == before)
    return error
  }

  @Test func interruptionLeavesWhatWasThere() throws {
    struct Interruption: Error {}
    let path = folder.path("a.ferry")
    try Data("before".utf8).write(to: URL(fileURLWithPath: path))
    let before = folder.names
    for blob in 1...10 {
      var written = 0
      #expect(throws: Interruption.self) {
        try BundleWriter.write(contents, to: path) { _, _ in
          written += 1
          // The half-written file is there, under another name.
          #expect(folder.names.count == before.count + 1)
          if written == blob { throw Interruption() }
        }
      }
      #expect(folder.names == before)
      #expect(try TemporaryFolder.bytes(of: path) == Array("before".utf8))
    }
    try BundleWriter.write(contents, to: path)
    #expect(folder.names == before)
    try ModelBundle(contentsOf: path).verifyBlobs()
  }

  @Test func progressReachesTheTotal() throws {
    var steps: [(Int, Int)] = []
    let count = try BundleWriter.write(contents, to: folder.path("a.ferry")) { steps.append(($0, $1)) }
    #expect(steps.count == 14)
    #expect(steps.allSatisfy { $0.1 == count })
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.0 < $1.0 })
    #expect(steps.last?.0 == count)
    #expect(try TemporaryFolder.bytes(of: folder.path("a.ferry")).count == count)
  }

  @Test func aFolderThatIsNotThere() throws {
    let error = try #require(try refusal { try BundleWriter.write(contents, to: folder.path("none/a.ferry")) })
    #expect(error.code == .fileUnwritable)
  }

  @Test mutating func weightsThatAreNotFloat32() throws {
    let id = try #require(contents.models[0].graph.weights.keys.min { $0.index < $1.index })
    contents.models[0].graph.weights[id] = Weight(
      tensor: try Tensor([Double](repeating: 1, count: 17 * 27), shape: [17, 3, 3, 3]), sources: [])
    let error = try refused(contents)
    #expect(error.code == .internalDefect)
    #expect(error.message == "a weight is written as float64")
    #expect(error.location.tensor == "stem.weight")
  }

  @Test mutating func graphsThatContradictThemselves() throws {
    contents.models[0].graph.nodes.removeLast()
    #expect(try refused(contents).code == .internalDefect)
  }

  @Test mutating func portsThatAreNotTheGraphs() throws {
    contents.models[0].inputs = contents.models[0].outputs
    #expect(try refused(contents).message == "a model's inputs or outputs are not its graph's")
  }

  @Test mutating func labelsBeyondTheLimit() throws {
    contents.models[0].labels = [String(repeating: "n", count: 16 << 20)]
    let error = try refused(contents)
    #expect(error.code == .unsupportedModel)
    #expect(error.message == "the labels would be 16777220 bytes of JSON")
  }

  /// Which no reader would take back.
  @Test mutating func sourceNamesBeyondTheLimit() throws {
    contents.models[0].graph.values[0].sourceNames.append(String(repeating: "n", count: 16 << 20))
    let error = try refused(contents)
    #expect(error.code == .unsupportedModel)
    #expect(error.message.hasPrefix("the source's names take 1677"), "\(error.message)")
  }

  @Test mutating func names() throws {
    contents.models[1].name = "tiny"
    #expect(try refused(contents).message == "two of a bundle's models are called \"tiny\"")
    contents.models[1].name = ""
    #expect(try refused(contents).message == "a bundle's models need names")
    contents.models[1].name = "other"
    contents.models[0].goldens.append(contents.models[0].goldens[0])
    #expect(try refused(contents).message == "two of a bundle's goldens are called \"ramp\"")
  }

  @Test(arguments: ["../a.npy", "/a.npy", "a//b.npy", "a\\b.npy", "c:b.npy", "./a.npy", "a/..", "a\n.npy", ""])
  func goldenFilesElsewhere(name: String) throws {
    var contents = contents
    contents.models[0].goldens[0].files[0].name = name
    let error = try refused(contents)
    #expect(error.code == .invalidGolden)
    #expect(error.message.hasPrefix("the golden \"ramp\" has an array in \""))
  }

  @Test mutating func goldenFilesInFolders() throws {
    contents.models[0].goldens[0].files[0].name = "layers/000.npy"
    try BundleWriter.write(contents, to: folder.path("a.ferry"))
    #expect(
      try ModelBundle(contentsOf: folder.path("a.ferry")).storedModels[0].goldens[0].fileNames == ["layers/000.npy"])
  }

  @Test mutating func aGoldenFileThatIsMissing() throws {
    contents.models[0].goldens[0].files[0] = .init(name: "image.npy", path: folder.path("none.npy"))
    #expect(try refused(contents).code == .fileNotFound)
  }

  @Test func aFileThatChangesWhileItIsRead() throws {
    let array = folder.path("image.npy")
    let before = folder.names
    let error = try #require(
      try refusal {
        try BundleWriter.write(contents, to: folder.path("a.ferry")) { _, _ in
          try Data("read by somebody else!".utf8).write(to: URL(fileURLWithPath: array))
        }
      })
    #expect(error.code == .fileUnreadable)
    #expect(error.message == "the model's files changed while they were read")
    #expect(error.location.file == array)
    #expect(folder.names == before)
  }
}

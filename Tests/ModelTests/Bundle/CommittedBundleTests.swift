import FerryModel
import FerryTensor
import Foundation
import Testing

/// `golden/bundle/version-1.ferry` is what version 1.0 wrote of the fixture. Every later version opens it.
///
/// It was made by this test with the environment variable FERRY_WRITE_VERSION_1 set; it must never be made anew.
@Suite("The committed bundle of version 1")
struct CommittedBundleTests {
  static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../golden/bundle").standardizedFileURL

  static var path: String { golden.appendingPathComponent("version-1.ferry").path }

  init() throws {
    guard ProcessInfo.processInfo.environment["FERRY_WRITE_VERSION_1"] != nil else { return }
    let folder = try TemporaryFolder()
    try BundleWriter.write(try BundleFixture.contents(in: folder), to: Self.path)
    withExtendedLifetime(folder) {}
  }

  @Test func opensAndGivesWhatWasWritten() throws {
    let bundle = try ModelBundle(contentsOf: Self.path)
    #expect(bundle.version == BundleVersion(major: 1, minor: 0))
    #expect(bundle.producer == BundleProducer(name: "ferry", version: "1.0 fixture"))
    try bundle.verifyBlobs()
    let folder = try TemporaryFolder()
    for (written, model) in zip(try BundleFixture.contents(in: folder).models, bundle.storedModels) {
      let graph = try model.graph()
      #expect(describe(graph) == describe(written.graph))
      #expect(graph.weightsDigest() == written.graph.weightsDigest())
      #expect(model.inputs == written.inputs)
      #expect(try model.labels() == written.labels)
    }
  }

  @Test func theSameContentsStillGiveTheSameBytes() throws {
    let folder = try TemporaryFolder()
    try BundleWriter.write(try BundleFixture.contents(in: folder), to: folder.path("again.ferry"))
    #expect(try TemporaryFolder.bytes(of: folder.path("again.ferry")) == TemporaryFolder.bytes(of: Self.path))
  }

  /// The reader in Python was written from FORMAT.md and knows nothing of this code.
  @Test func theReaderInPythonReadsTheSame() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", Self.golden.appendingPathComponent("read_bundle.py").path, Self.path, "--hex"]
    let output = Pipe()
    process.standardOutput = output
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONIOENCODING": "utf-8"]) { $1 }
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)

    let expected = try ModelBundle(contentsOf: Self.path).storedModels.flatMap { model in
      model.tensors.map { tensor in
        [
          model.name, tensor.name, tensor.elementType.rawValue, tensor.shape.description, tensor.layout.rawValue,
          hexadecimal(bits(tensor.tensor())),
        ].joined(separator: "\t")
      }
    }
    #expect(expected.count == 14)
    #expect(text.split(separator: "\n").map(String.init) == expected)
  }
}

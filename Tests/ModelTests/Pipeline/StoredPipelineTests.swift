import FerryModel
import FerryPicture
import FerryTensor
import Foundation
import Testing

/// Manifests whose pipeline is not as the format has it.
@Suite struct StoredPipelineTests {
  /// The fixture's bundle with a pipeline.
  private func contents(_ folder: TemporaryFolder) throws -> BundleContents {
    var description = PipelineDescription(
      name: "p", label: "l", frames: FrameSampling(count: 2),
      members: [
        PipelineMember(
          model: "tiny", width: 8, height: 6, input: PictureInputDescription(range: .zeroToOne), output: "head/out")
      ])
    description.face = FaceExtractor(
      model: "tiny", size: .fixed(width: 8, height: 8), input: PictureInputDescription(range: .zeroToOne),
      decoder: .ssd(
        SSDDecoder(
          boxes: "head/out", scores: "head/out",
          anchors: try Anchors(Tensor([0.25, 0.5, 1, 1] as [Float], shape: [1, 4])))))
    var contents = try BundleFixture.contents(in: folder)
    contents.pipeline = description
    return contents
  }

  private func sealed(_ folder: TemporaryFolder) throws -> SealedBundle {
    let path = folder.path("pipeline.ferry")
    let contents = try contents(folder)
    try BundleWriter.write(contents, to: path)
    #expect(try ModelBundle(contentsOf: path).pipelineDescription() == contents.pipeline)
    var sealed = SealedBundle([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    sealed.minor = 2
    return sealed
  }

  @Test(arguments: [
    (#""blend":"geometric""#, #""blend":"harmonic""#, "\"pipeline.blend\" is \"harmonic\""),
    (#""count":2"#, #""count":0"#, "\"pipeline.frames.count\" is 0"),
    (#""label":"l","#, #""#, "the pipeline does not state all of its members"),
    (#""sampling":"linspace""#, #""sampling":null"#, "the pipeline does not state all of its members"),
    (#""kind":"ssd""#, #""kind":"ssx""#, "kind\" is \"ssx\""),
    (#""anchors":"#, #""anchors":9"#, "but there are"),
    (#""model":"tiny""#, #""model":"tinx""#, "the pipeline runs a model \"tinx\", which the bundle does not have"),
    (#""minor":2"#, #""minor":1"#, "the header states version 1.2 of the format, the manifest 1.1"),
  ])
  func isRefused(_ before: String, _ after: String, _ message: String) throws {
    let folder = try TemporaryFolder()
    var bundle = try sealed(folder)
    let range = try #require(bundle.text.range(of: before, options: .backwards))
    bundle.text = bundle.text.replacingCharacters(in: range, with: after)
    let path = try folder.write(bundle.file)
    let error = try #require(try refusal { _ = try ModelBundle(contentsOf: path) })
    #expect(error.code == .damagedBundle)
    #expect(([error] + error.causes).contains { $0.message.contains(message) }, "\(error)")
  }

  @Test func anOlderVersionHasNone() throws {
    let folder = try TemporaryFolder()
    var bundle = try sealed(folder)
    bundle.minor = 1
    bundle.text = bundle.text.replacing(#""minor":2"#, with: #""minor":1"#)
    let path = try folder.write(bundle.file)
    let error = try #require(try refusal { _ = try ModelBundle(contentsOf: path) })
    #expect(error.message.contains("recoverable") || error.message.contains("pipeline"))
  }

  /// `golden/bundle/version-1.2.ferry` is what version 1.2 wrote. Every later version opens it, and means the same.
  ///
  /// It was made by this test with the environment variable FERRY_WRITE_VERSION_1_2 set; it must never be made anew.
  @Test func theCommittedPipelineIsRead() throws {
    let committed = CommittedBundleTests.golden.appendingPathComponent("version-1.2.ferry").path
    let folder = try TemporaryFolder()
    let contents = try contents(folder)
    if ProcessInfo.processInfo.environment["FERRY_WRITE_VERSION_1_2"] != nil {
      try BundleWriter.write(contents, to: committed)
    }
    let bundle = try ModelBundle(contentsOf: committed)
    #expect(bundle.version == BundleVersion(major: 1, minor: 2))
    #expect(try bundle.pipelineDescription() == contents.pipeline)
    try bundle.verifyBlobs()
    try BundleWriter.write(contents, to: folder.path("again.ferry"))
    #expect(try TemporaryFolder.bytes(of: folder.path("again.ferry")) == TemporaryFolder.bytes(of: committed))
  }

  @Test(arguments: [
    (#""blend":"geometric""#, #""blend":"harmonic""#), (#""label":"l","#, #""label":"l","later":1,"#),
    (#""label":"l","#, ""), (#""square":false"#, #""square":false,"turned":0"#),
  ])
  func aNewerVersionsPipelineIsRefusedByName(_ before: String, _ after: String) throws {
    let folder = try TemporaryFolder()
    var bundle = try sealed(folder)
    bundle.minor = 9
    bundle.text = bundle.text.replacing(#""minor":2"#, with: #""minor":9"#)
    #expect(bundle.text.contains(before))
    bundle.text = bundle.text.replacing(before, with: after)
    let path = try folder.write(bundle.file)
    let error = try #require(try refusal { _ = try ModelBundle(contentsOf: path) })
    #expect(error.code == .unsupportedVersion)
    #expect(error.message == "the bundle's pipeline is of a newer version of the format")
  }

  @Test func anchorsAreCheckedWhenTheyAreRead() throws {
    let folder = try TemporaryFolder()
    var bundle = try sealed(folder)
    let numbers: [Float] = [0.25, 0.5, 1, 1]
    let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
    let anchors = try #require(
      try (0..<bundle.blobCount).first { bundle.area[try bundle.blob($0).range].elementsEqual(bytes) })
    let notANumber = withUnsafeBytes(of: Float.nan.bitPattern.littleEndian) { Array($0) }
    try bundle.replaceBlob(anchors, by: notANumber + [UInt8](repeating: 0, count: 12))
    let opened = try ModelBundle(contentsOf: folder.write(bundle.file))
    let error = try #require(try refusal { _ = try opened.pipelineDescription() })
    #expect(error.code == .damagedBundle)
  }
}

import FerryModel
import FerryPicture
import FerryTensor
import Foundation
import Testing

/// Manifests whose pipeline is not as the format has it.
@Suite struct StoredPipelineTests {
  private func sealed(_ folder: TemporaryFolder) throws -> SealedBundle {
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
    let path = folder.path("pipeline.ferry")
    var contents = try BundleFixture.contents(in: folder)
    contents.pipeline = description
    try BundleWriter.write(contents, to: path)
    #expect(try ModelBundle(contentsOf: path).pipelineDescription() == description)
    var sealed = SealedBundle([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    sealed.minor = 2
    return sealed
  }

  @Test(arguments: [
    (#""blend":"geometric""#, #""blend":"harmonic""#, "\"pipeline.blend\" is \"harmonic\""),
    (#""count":2"#, #""count":0"#, "\"pipeline.frames.count\" is 0"),
    (#""label":"l","#, #""#, "the pipeline does not state all of its members"),
    (#""sampling":"linspace""#, #""sampling":null"#, "the pipeline does not state all of its members"),
    (#""kind":"ssd""#, #""kind":"ssx""#, "\"kind\" is \"ssx\""),
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

  @Test func aNewerVersionsPipelineIsRefusedByName() throws {
    let folder = try TemporaryFolder()
    var bundle = try sealed(folder)
    bundle.minor = 9
    bundle.text = bundle.text.replacing(#""minor":2"#, with: #""minor":9"#)
      .replacing(#""blend":"geometric""#, with: #""blend":"harmonic""#)
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

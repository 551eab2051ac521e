import FerryModel
import FerryPicture
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// Golden cases of pipelines: what passes, and which stage is named where one is wrong.
@Suite struct PipelineCaseTests {
  private final class CaseFolder {
    let path = NSTemporaryDirectory() + "ferry-pipeline-case-\(UUID().uuidString)"
    var document: JSONObject

    /// The stages of a frame as the pipeline itself makes them.
    init(_ pipeline: Pipeline, _ frame: Picture) throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let stages = try #require(try pipeline.stages(of: frame))
      func save(_ name: String, _ tensor: Tensor, in path: String) throws -> JSONValue {
        try tensor.writeNpy("\(path)/\(name).npy")
        return .string("\(name).npy")
      }
      func bytes(_ picture: Picture) throws -> Tensor {
        try Tensor(picture.pixels, shape: [picture.height, picture.width, 3])
      }
      var members = JSONObject()
      for (index, name) in pipeline.memberNames.enumerated() {
        members.set(
          name,
          [
            "input": try save("\(name)-input", stages.memberInputs[index], in: path),
            "probability": .number(stages.probabilities[index]),
          ])
      }
      document = JSONObject()
      document.set("ferryPipelineGolden", 1)
      document.set("name", "self")
      document.set("producer", ["name": "test", "versions": [:]])
      document.set("frame", try save("frame", bytes(frame), in: path))
      if let input = stages.detectorInput { document.set("detectorInput", try save("detector", input, in: path)) }
      document.set("corners", .array(stages.corners.map { .number(Double($0)) }))
      document.set("detectorScore", stages.detectorScore.map { .number($0) } ?? .null)
      document.set("crop", try save("crop", bytes(stages.crop), in: path))
      document.set("resized", try save("resized", bytes(stages.resized), in: path))
      document.set("members", .object(members))
      document.set("score", .number(stages.score))
      document.set("tolerance", ["inputs": 0, "probabilities": 1e-5, "reason": "its own"])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func read() throws -> PipelineCase {
      try JSONValue.object(document).pretty.write(toFile: path + "/case.json", atomically: true, encoding: .utf8)
      return try PipelineCase(folder: path)
    }

    /// Adds to one element of an array of the case.
    func change(_ file: String, by difference: Double) throws {
      let tensor = try Tensor(npy: "\(path)/\(file)")
      if tensor.elementType == .uint8 {
        var numbers = try tensor.elements(as: UInt8.self)
        numbers[7] = numbers[7] &+ UInt8(difference)
        try Tensor(numbers, shape: tensor.shape.dimensions).writeNpy("\(path)/\(file)")
      } else {
        var numbers = tensor.floats()
        numbers[7] += Float(difference)
        try Tensor(numbers, shape: tensor.shape.dimensions).writeNpy("\(path)/\(file)")
      }
    }
  }

  private func subject() throws -> (pipeline: Pipeline, folder: CaseFolder) {
    var description = PipelineFixture.description()
    description.crop.resize = .init(width: 12, height: 10, method: .openCVLinear)
    let pipeline = try PipelineFixture.pipeline(description)
    return (pipeline, try CaseFolder(pipeline, PipelineFixture.face()))
  }

  @Test func whatAPipelineMakesPasses() throws {
    let (pipeline, folder) = try subject()
    let report = try PipelineVerifier.verify(pipeline, folder.read())
    #expect(report.passed, "\(report.text)")
    #expect(
      report.stages.map(\.name) == [
        "detector input", "box", "detector score", "crop", "resized crop", "member input", "member probability",
        "score",
      ])
    #expect(report.text.hasSuffix("passed: 8 stages within tolerance"))
  }

  @Test(arguments: [
    ("detector.npy", 1e-3, "detector input"), ("crop.npy", 1, "crop"), ("resized.npy", 1, "resized crop"),
    ("member-input.npy", 1e-3, "member input"), ("member-input.npy", .nan, "member input"),
  ])
  func theStageThatIsWrongIsNamed(_ file: String, _ difference: Double, _ stage: String) throws {
    let (pipeline, folder) = try subject()
    try folder.change(file, by: difference)
    let report = try PipelineVerifier.verify(pipeline, folder.read())
    #expect(!report.passed)
    #expect(report.firstDivergent?.name == stage)
    #expect(report.text.contains("FAILED: the first stage that differs is \(stage)"))
  }

  @Test func aBoxOnePixelOffFails() throws {
    let (pipeline, folder) = try subject()
    folder.document.set("corners", [4, 2, 21, 24])
    #expect(try PipelineVerifier.verify(pipeline, folder.read()).firstDivergent?.name == "box")
  }

  @Test func aProbabilityBeyondTheToleranceFails() throws {
    for (difference, passes) in [(5e-6, true), (2e-5, false)] {
      let (pipeline, folder) = try subject()
      guard case .object(var members)? = folder.document["members"], case .object(var member)? = members["member"],
        case .number(let probability)? = member["probability"]
      else { throw FerryError(.invalidGolden, "the case has no member") }
      member.set("probability", .number(probability + difference))
      members.set("member", .object(member))
      folder.document.set("members", .object(members))
      let report = try PipelineVerifier.verify(pipeline, folder.read())
      #expect(report.passed == passes)
      if !passes { #expect(report.firstDivergent?.name == "member probability") }
    }
  }

  @Test func aMemberThatTheCaseLeavesOutFails() throws {
    let (pipeline, folder) = try subject()
    folder.document.set("members", [:])
    #expect(try PipelineVerifier.verify(pipeline, folder.read()).firstDivergent?.name == "member")
  }

  /// What was recorded and is compared with nothing is no proof.
  @Test func aMemberThatThePipelineDoesNotHaveFails() throws {
    let (pipeline, folder) = try subject()
    guard case .object(var members)? = folder.document["members"], let member = members["member"] else {
      throw FerryError(.invalidGolden, "the case has no member")
    }
    members.set("ghost", member)
    folder.document.set("members", .object(members))
    let report = try PipelineVerifier.verify(pipeline, folder.read())
    #expect(report.firstDivergent?.name == "ghost")
    #expect(report.firstDivergent?.note == "the pipeline has no such member")
  }

  @Test func aDetectorThatThePipelineDoesNotHaveFails() throws {
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description(decoder: nil))
    let folder = try CaseFolder(pipeline, PipelineFixture.face())
    #expect(try PipelineVerifier.verify(pipeline, folder.read()).passed)
    folder.document.set("detectorScore", 0.5)
    let report = try PipelineVerifier.verify(pipeline, folder.read())
    #expect(report.firstDivergent?.note == "the pipeline has no face extractor")
  }

  @Test func aFrameWithoutAFaceFails() throws {
    let (pipeline, folder) = try subject()
    let empty = try PipelineFixture.noFace()
    try Tensor(empty.pixels, shape: [empty.height, empty.width, 3]).writeNpy("\(folder.path)/frame.npy")
    #expect(try PipelineVerifier.verify(pipeline, folder.read()).firstDivergent?.note == "no face was found")
  }

  @Test func aCaseTravelsInItsBundle() throws {
    let (pipeline, folder) = try subject()
    let path = folder.path + "/with-golden.ferry"
    try BundleWriter.write(
      {
        var contents = BundleContents(
          models: [
            BundleModel(name: "faces", graph: try PipelineFixture.detector(), provenance: [:]),
            BundleModel(name: "member", graph: try PipelineFixture.member(), provenance: [:]),
          ], pipeline: pipeline.description)
        contents.pipelineGoldens = [try folder.read().bundled()]
        return contents
      }(), to: path)
    let bundle = try ModelBundle(contentsOf: path)
    try bundle.verifyBlobs()
    let golden = try #require(bundle.pipelineGoldens.first)
    #expect(golden.name == "self")
    let report = try PipelineVerifier.verify(Pipeline(bundle), PipelineCase(stored: golden, in: path))
    #expect(report.passed, "\(report.text)")
  }

  @Test func aCaseThatIsNotAsItShouldBeIsRefused() throws {
    let cases: [(key: String, value: JSONValue, message: String)] = [
      ("ferryPipelineGolden", 2, "pipeline golden version 2 is unknown"),
      ("corners", [1, 2, 3], "\"corners\" holds 3 numbers"), ("extra", 1, "the key \"extra\" is unknown"),
      ("frame", "member-input.npy", "the frame is float32 1×3×8×8"),
      ("crop", "../crop.npy", "the name ../crop.npy, which leaves the folder"),
      ("tolerance", ["inputs": 0, "probabilities": 0.5, "reason": ""], "\"tolerance.probabilities\" is 0.5"),
    ]
    for item in cases {
      let (_, folder) = try subject()
      folder.document.set(item.key, item.value)
      let error = try #require(throws: FerryError.self) { try folder.read() }
      #expect(error.message == item.message)
    }
  }
}

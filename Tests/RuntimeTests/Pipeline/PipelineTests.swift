import FerryModel
import FerryPicture
import FerryRuntime
import FerryTensor
import Foundation
import Testing

@Suite struct PipelineTests {
  @Test func aPictureIsCroppedToItsFaceAndScored() async throws {
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description())
    let result = try await pipeline.score(PipelineFixture.face())
    #expect(result.reason == nil)
    let face = try #require(result.faces.first)
    #expect(result.faces.count == 1)
    #expect(face.corners == [4, 2, 20, 24])
    #expect(face.score == 1)
    #expect(face.frame == 0)
    #expect(abs(result.score - PipelineFixture.sigmoid(0.26)) < 1e-6)
    #expect(result.members.map(\.name) == ["member"])
  }

  @Test func withoutAFaceExtractorMembersSeeWholeFrames() async throws {
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description(decoder: nil))
    let result = try await pipeline.score(PipelineFixture.noFace())
    #expect(result.faces.map(\.corners) == [[0, 0, 32, 24]])
    #expect(result.faces.first?.score == nil)
    #expect(abs(result.score - PipelineFixture.sigmoid(0.26)) < 1e-6)
  }

  @Test func aPictureWithoutAFaceHasTheFallbackAndAReason() async throws {
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description())
    let result = try await pipeline.score(PipelineFixture.noFace())
    #expect(result.score == 0.5)
    #expect(result.reason == "no face was found")
    #expect(result.faces.isEmpty)
    #expect(result.members.isEmpty)
  }

  @Test func aThresholdLeavesOutWhatIsNotAboveIt() async throws {
    for (score, isFound) in [(0.6, true), (0.5, false), (0.4, false)] as [(Float, Bool)] {
      let decoder = FaceDecoder.boxes(
        BoxDecoder(boxes: "boxes", scores: "scores", boxOrder: .xyxy, normalized: false, threshold: 0.5))
      let pipeline = try PipelineFixture.pipeline(
        PipelineFixture.description(decoder: decoder),
        models: ["faces": PipelineFixture.detector(score: score), "member": PipelineFixture.member()])
      #expect(try await pipeline.score(PipelineFixture.face()).faces.count == (isFound ? 1 : 0))
    }
  }

  @Test func marginSquareAndClampChangeTheBox() async throws {
    var description = PipelineFixture.description()
    description.crop = FaceCrop(outside: .clamp, margin: 0.25, square: true)
    // (4, 2, 20, 24) grows to (0, −3.5, 24, 29.5), whose longer side is 33: (−4.5, −3.5, 28.5, 29.5).
    let face = try #require(
      try await PipelineFixture.pipeline(description).score(PipelineFixture.face()).faces.first)
    #expect(face.corners == [-4, -3, 28, 29])
    #expect(face.box == (try PixelBox(left: 0, top: 0, right: 28, bottom: 24)))
  }

  @Test func aNegativeCornerCountsFromTheFarEdgeAsInNumPy() async throws {
    var description = PipelineFixture.description()
    description.crop = FaceCrop(outside: .numpy, margin: 0.5)
    // (4, 2, 20, 24) grows to (−4, −9, 28, 35): from column 28 to column 28 there is nothing.
    #expect(try await PipelineFixture.pipeline(description).score(PipelineFixture.face()).faces.isEmpty)
  }

  @Test func theFrameIsBroughtToTheDetectorsSizeAndTheBoxBack() async throws {
    var description = PipelineFixture.description()
    description.face?.size = .multiple(of: 64, longest: nil)
    // The detector sees 64×64 pixels: x is halved, y becomes 24/64 of what it says.
    let result = try await PipelineFixture.pipeline(description).score(PipelineFixture.picture(16, 16, 60))
    #expect(result.faces.map(\.corners) == [[8, 6, 30, 9]])
    description.face?.size = .fixed(width: 16, height: 12)
    let other = try await PipelineFixture.pipeline(description).score(PipelineFixture.picture(3, 1, 9))
    #expect(other.faces.map(\.corners) == [[6, 2, 18, 48]])
  }

  @Test(arguments: [
    (
      FaceDecoder.boxes(BoxDecoder(boxes: "scores", scores: "boxes", boxOrder: .xyxy, normalized: false)),
      "the output \"scores\" is 1×1, which the decoder does not read", "1×N×4"
    ),
    (
      .boxes(BoxDecoder(boxes: "boxes", scores: "scores", boxOrder: .xyxy, normalized: false, classIndex: 1)),
      "the output \"scores\" is 1×1, and class 1 is read", "\"class\" from 0 to 0"
    ),
    (
      .centerFace(threshold: 0, overlap: 0.3), "the model \"faces\" has 2 outputs, the decoder centerface reads 4",
      "heat map, size, offset, landmarks"
    ),
  ])
  func aDecoderThatDoesNotFitIsRefused(_ decoder: FaceDecoder, _ message: String, _ supported: String) throws {
    let error = try #require(throws: FerryError.self) {
      try PipelineFixture.pipeline(PipelineFixture.description(decoder: decoder))
    }
    #expect(error.message == "face: \(message)")
    #expect(error.supported == supported)
  }

  @Test func thereIsABoxForEachAnchor() throws {
    let anchors = try Anchors(Tensor([0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1] as [Float], shape: [2, 4]))
    let error = try #require(throws: FerryError.self) {
      try PipelineFixture.pipeline(
        PipelineFixture.description(decoder: .ssd(SSDDecoder(boxes: "boxes", scores: "scores", anchors: anchors))))
    }
    #expect(error.message == "face: the output \"boxes\" is 1×1×4, which the decoder does not read")
  }

  @Test func whatIsNoProbabilityIsNoAnswer() async throws {
    func answer(_ offset: Float) async throws -> PipelineResult {
      let member = PipelineMember(
        model: "member", width: 8, height: 8, input: PictureInputDescription(range: .zeroTo255), activation: .none)
      return try await PipelineFixture.pipeline(
        PipelineFixture.description(members: [member]),
        models: ["faces": PipelineFixture.detector(), "member": PipelineFixture.member(slope: 0, offset: offset)]
      ).score(PipelineFixture.face())
    }
    #expect(try await answer(0).score == 0)
    #expect(try await answer(1).score == 1)
    for (offset, words) in [(3, "member answers 3.0"), (-0.5, "member answers -0.5"), (.infinity, "member answers inf")]
      as [(Float, String)]
    {
      let result = try await answer(offset)
      #expect(result.score == 0.5)
      #expect(result.reason == "\(words), which is no probability")
    }
    #expect(try await answer(.nan).reason == "the networks' answers are not numbers")
  }

  /// The published detector's: the frame's longer side has at most so many pixels, rounded up to the multiple.
  @Test func aDetectorSeesNoMoreThanItsLongestSide() async throws {
    var description = PipelineFixture.description()
    description.face?.size = .multiple(of: 4, longest: 16)
    // 32×24 become 16×12: what the detector says is doubled.
    let result = try await PipelineFixture.pipeline(description).score(PipelineFixture.picture(3, 1, 9))
    #expect(result.faces.map(\.corners) == [[6, 2, 18, 48]])
  }

  @Test func facesAreInThePicturesPixels() throws {
    var description = PipelineFixture.description()
    description.face?.size = .multiple(of: 64, longest: nil)
    let faces = try PipelineFixture.pipeline(description).faces(in: PipelineFixture.picture(16, 16, 60))
    // The detector saw 64×64 pixels of a picture of 32×24.
    #expect(faces.map { [$0.left, $0.top, $0.right, $0.bottom] } == [[8, 6, 30, 9]])
    #expect(faces.first?.score == 1)
    let without = try PipelineFixture.pipeline(PipelineFixture.description(decoder: nil))
    #expect(try without.faces(in: PipelineFixture.face()).isEmpty)
  }

  @Test func framesAreSelected() {
    #expect(FrameSelection.from(3).indexes(of: 5) == [3, 4])
    #expect(FrameSelection.from(9).indexes(of: 5) == [])
    #expect(FrameSelection.from(-1).indexes(of: 2) == [0, 1])
    #expect(FrameSelection.only([1, 4, 5]).indexes(of: 5) == [1, 4])
  }

  /// More faces than members see at once, and than are prepared at once: each has the answer that it has alone.
  @Test func manyFacesAreAnsweredOneByOne() async throws {
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description(slots: 34))
    let pictures = try (0..<34).map { try PipelineFixture.picture(4, UInt8(2 + $0 % 16), UInt8(20 + $0)) }
    let result = try await pipeline.score(PictureFrames(pictures))
    #expect(result.faces.map(\.frame) == Array(0..<34))
    for (face, picture) in zip(result.faces, pictures) {
      #expect(try await pipeline.score(picture).faces.first?.probabilities == face.probabilities)
    }
    #expect(Set(result.faces.flatMap(\.probabilities)).count > 20)
  }

  @Test func membersAreBlended() async throws {
    func member(_ name: String, weight: Double = 1) -> PipelineMember {
      PipelineMember(
        model: name, width: 4, height: 4, input: PictureInputDescription(range: .zeroToOne), weight: weight)
    }
    let models = try [
      "faces": PipelineFixture.detector(), "a": PipelineFixture.member(slope: 0, offset: 1),
      "b": PipelineFixture.member(slope: 0, offset: -2),
    ]
    let (a, b) = (PipelineFixture.sigmoid(1), PipelineFixture.sigmoid(-2))
    let cases: [(Blend, Double, Double)] = [
      (.geometric, 1, (a * b).squareRoot()), (.arithmetic, 1, (a + b) / 2), (.arithmetic, 3, (a + 3 * b) / 4),
      (.geometric, 3, (a * b * b * b).squareRoot().squareRoot()),
    ]
    for (blend, weight, expected) in cases {
      let description = PipelineFixture.description(members: [member("a"), member("b", weight: weight)], blend: blend)
      let result = try await PipelineFixture.pipeline(description, models: models).score(PipelineFixture.face())
      #expect(abs(result.score - expected) < 1e-6, "\(blend), weight \(weight)")
      #expect(result.members.map(\.name) == ["a", "b"])
    }
  }

  @Test func aModelMayBeSeveralMembers() async throws {
    let members = [PixelRange.zeroToOne, .zeroTo255].map {
      PipelineMember(model: "member", width: 4, height: 4, input: PictureInputDescription(range: $0))
    }
    let result = try await PipelineFixture.pipeline(PipelineFixture.description(members: members))
      .score(PipelineFixture.face())
    #expect(result.members.map(\.name) == ["member", "member#2"])
    #expect(abs(result.members[0].probability - PipelineFixture.sigmoid(0.26 / 255)) < 1e-6)
    #expect(abs(result.members[1].probability - PipelineFixture.sigmoid(0.26)) < 1e-6)
  }

  @Test func answersOfFacesAreAggregated() async throws {
    let pictures = try (0..<4).map { try PipelineFixture.face([0, 9, 1, 3][$0]) }
    let values = [0.26, 0.35, 0.27, 0.29].map(PipelineFixture.sigmoid)
    let expected: [(Aggregation, Double)] = [
      (.mean, values.reduce(0, +) / 4), (.median, (values[2] + values[3]) / 2), (.maximum, values[1]),
    ]
    for (aggregation, score) in expected {
      var description = PipelineFixture.description(slots: 4)
      description.aggregation = aggregation
      let result = try await PipelineFixture.pipeline(description).score(PictureFrames(pictures))
      #expect(abs(result.score - score) < 1e-6, "\(aggregation)")
    }
  }

  @Test func whatIsNotANumberHasTheFallback() async throws {
    let models = try ["faces": PipelineFixture.detector(), "member": PipelineFixture.member(slope: .nan)]
    let result = try await PipelineFixture.pipeline(PipelineFixture.description(), models: models)
      .score(PipelineFixture.face())
    #expect(result.score == 0.5)
    #expect(result.reason == "the networks' answers are not numbers")
  }

  @Test func resultsDoNotDependOnThreadsOrCompany() async throws {
    let pictures = try (0..<13).map { try PipelineFixture.face($0) }
    let description = PipelineFixture.description(slots: 13)
    let together = try await PipelineFixture.pipeline(description, threads: 2).score(PictureFrames(pictures))
    #expect(try await PipelineFixture.pipeline(description, threads: 1).score(PictureFrames(pictures)) == together)
    let pipeline = try PipelineFixture.pipeline(description)
    for (index, picture) in pictures.enumerated() {
      let alone = try await pipeline.score(picture)
      #expect(alone.faces.first?.probabilities == together.faces[index].probabilities)
    }
  }

  @Test func severalTasksMayUseOnePipeline() async throws {
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description())
    let expected = try await pipeline.score(PipelineFixture.face())
    try await withThrowingTaskGroup(of: PipelineResult.self) { group in
      for _ in 0..<8 { group.addTask { try await pipeline.score(PipelineFixture.face()) } }
      for try await result in group { #expect(result == expected) }
    }
  }

  @Test func aCancelledTaskGetsNoResult() async throws {
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description())
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await pipeline.score(PictureFrames([PipelineFixture.face()]))
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  /// As an AsyncThrowingStream does: that is no video without faces.
  @Test(arguments: [1, 2]) func aSourceThatEndsWhenItIsCancelledGivesNoResult(slots: Int) async throws {
    struct Endless: FrameSource {
      let frameCount = 1
      func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
        AsyncThrowingStream<Frame, any Error> { _ in }
      }
    }
    let pipeline = try PipelineFixture.pipeline(PipelineFixture.description(slots: slots))
    let task = Task { try await pipeline.score(Endless()) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func aBundleWithoutAPipelineIsRefused() throws {
    let path = NSTemporaryDirectory() + "ferry-single-\(UUID().uuidString).ferry"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try BundleWriter.write(
      BundleContents(models: [BundleModel(name: "m", graph: PipelineFixture.member(), provenance: [:])]), to: path)
    let error = try #require(throws: FerryError.self) { try Pipeline(ModelBundle(contentsOf: path)) }
    #expect(error.code == .missingPipeline)
    #expect(error.message == "the bundle states no pipeline")
  }

  @Test func whatDoesNotFitItsModelsIsRefusedAllAtOnce() throws {
    let members = [
      PipelineMember(
        model: "member", width: 4, height: 4, input: PictureInputDescription(range: .zeroToOne), classIndex: 1),
      PipelineMember(model: "faces", width: 4, height: 4, input: PictureInputDescription(range: .zeroToOne)),
    ]
    let error = try #require(throws: FerryError.self) {
      try PipelineFixture.pipeline(PipelineFixture.description(members: members))
    }
    #expect(error.code == .damagedBundle)
    #expect(
      error.causes.map(\.message) == [
        "members[0]: the output \"logit\" of \"member\" has 1 numbers a picture, and number 1 is asked for",
        "members[1]: the model \"faces\" has 2 outputs",
      ])
  }
}

import FerryModel
import FerryPicture
import FerryRuntime
import FerryTensor
import Testing

/// Which frames of a video become faces. A letter a frame: f a face, n none, d one that cannot be decoded.
@Suite struct SlotTests {
  private func result(
    _ frames: String, slots: Int, _ failedCrop: FrameSampling.FailedCrop = .nextFrame, declared: Int? = nil,
    minimumFaces: Int = 1
  ) async throws -> (result: PipelineResult, asked: [FrameSelection]) {
    var description = PipelineFixture.description(slots: slots, failedCrop: failedCrop)
    description.fallback.minimumFaces = minimumFaces
    let missing = Set(frames.enumerated().filter { $0.element == "d" }.map(\.offset))
    let source = ObservedFrames(
      try frames.map { $0 == "f" ? try PipelineFixture.face() : try PipelineFixture.noFace() }, declared: declared,
      missing: missing)
    return (try await PipelineFixture.pipeline(description).score(source), source.selections)
  }

  @Test func samplesAreThoseOfNumPy() {
    #expect(FrameSampling(count: 4).indexes(ofFrames: 10) == [0, 2, 5, 7])
    #expect(FrameSampling(count: 3).indexes(ofFrames: 3) == [0, 1, 2])
    #expect(FrameSampling(count: 3).indexes(ofFrames: 2) == [0, 0, 1])
    #expect(FrameSampling(count: 2).indexes(ofFrames: 0) == [0, 0])
    // np.linspace(0, 61, 30, endpoint=False, dtype=int)
    #expect(
      FrameSampling(count: 30).indexes(ofFrames: 61) == [
        0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56,
        58,
      ])
  }

  @Test func whereEveryFrameShowsAFaceNoOtherIsRead() async throws {
    let (result, asked) = try await result("ffffffffff", slots: 4)
    #expect(result.faces.map(\.frame) == [0, 2, 5, 7])
    #expect(asked == [.only([0, 2, 5, 7])])
  }

  @Test func afterAFailedCropTheNextFrameIsTried() async throws {
    let (result, asked) = try await result("ffnnffffff", slots: 4)
    #expect(result.faces.map(\.frame) == [0, 4, 5, 7])
    #expect(asked == [.only([0, 2, 5, 7]), .from(3)])
  }

  @Test func aSlotThatIsLatePushesTheOthers() async throws {
    let (result, _) = try await result("fnnnnnffff", slots: 4)
    #expect(result.faces.map(\.frame) == [0, 6, 7, 8])
  }

  /// Samples of ten frames in four slots: 0, 2, 5, 7.
  @Test(arguments: [
    ("ffdfffffff", [0, 5, 7]),  // its own slot
    ("fdfdffffff", [0, 2, 5, 7]),  // nobody waits for it
    ("ffndffffff", [0, 5, 7]),  // a slot that is late waits for it
    ("ffnnfdffff", [0, 4, 7]),  // the slot after a late one
    ("nddfffffff", [5, 7]),  // the first slot, and the second's own
    ("fffffddddd", [0, 2]),
    ("dddddddddd", []),
  ])
  func aFrameThatCannotBeDecodedUsesUpItsSlot(_ frames: String, _ expected: [Int]) async throws {
    #expect(try await result(frames, slots: 4).result.faces.map(\.frame) == expected)
  }

  @Test func skippingLeavesTheSlotEmpty() async throws {
    let (result, asked) = try await result("ffnnffffff", slots: 4, .skip)
    #expect(result.faces.map(\.frame) == [0, 5, 7])
    #expect(asked == [.only([0, 2, 5, 7])])
  }

  @Test func aVideoWithFewerFramesThanSlotsCannotFillThem() async throws {
    let (result, _) = try await result("fff", slots: 4, minimumFaces: 4)
    #expect(result.faces.map(\.frame) == [0, 1, 2])
    #expect(result.score == 0.5)
    #expect(result.reason == "3 faces were found in 3 declared frames, 4 are needed")
  }

  @Test func framesThatNeverComeLeaveTheirSlotsEmpty() async throws {
    let (result, _) = try await result("fffff", slots: 4, declared: 10, minimumFaces: 4)
    #expect(result.faces.map(\.frame) == [0, 2])
    #expect(result.reason == "2 faces were found in 10 declared frames, 4 are needed")
    let enough = try await self.result("fffff", slots: 4, declared: 10, minimumFaces: 2)
    #expect(enough.result.reason == nil)
  }

  @Test func aVideoWithoutFramesHasTheFallback() async throws {
    let (result, _) = try await result("", slots: 2)
    #expect(result.reason == "0 faces were found in 0 declared frames, 1 are needed")
  }

  @Test func whatIsWrongWithTheFramesIsAReason() async throws {
    struct Broken: FrameSource {
      let frameCount = 5
      func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
        AsyncThrowingStream<Frame, any Error> { $0.finish(throwing: FerryError(.invalidVideo, "it is cut off")) }
      }
    }
    let result = try await PipelineFixture.pipeline(PipelineFixture.description()).score(Broken())
    #expect(result.reason == "it is cut off")
    #expect(result.score == 0.5)
  }

  @Test func tooFewFacesAreToldWithWhatKeptFramesFromComing() async throws {
    struct Damaged: FrameSource {
      let frameCount = 5
      let complaint: String? = "frame\u{1B} 0 is damaged"
      let picture: Picture
      func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
        PictureFrames([picture]).frames(selection)
      }
    }
    func reason(minimumFaces: Int) async throws -> String? {
      var description = PipelineFixture.description(slots: 2)
      description.fallback.minimumFaces = minimumFaces
      let frames = Damaged(picture: try PipelineFixture.face())
      return try await PipelineFixture.pipeline(description).score(frames).reason
    }
    #expect(
      try await reason(minimumFaces: 2)
        == "1 face was found in 5 declared frames, 2 are needed; frame\\u{1B} 0 is damaged")
    #expect(try await reason(minimumFaces: 1) == nil)
  }
}

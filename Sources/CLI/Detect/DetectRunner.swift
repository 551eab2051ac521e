import FerryMedia
import FerryModel
import FerryPicture
import FerryRuntime
import FerryTensor

/// Scores inputs one after the other. One that cannot be scored gets the fallback's score and a reason.
struct DetectRunner: Sendable {
  let pipeline: Pipeline
  let videoOptions: VideoOptions

  func score(
    _ input: DetectInput, recording recorder: FrameRecorder? = nil, progress: @Sendable (PipelineProgress) -> Void
  ) async throws -> DetectOutcome {
    do {
      return DetectOutcome(name: input.name, result: try await result(input, recorder, progress))
    } catch let error as FerryError where !error.code.endsTheRun {
      return DetectOutcome(
        name: input.name,
        result: PipelineResult(
          score: pipeline.description.fallback.score, reason: error.message.printable, frameCount: 0, faces: [],
          members: []))
    }
  }

  private func result(
    _ input: DetectInput, _ recorder: FrameRecorder?, _ progress: @Sendable (PipelineProgress) -> Void
  ) async throws -> PipelineResult {
    switch input.kind {
    case .frames(let paths):
      return try await pipeline.score(RecordedFrames(PictureFiles(paths), recorder), progress: progress)
    case .file:
      switch try await MediaKind(contentsOf: input.path, options: videoOptions) {
      case .picture:
        let picture = try Picture(contentsOf: input.path)
        recorder?.add(Frame(index: 0, picture: picture))
        return try await pipeline.score(picture)
      case .video(let information):
        let frames = VideoFrames(information, options: videoOptions)
        return try await pipeline.score(RecordedFrames(frames, recorder), progress: progress)
      }
    }
  }
}

extension FerryError.Code {
  /// Whether the bundle or this machine is at fault, so that no other input would be scored either.
  fileprivate var endsTheRun: Bool {
    switch self {
    case .internalDefect, .missingTool, .damagedBundle, .untrustedBundle, .instructionSet: true
    default: false
    }
  }
}

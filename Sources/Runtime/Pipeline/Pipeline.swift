import FerryModel
import FerryPicture
import FerryTensor

/// Runs the pipeline of a bundle: finds the faces of a video or a picture, shows them to every member and blends the
/// answers.
///
/// ```swift
/// let bundle = try ModelBundle(contentsOf: "deepfake.ferry")
/// let pipeline = try Pipeline(bundle)
/// let result = try await pipeline.score(picture)
/// print(pipeline.description.label, result.score)
/// ```
///
/// A pipeline may be used by several tasks; each call has sessions of its own. Results do not depend on threads, on
/// what else runs, or on how frames arrive.
public final class Pipeline: Sendable {
  /// What the bundle states: frames, face, members, blend, fallback.
  public let description: PipelineDescription
  /// One name a member: its model's, numbered where a model is several members.
  public let memberNames: [String]
  let options: SessionOptions
  let models: [String: Model]
  let fit: (face: PictureFit?, members: [MemberFit])

  /// Faces that members see at once: enough to keep the kernels busy, few enough that memory stays small.
  static let batch = 10
  /// Faces whose inputs are in memory at once: as many as pipelines usually have, 32 MB at 299×299 pixels.
  static let facesInMemory = 30

  /// The pipeline of a bundle. Keep it: its models share their plans among all calls.
  ///
  /// - Throws: `missingPipeline` if the bundle has none, `damagedBundle` if it does not fit its models.
  public init(_ bundle: Bundle, options: SessionOptions = SessionOptions()) throws {
    guard let description = try bundle.pipelineDescription() else {
      throw FerryError(
        .missingPipeline, "the bundle states no pipeline", at: .init(file: bundle.path),
        supported: "a bundle made by ferry pack", hint: "ferry run uses a single model")
    }
    let models = try Dictionary(
      uniqueKeysWithValues: description.modelNames.map { ($0, try bundle.model(named: $0)) })
    self.description = description
    self.models = models
    self.options = options
    memberNames = description.memberNames
    fit = try located(.init(file: bundle.path)) {
      try description.fit(code: .damagedBundle) { name in models[name]?.graph }
    }
    // What cannot run here is told now, not after the first video.
    for model in models.values { _ = try model.session(options) }
  }

  /// The score of a video.
  ///
  /// - Parameters:
  ///   - source: its frames are asked for once or twice, in order.
  ///   - progress: called after each face.
  /// - Returns: the score, or the fallback's with its reason. What is wrong with the frames is a reason.
  /// - Throws: `CancellationError`; what is wrong with the bundle or this machine.
  public func score(
    _ source: some FrameSource, progress: @Sendable (PipelineProgress) -> Void = { _ in }
  ) async throws -> PipelineResult {
    try await run(
      source, slots: description.frames.count, minimumFaces: description.fallback.minimumFaces, progress)
  }

  /// The score of one picture: one face is asked for, however many a video needs.
  ///
  /// - Throws: `CancellationError`; what is wrong with the bundle or this machine.
  public func score(_ picture: Picture) async throws -> PipelineResult {
    try await run(PictureFrames([picture]), slots: 1, minimumFaces: 1) { _ in }
  }

  /// Every face that the face extractor sees in a picture: those above its threshold (0.5 where it has none), of which
  /// none overlaps a better one too much.
  ///
  /// - Returns: faces in the picture's pixels, best first; none if the pipeline has no face extractor.
  /// - Throws: what is wrong with the bundle or this machine.
  public func faces(in picture: Picture) throws -> [Detection] { try FaceFinder(self).all(picture) }

  private func run(
    _ source: some FrameSource, slots: Int, minimumFaces: Int, _ progress: @Sendable (PipelineProgress) -> Void
  ) async throws -> PipelineResult {
    var result = PipelineResult(
      score: description.fallback.score, reason: nil, frameCount: source.frameCount, faces: [], members: [])
    let finder = try FaceFinder(self)
    var sampling = description.frames
    sampling.count = slots
    let crops: [(face: PipelineResult.Face, picture: Picture)]
    do {
      crops = try await SlotWalk(sampling, frameCount: source.frameCount).fill(from: source) { frame in
        try finder.crop(frame)
      } progress: {
        progress(PipelineProgress(faces: $0, wanted: slots))
      }
    } catch let error as FerryError where error.code.isAboutFrames {
      result.reason = error.message.printable
      return result
    }
    result.faces = crops.map(\.face)
    guard crops.count >= minimumFaces else {
      let reason = Self.tooFew(crops.count, minimumFaces, of: slots, frames: source.frameCount)
      // Too few faces because the file is damaged is better called by its name.
      result.reason = [reason, source.complaint].compactMap { $0 }.joined(separator: "; ").printable
      return result
    }
    let answers = try answers(crops.map(\.picture))
    for index in result.faces.indices { result.faces[index].probabilities = answers.map { Double($0[index]) } }
    result.members = zip(memberNames, answers).map {
      .init(name: $0, probability: description.aggregation.applied(to: $1.map(Double.init)))
    }
    let score = description.blend.applied(
      to: result.members.map(\.probability), weights: description.members.map(\.weight))
    if let wrong = result.members.first(where: { !PipelineResult.probabilities.contains($0.probability) }) {
      result.reason =
        wrong.probability.isNaN
        ? "the networks' answers are not numbers"
        : "\(wrong.name.printable) answers \(wrong.probability), which is no probability"
    } else if score.isNaN {
      result.reason = "the networks' answers cannot be blended"
    } else {
      result.score = score
    }
    return result
  }

  private static func tooFew(_ found: Int, _ needed: Int, of slots: Int, frames: Int) -> String {
    if slots == 1 { return "no face was found" }
    let faces = found == 1 ? "1 face was" : "\(found) faces were"
    return "\(faces) found in \(frames) declared frames, \(needed) are needed"
  }
}

extension FerryError.Code {
  /// Whether the frames are at fault, not the bundle or the machine.
  fileprivate var isAboutFrames: Bool {
    switch self {
    case .invalidVideo, .invalidPicture, .fileNotFound, .fileUnreadable, .truncatedFile, .memoryBudget: true
    default: false
    }
  }
}

extension PipelineDescription {
  /// One name a member: its model's, with a number where a model is several members.
  package var memberNames: [String] {
    var counts: [String: Int] = [:]
    return members.map { member in
      counts[member.model, default: 0] += 1
      let number = counts[member.model] ?? 1
      return number == 1 ? member.model : "\(member.model)#\(number)"
    }
  }
}

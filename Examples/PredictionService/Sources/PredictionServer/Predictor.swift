import FerryMedia
import FerryRuntime

/// Scores pictures within limits, as many at a time as are allowed.
package final class Predictor: Sendable {
  package typealias Score = @Sendable (Picture) async throws -> PipelineResult

  package let pipeline: Pipeline
  package let limits: ServiceLimits
  /// The bundle's manifest digest: which networks answer.
  package let bundleDigest: String
  let admission: Admission
  private let gate: Gate
  private let threads: ScoringThreads
  private let score: Score

  /// - Parameters:
  ///   - options: `threads` are those that work on one picture.
  ///   - score: what scores a picture; the bundle's pipeline if not given.
  /// - Throws: `missingPipeline` and what else opening the pipeline throws.
  package init(
    _ bundle: ModelBundle, options: SessionOptions = SessionOptions(), limits: ServiceLimits = ServiceLimits(),
    score: Score? = nil
  ) throws {
    let pipeline = try Pipeline(bundle, options: options)
    self.pipeline = pipeline
    self.limits = limits
    self.score = score ?? { try await pipeline.score($0) }
    bundleDigest = bundle.manifestDigest
    admission = Admission(limit: limits.inFlight + limits.waiting)
    gate = Gate(limit: limits.inFlight)
    threads = ScoringThreads(count: limits.inFlight)
  }

  /// Decodes and scores a PNG or JPEG picture when it is its turn.
  ///
  /// - Throws: `Problem` for what is no picture; `CancellationError`; what the pipeline throws.
  func predict(_ bytes: [UInt8]) async throws -> PipelineResult {
    try await gate.pass {
      try await withTaskExecutorPreference(threads) {
        let picture: Picture
        do {
          picture = try Picture(encoded: bytes, limits: Picture.Limits(pixelCount: limits.pixelCount))
        } catch let error as FerryError {
          throw Problem(picture: error)
        }
        try Task.checkCancellation()
        return try await score(picture)
      }
    }
  }
}

import Hummingbird
import NIOCore

/// One `POST /v1/predict`: checks what can be checked before anything is read, reads, scores.
struct Prediction {
  let predictor: Predictor

  /// - Throws: `Problem`, and what the pipeline throws.
  func respond(to request: Request) async throws -> Response {
    try checkHead(request.headers)
    let limits = predictor.limits
    let result = try await predictor.admission.enter {
      try await withTimeout(limits.timeout) { [predictor] in
        let body: ByteBuffer
        do {
          body = try await request.body.collect(upTo: limits.bodyByteCount)
        } catch is NIOTooManyBytesError {
          throw Problem.tooLarge(limits.bodyByteCount)
        } catch {
          // A timeout cancels the task, and is told as such.
          try Task.checkCancellation()
          throw Problem(
            .badRequest, "invalid-body", "the body does not come to its end as HTTP has it",
            hint: "send Content-Length, or chunks and a last one of no bytes")
        }
        try Task.checkCancellation()
        return try await predictor.predict(Array(buffer: body))
      }
    }
    return Response(json: PredictionJSON.prediction(result, of: predictor.pipeline))
  }

  private func checkHead(_ headers: HTTPFields) throws {
    let supported = ["image/png", "image/jpeg", "application/octet-stream"]
    // What follows a semicolon are parameters.
    if let type = headers[.contentType]?.prefix(while: { $0 != ";" }).lowercased(),
      !supported.contains(type.filter { $0 != " " })
    {
      throw Problem(
        .unsupportedMediaType, "unsupported-media-type", "the body is said to be \(type)",
        hint: "send a PNG or JPEG picture as it is, with Content-Type \(supported.joined(separator: ", ")) or none")
    }
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > predictor.limits.bodyByteCount {
      throw Problem.tooLarge(predictor.limits.bodyByteCount)
    }
  }
}

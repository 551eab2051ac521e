import FerryRuntime

/// Answers as JSON, with the names that `ferry detect --json` uses.
enum PredictionJSON {
  static func prediction(_ result: PipelineResult, of pipeline: Pipeline) -> JSONValue {
    [
      "pipeline": .string(pipeline.description.name),
      "label": .string(pipeline.description.label),
      "score": .number(result.score),
      "reason": result.reason.map { .string($0) } ?? .null,
      "faces": .array(result.faces.map { face($0, pipeline.memberNames) }),
      "members": byName(result.members.map { ($0.name, $0.probability) }),
    ]
  }

  static func health(_ predictor: Predictor) -> JSONValue {
    [
      "status": "ok", "pipeline": .string(predictor.pipeline.description.name),
      "members": .array(predictor.pipeline.memberNames.map { .string($0) }),
      "bundle": .string(predictor.bundleDigest), "version": .string(BundleProducer.ferry.version),
    ]
  }

  private static func face(_ face: PipelineResult.Face, _ members: [String]) -> JSONValue {
    let corners = [face.box.left, face.box.top, face.box.right, face.box.bottom]
    return [
      "box": .array(corners.map { .number(Double($0)) }),
      "score": face.score.map { .reported($0) } ?? .null,
      "probabilities": byName(zip(members, face.probabilities).map { ($0, $1) }),
    ]
  }

  private static func byName(_ values: [(name: String, value: Double)]) -> JSONValue {
    .object(values.reduce(into: JSONObject()) { $0.set($1.name, .reported($1.value)) })
  }
}

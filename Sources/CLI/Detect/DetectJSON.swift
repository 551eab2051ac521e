import FerryModel
import FerryPicture
import FerryRuntime
import FerryTensor

/// What was found out about one input.
struct DetectOutcome: Sendable, Equatable {
  let name: String
  let result: PipelineResult
}

/// Results as JSON, and back from the journal of an interrupted run.
enum DetectJSON {
  static func document(_ outcomes: [DetectOutcome], pipeline: PipelineDescription) -> JSONValue {
    [
      "pipeline": .string(pipeline.name), "label": .string(pipeline.label),
      "results": .array(outcomes.map { outcome($0) }),
    ]
  }

  static func outcome(_ outcome: DetectOutcome) -> JSONValue {
    let result = outcome.result
    return [
      "filename": .string(outcome.name),
      "label": .number(result.score),
      "reason": result.reason.map { .string($0) } ?? .null,
      "frameCount": .number(Double(result.frameCount)),
      "faces": .array(result.faces.map { face($0, result.members.map(\.name)) }),
      "members": .object(
        result.members.reduce(into: JSONObject()) { $0.set($1.name, .reported($1.probability)) }),
    ]
  }

  private static func face(_ face: PipelineResult.Face, _ names: [String]) -> JSONValue {
    var object = JSONObject()
    object.set("frame", .number(Double(face.frame)))
    object.set("box", numbers([face.box.left, face.box.top, face.box.right, face.box.bottom]))
    if face.corners != [face.box.left, face.box.top, face.box.right, face.box.bottom] {
      object.set("corners", numbers(face.corners))
    }
    object.set("score", face.score.map { .reported($0) } ?? .null)
    if !face.probabilities.isEmpty {
      object.set(
        "probabilities",
        .object(zip(names, face.probabilities).reduce(into: JSONObject()) { $0.set($1.0, .reported($1.1)) }))
    }
    return .object(object)
  }

  private static func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .number(Double($0)) }) }

  /// - Parameter members: the pipeline's, in their order.
  /// - Throws: `invalidJSON` for what `outcome` did not write.
  static func outcome(reading value: JSONValue, members names: [String]) throws -> DetectOutcome {
    let fields = try JSONField(value).object()
    /// One number a member, or none at all.
    func numbers(_ fields: JSONFields) throws -> [Double] {
      fields.value.count == 0 ? [] : try names.map { try reported(fields.field($0)) }
    }
    let members = zip(names, try numbers(fields.object("members"))).map {
      PipelineResult.Member(name: $0, probability: $1)
    }
    let faces = try fields.array("faces").map { field in
      let face = try field.object()
      let box = try face.integers("box")
      guard box.count == 4 else { throw field.error("a box has \(box.count) corners") }
      return PipelineResult.Face(
        frame: try face.integer("frame"), box: try PixelBox(left: box[0], top: box[1], right: box[2], bottom: box[3]),
        corners: try face.optionalArray("corners")?.map { try $0.integer() } ?? box,
        score: try face.optionalField("score").map { try reported($0) },
        probabilities: try face.optionalObject("probabilities").map(numbers) ?? [])
    }
    return DetectOutcome(
      name: try fields.string("filename"),
      result: PipelineResult(
        score: try fields.number("label", in: PipelineResult.probabilities),
        reason: try fields.optionalString("reason"),
        frameCount: try fields.integer("frameCount"), faces: faces, members: members))
  }

  private static func reported(_ field: JSONField) throws -> Double {
    guard case .string(let text) = field.value else { return try field.number() }
    guard let number = Double(text) else { throw field.error("\(field.name) is no number") }
    return number
  }
}

/// The table of scores.
enum DetectTable {
  static func csv(_ outcomes: [DetectOutcome]) -> String {
    (["filename,label"] + outcomes.map { "\(quoted($0.name)),\($0.result.score)" }).joined(separator: "\n") + "\n"
  }

  /// A field as RFC 4180 has it: in quotes where it holds what separates fields.
  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

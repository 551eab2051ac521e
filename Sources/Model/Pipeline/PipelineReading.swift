import FerryPicture
import FerryTensor

/// Where a pipeline's JSON stands: what a recipe leaves out has its default, a manifest states everything; and
/// anchors lie in a file or in a blob.
package struct PipelineReader {
  /// The anchors that a value names.
  package let anchors: (JSONField) throws -> Anchors

  package init(anchors: @escaping (JSONField) throws -> Anchors) { self.anchors = anchors }
}

extension PipelineReader {
  /// The members of a pipeline's object.
  package static let keys = [
    "aggregation", "blend", "crop", "description", "face", "fallback", "frames", "label", "members", "name",
  ]

  /// Reads a pipeline, and checks all that can be checked without the models.
  ///
  /// - Throws: an error with the fields' code that lists what is wrong, one thing a section and a member.
  package func pipeline(_ fields: JSONFields) throws -> PipelineDescription {
    var findings = Findings()
    let pipeline = pipeline(fields, into: &findings)
    try findings.check()
    guard let pipeline else { throw FerryError(.internalDefect, "a pipeline was read with holes") }
    return pipeline
  }

  /// The same, for whoever finds other things. What is wrong is added to the findings; the result is of use only if
  /// nothing was, and nil where a part of it is missing.
  package func pipeline(_ fields: JSONFields, into findings: inout Findings) -> PipelineDescription? {
    let name = findings.attempt { try fields.text("name") }
    let note = findings.attempt { try fields.optionalString("description") } ?? nil
    let label = findings.attempt { try fields.optionalString("label") ?? "score" }
    let frames = findings.attempt { try sampling(fields.optionalObject("frames")) }
    let face = findings.attempt { try fields.optionalObject("face").map { try extractor($0) } }
    let crop = findings.attempt { try self.crop(fields.optionalObject("crop")) }
    let items = findings.attempt { try fields.array("members") }
    let members = items?.compactMap { field in findings.attempt { try member(field.object()) } }
    if let items, items.isEmpty {
      findings.add(FerryError(fields.code, "\"members\" is empty", hint: "a pipeline needs one model at least"))
    }
    let aggregation = findings.attempt { try fields.optionalChoice("aggregation") ?? Aggregation.mean }
    let blend = findings.attempt { try fields.optionalChoice("blend") ?? Blend.geometric }
    let fallback = findings.attempt {
      // Where the frames are wrong, how many faces there can be is not known.
      try self.fallback(fields.optionalObject("fallback"), slots: frames?.count ?? Self.largestCount)
    }
    guard let name, let label, let frames, let face, let crop, let items, let members, members.count == items.count,
      !members.isEmpty, let aggregation, let blend, let fallback
    else { return nil }
    return PipelineDescription(
      name: name, note: note, label: label, frames: frames, face: face, crop: crop, members: members,
      aggregation: aggregation, blend: blend, fallback: fallback)
  }

  private static let largestCount = 10_000

  private func sampling(_ fields: JSONFields?) throws -> FrameSampling {
    guard let fields else { return FrameSampling() }
    try fields.requireOnly(["count", "failedCrop", "sampling"])
    if let sampling = try fields.optionalString("sampling"), sampling != "linspace" {
      throw try fields.field("sampling").error("\"frames.sampling\" is \"\(sampling)\"", supported: "linspace")
    }
    return FrameSampling(
      count: try fields.count("count", in: 1...Self.largestCount),
      failedCrop: try fields.optionalChoice("failedCrop") ?? .nextFrame)
  }

  private func extractor(_ fields: JSONFields) throws -> FaceExtractor {
    try fields.requireOnly(["decoder", "input", "model"])
    let input = try fields.object("input")
    try input.requireOnly(Self.inputKeys)
    return FaceExtractor(
      model: try fields.text("model"), size: try size(input), input: try picture(input),
      decoder: try decoder(fields.object("decoder")))
  }

  private static let inputKeys = ["color", "layout", "mean", "range", "resize", "size", "std"]

  private func size(_ fields: JSONFields) throws -> FaceExtractor.InputSize {
    if case .array = try fields.field("size").value {
      let (width, height) = try fields.size("size")
      return .fixed(width: width, height: height)
    }
    let size = try fields.object("size")
    try size.requireOnly(["longest", "multipleOf"])
    let multiple = try size.count("multipleOf", in: 1...4096)
    let longest = try size.optionalCount("longest", in: multiple...65_536)
    return .multiple(of: multiple, longest: longest)
  }

  /// How pixels become numbers; the size stands beside it.
  private func picture(_ fields: JSONFields) throws -> PictureInputDescription {
    let color = try fields.optionalChoice("color") ?? PictureColor.rgb
    let std = try numbers(fields, "std", color)
    if let std, let wrong = std.first(where: { !(Float($0) > 0) }) {
      let field = try fields.field("std")
      throw field.error("\(field.name) holds \(wrong)", supported: "numbers above 0")
    }
    return PictureInputDescription(
      resize: try fields.optionalChoice("resize") ?? .openCVLinear, color: color,
      range: try fields.choice("range"), mean: try numbers(fields, "mean", color), std: std,
      layout: try fields.optionalChoice("layout"))
  }

  /// One number a channel.
  private func numbers(_ fields: JSONFields, _ key: String, _ color: PictureColor) throws -> [Double]? {
    guard let field = fields.optionalField(key) else { return nil }
    let numbers = try field.array().map { try $0.number() }
    guard numbers.count == color.channelCount else {
      throw field.error(
        "\(field.name) holds \(numbers.count) numbers", supported: "\(color.channelCount), one a channel")
    }
    if let wrong = numbers.first(where: { $0.magnitude > 1e30 }) {
      throw field.error("\(field.name) holds \(wrong)", supported: "numbers from -1e30 to 1e30")
    }
    return numbers
  }

  private func crop(_ fields: JSONFields?) throws -> FaceCrop {
    guard let fields else { return FaceCrop() }
    try fields.requireOnly(["margin", "outside", "resize", "square"])
    var crop = FaceCrop(
      outside: try fields.optionalChoice("outside") ?? .clamp,
      margin: try fields.optionalNumber("margin", in: -0.5...10) ?? 0,
      square: try fields.optionalBool("square") ?? false)
    if let resize = try fields.optionalObject("resize") {
      try resize.requireOnly(["method", "size"])
      let (width, height) = try resize.size("size")
      crop.resize = .init(
        width: width, height: height, method: try resize.optionalChoice("method") ?? .openCVLinear)
      guard crop.resize?.method.givesBytes == true else {
        throw try resize.field("method").error(
          "\"crop.resize.method\" gives numbers between bytes, and the crop is a picture",
          supported: ResizeMethod.allCases.filter(\.givesBytes).map(\.rawValue).joined(separator: ", "))
      }
    }
    return crop
  }

  private func member(_ fields: JSONFields) throws -> PipelineMember {
    try fields.requireOnly(["input", "model", "output", "weight"])
    let input = try fields.object("input")
    try input.requireOnly(Self.inputKeys)
    let (width, height) = try input.size("size")
    var member = PipelineMember(
      model: try fields.text("model"), width: width, height: height, input: try picture(input),
      weight: try fields.optionalNumber("weight", in: 0...1e9) ?? 1)
    guard member.weight > 0 else {
      let field = try fields.field("weight")
      throw field.error("\(field.name) is \(member.weight)", hint: "leave out what does not count")
    }
    if let output = try fields.optionalObject("output") {
      try output.requireOnly(["activation", "class", "name"])
      member.output = try output.optionalString("name")
      member.activation = try output.optionalChoice("activation") ?? .sigmoid
      member.classIndex = try classIndex(output) ?? 0
    }
    return member
  }

  private func fallback(_ fields: JSONFields?, slots: Int) throws -> Fallback {
    guard let fields else { return Fallback(minimumFaces: slots) }
    try fields.requireOnly(["minimumFaces", "score"])
    return Fallback(
      score: try fields.optionalNumber("score", in: 0...1) ?? 0.5,
      minimumFaces: try fields.optionalCount("minimumFaces", in: 1...slots) ?? slots)
  }
}

extension PipelineReader {
  private func decoder(_ fields: JSONFields) throws -> FaceDecoder {
    let kind = try fields.string("kind")
    switch kind {
    case "centerface":
      try fields.requireOnly(["kind", "overlap", "threshold"])
      return .centerFace(threshold: try threshold(fields), overlap: try overlap(fields) ?? 0.3)
    case "ssd":
      try fields.requireOnly([
        "anchors", "boxOrder", "boxes", "class", "kind", "limit", "overlap", "scoreActivation", "scores", "threshold",
        "variances",
      ])
      let variances = try fields.optionalArray("variances")?.map { try $0.number() } ?? [0.1, 0.2]
      guard variances.count == 2, variances.allSatisfy({ $0 > 0 && $0 <= 100 }) else {
        let field = try fields.field("variances")
        throw field.error(
          "\(field.name) is \(variances)", supported: "two numbers above 0, up to 100: of the centre, of the size")
      }
      return .ssd(
        SSDDecoder(
          boxes: try fields.text("boxes"), scores: try fields.text("scores"),
          anchors: try anchors(fields.field("anchors")), variances: variances,
          boxOrder: try fields.optionalChoice("boxOrder") ?? .xywh,
          scoreActivation: try fields.optionalChoice("scoreActivation") ?? .softmax,
          classIndex: try classIndex(fields) ?? 1, threshold: try threshold(fields),
          overlap: try overlap(fields) ?? 0.45,
          limit: try fields.optionalCount("limit", in: 1...100_000) ?? 200))
    case "boxes":
      try fields.requireOnly([
        "boxOrder", "boxes", "class", "kind", "normalized", "overlap", "scores", "threshold",
      ])
      return .boxes(
        BoxDecoder(
          boxes: try fields.text("boxes"), scores: try fields.text("scores"),
          boxOrder: try fields.choice("boxOrder"), normalized: try fields.bool("normalized"),
          classIndex: try classIndex(fields) ?? 0, threshold: try threshold(fields), overlap: try overlap(fields)))
    default:
      let field = try fields.field("kind")
      throw field.error("\(field.name) is \"\(kind)\"", supported: "centerface, ssd, boxes")
    }
  }

  private func classIndex(_ fields: JSONFields) throws -> Int? {
    try fields.optionalCount("class", in: 0...1_000_000)
  }

  private func threshold(_ fields: JSONFields) throws -> Double {
    try fields.optionalNumber("threshold", in: 0...1) ?? 0
  }

  private func overlap(_ fields: JSONFields) throws -> Double? {
    try fields.optionalNumber("overlap", in: 0...1)
  }
}

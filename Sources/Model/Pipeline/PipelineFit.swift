import FerryPicture
import FerryTensor

/// How a network takes pictures, found out from its graph.
package struct PictureFit: Sendable, Equatable {
  /// The input's name.
  package var input: String
  package var layout: ModelPort.Layout
  package var elementType: ElementType
  /// Whether it takes any number of pictures at once, or one.
  package var takesBatches: Bool
  /// 3, or 1 for brightness.
  package var channelCount: Int

  /// The input's shape for so many pictures.
  package func shape(count: Int, width: Int, height: Int) -> [Int] {
    layout == .channelsFirst ? [count, channelCount, height, width] : [count, height, width, channelCount]
  }
}

/// A member and what its network makes of its pictures.
package struct MemberFit: Sendable {
  package var picture: PictureFit
  /// The output that is read.
  package var output: String
  /// Numbers that the output has for each picture.
  package var classCount: Int
}

extension PipelineDescription {
  /// How each network takes pictures, and which numbers are read from it.
  package typealias Fit = (face: PictureFit?, members: [MemberFit])

  /// Checks that each network takes what the pipeline gives it, and gives what the pipeline reads.
  ///
  /// - Parameter graph: the graph of a model by its name.
  /// - Throws: an error with `code` that lists everything that does not fit.
  package func fit(code: FerryError.Code, graph: (String) -> Graph?) throws -> Fit {
    var findings = Findings()
    let fit = fit(code: code, into: &findings, graph: graph)
    try findings.check()
    return fit
  }

  /// The same, for whoever has found other things.
  ///
  /// - Parameters:
  ///   - findings: gets an error with `code` for everything that does not fit, whose part of the result is left out.
  ///   - graph: nil for a model that is not there, whose part is left out and passed over.
  package func fit(code: FerryError.Code, into findings: inout Findings, graph: (String) -> Graph?) -> Fit {
    func attempt<Result>(_ place: String, _ body: () throws -> Result) -> Result? {
      findings.attempt {
        do {
          return try body()
        } catch let error as FerryError where error.code != .internalDefect {
          throw FerryError(
            code, "\(place): \(error.message)", at: error.location, supported: error.supported, hint: error.hint,
            causes: error.causes)
        }
      }
    }
    let faceFit = face.flatMap { face in
      attempt("face") { try graph(face.model).map(face.fit) } ?? nil
    }
    let memberFits = members.enumerated().map { index, member in
      attempt("members[\(index)]") { try graph(member.model).map(member.fit) } ?? nil
    }
    return (faceFit, memberFits.compactMap { $0 })
  }
}

extension FaceExtractor {
  fileprivate func fit(_ graph: Graph) throws -> PictureFit {
    let fit = try graph.pictureFit(of: model, input)
    try fit.requireBytes(input, model: model)
    let names = graph.outputs.map { graph[$0].name }
    let needed: [String] =
      switch decoder {
      case .centerFace: []
      case .ssd(let ssd): [ssd.boxes, ssd.scores]
      case .boxes(let boxes): [boxes.boxes, boxes.scores]
      }
    if let absent = needed.first(where: { !names.contains($0) }) {
      throw FerryError(
        .unknownName, "the model \"\(model)\" has no output \"\(absent)\"", supported: names.joined(separator: ", "))
    }
    if case .centerFace = decoder, names.count != 4 {
      throw FerryError(
        .shapeMismatch, "the model \"\(model)\" has \(names.count) outputs, the decoder centerface reads 4",
        supported: "heat map, size, offset, landmarks")
    }
    let (width, height) = size.example
    let bound = try graph.bound(toInputShapes: [fit.shape(count: 1, width: width, height: height)])
    let shapes = Dictionary(
      zip(names, bound.outputs.map { bound[$0].shape }), uniquingKeysWith: { first, _ in first })
    try decoder.check(shapes, inOrder: names)
    return fit
  }
}

extension FaceExtractor.InputSize {
  /// A size that the network will see: the only one, or one such as frames have.
  fileprivate var example: (width: Int, height: Int) {
    switch self {
    case .fixed(let width, let height): return (width, height)
    case .multiple(let multiple, let longest):
      // Two different sides, so that no network fits by chance; those of a small frame, or what `longest` allows. Even
      // where every number of pixels is allowed, they are such as networks like.
      let height = (min(256, longest ?? 256) + multiple - 1) / multiple * multiple
      let wider = height + (32 + multiple - 1) / multiple * multiple
      return (longest.map { wider > ($0 + multiple - 1) / multiple * multiple } == true ? height : wider, height)
    }
  }
}

extension FaceDecoder {
  /// Checks that the network's outputs are what the decoder reads, as far as shapes are known before it runs.
  fileprivate func check(_ shapes: [String: [Dimension]], inOrder names: [String]) throws {
    func require(_ name: String, _ wanted: [Int?], _ words: String) throws {
      guard let shape = shapes[name] else { return }
      let fits =
        shape.count == wanted.count
        && zip(shape, wanted).allSatisfy { $0.value == nil || $1 == nil || $0.value == $1 }
      guard fits else {
        throw FerryError(
          .shapeMismatch, "the output \"\(name)\" is \(shape.text), which the decoder does not read", supported: words)
      }
    }
    func requireScores(_ name: String, count: Int?, classIndex: Int) throws {
      let number = count.map(String.init) ?? "N"
      guard let shape = shapes[name] else { return }
      try require(
        name, shape.count == 2 ? [1, count] : [1, count, nil],
        classIndex == 0 ? "1×\(number) or 1×\(number)×C" : "1×\(number)×C")
      let classes = shape.count == 2 ? 1 : shape[2].value
      guard classes.map({ classIndex < $0 }) != false else {
        throw FerryError(
          .shapeMismatch, "the output \"\(name)\" is \(shape.text), and class \(classIndex) is read",
          supported: "\"class\" from 0 to \((classes ?? 1) - 1)")
      }
    }
    switch self {
    case .centerFace:
      for (name, channels) in zip(names, [1, 2, 2, 10]) {
        try require(name, [1, channels, nil, nil], "1×1×h×w, 1×2×h×w, 1×2×h×w, 1×10×h×w: CenterFace's four maps")
      }
    case .ssd(let ssd):
      let count = ssd.anchors.count
      try require(ssd.boxes, [1, count, 4], "1×\(count)×4: a box for each anchor")
      try requireScores(ssd.scores, count: count, classIndex: ssd.classIndex)
    case .boxes(let boxes):
      try require(boxes.boxes, [1, nil, 4], "1×N×4")
      try requireScores(boxes.scores, count: shapes[boxes.boxes]?[1].value, classIndex: boxes.classIndex)
    }
  }
}

extension PipelineMember {
  fileprivate func fit(_ graph: Graph) throws -> MemberFit {
    let fit = try graph.pictureFit(of: model, input)
    try fit.requireBytes(input, model: model)
    let names = graph.outputs.map { graph[$0].name }
    guard let output = output ?? (names.count == 1 ? names.first : nil) else {
      throw FerryError(
        .usage, "the model \"\(model)\" has \(names.count) outputs", supported: names.joined(separator: ", "),
        hint: "say which one is read: \"output\": { \"name\": … }")
    }
    guard let position = names.firstIndex(of: output) else {
      throw FerryError(
        .unknownName, "the model \"\(model)\" has no output \"\(output)\"", supported: names.joined(separator: ", "))
    }
    let bound = try graph.bound(toInputShapes: [fit.shape(count: 1, width: width, height: height)])
    guard let shape = bound[bound.outputs[position]].shape.fixed, shape.first == 1 || shape.isEmpty else {
      throw FerryError(
        .shapeMismatch,
        "the output \"\(output)\" of \"\(model)\" is \(bound[bound.outputs[position]].shape.text) for one picture",
        supported: "one row of numbers a picture")
    }
    let count = shape.reduce(1, *)
    guard classIndex < count else {
      throw FerryError(
        .shapeMismatch,
        "the output \"\(output)\" of \"\(model)\" has \(count) numbers a picture, and number \(classIndex) "
          + "is asked for", supported: "\"class\" from 0 to \(count - 1)")
    }
    if activation == .softmax, count == 1 {
      throw FerryError(
        .shapeMismatch, "a softmax over the one number of \"\(model)\" is always 1", hint: "use the activation sigmoid")
    }
    return MemberFit(picture: fit, output: output, classCount: count)
  }
}

extension PictureFit {
  /// A network that takes integers gets bytes as they are.
  fileprivate func requireBytes(_ input: PictureInputDescription, model: String) throws {
    guard elementType != .float32 else { return }
    guard elementType == .uint8, input.range == .zeroTo255, input.mean == nil, input.std == nil, input.resize.givesBytes
    else {
      throw FerryError(
        .typeMismatch, "the model \"\(model)\" takes \(elementType.rawValue)",
        supported: "float32, or uint8 with range 0-255, without mean and std, resized to bytes")
    }
  }
}

extension Graph {
  /// How the graph's only input takes colour pictures.
  fileprivate func pictureFit(of model: String, _ input: PictureInputDescription) throws -> PictureFit {
    guard inputs.count == 1, let id = inputs.first else {
      throw FerryError(
        .shapeMismatch, "the model \"\(model)\" has \(inputs.count) inputs, where one picture is given",
        hint: "fix the others when converting: ferry convert --constant NAME=VALUE")
    }
    let (value, shape) = (self[id], self[id].shape)
    let wanted = input.color.channelCount
    func takes(_ axis: Int) -> Bool { shape[axis].value == wanted }
    guard shape.count == 4, takes(1) || takes(3) || shape[1].value == nil else {
      throw FerryError(
        .shapeMismatch, "the input \"\(value.name)\" of \"\(model)\" is \(shape.text)",
        supported: "batch×\(wanted)×height×width or batch×height×width×\(wanted)",
        hint: wanted == 3 ? "a network of one channel takes \"color\": \"grey\"" : nil)
    }
    let found: ModelPort.Layout = input.layout ?? (takes(3) && !takes(1) ? .channelsLast : .channelsFirst)
    let channels = found == .channelsFirst ? shape[1] : shape[3]
    guard channels.value == nil || channels.value == wanted else {
      throw FerryError(
        .shapeMismatch, "the input \"\(value.name)\" of \"\(model)\" is \(shape.text), which is not \(found.rawValue)",
        hint: "leave \"layout\" out")
    }
    let batch = shape[0].value
    guard batch == nil || batch == 1 else {
      throw FerryError(
        .shapeMismatch,
        "the model \"\(model)\" takes \(shape.text): no other number of pictures than \(shape[0].description)",
        supported: "a symbol for the batch, or 1", hint: "convert it with --input-shape \(value.name)=batchx3x…")
    }
    return PictureFit(
      input: value.name, layout: found, elementType: value.elementType, takesBatches: batch == nil,
      channelCount: wanted)
  }
}

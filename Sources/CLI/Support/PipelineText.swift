import FerryModel
import FerryPicture
import FerryTensor
import FerryVerify

/// A pipeline as a picture of characters: from top to bottom what happens to a video.
enum PipelineText {
  static func text(_ pipeline: PipelineDescription) -> String {
    var lines = ["pipeline \(pipeline.name.printable)"]
    if let note = pipeline.note { lines.append("  \(note.printable)") }
    lines.append("  video, picture or folder of frames")
    lines.append("   │  \(frames(pipeline))")
    if let face = pipeline.face {
      lines.append("   ▼")
      lines.append("  face: \(face.model.printable), \(size(face.size)), \(input(face.input))")
      lines.append("   │  \(decoder(face.decoder)): the best box, corners truncated to pixels")
      lines.append("   │  \(crop(pipeline.crop))")
    } else if let resize = pipeline.crop.resize {
      lines.append("   │  \(resize.width)×\(resize.height) by \(resize.method.rawValue)")
    }
    let answered = answer(pipeline)
    let rows = pipeline.members.map { member in
      [
        member.model.printable, "\(member.width)×\(member.height)", input(member.input), activation(member),
        "weight \(Format.number(member.weight))",
      ]
    }
    for row in Format.table(rows, indentation: "").split(separator: "\n") {
      lines.append("   ├─ \(row)")
    }
    lines.append("   ▼")
    lines.append("  \(answered)")
    let fewer = pipeline.fallback.minimumFaces
    lines.append(
      "  fewer than \(fewer == 1 ? "1 face" : "\(fewer) faces") in a video, a failure or NaN: "
        + Format.number(pipeline.fallback.score))
    return lines.joined(separator: "\n")
  }

  /// The same as a picture.
  static func drawing(_ pipeline: PipelineDescription) -> FlowDrawing {
    var rows: [[FlowDrawing.Box]] = [
      [
        FlowDrawing.Box(
          "video, picture or folder of frames", frames(pipeline).split(separator: "; ").map(String.init), kind: .input)
      ]
    ]
    if let face = pipeline.face {
      rows.append([
        FlowDrawing.Box(
          face.model, [size(face.size), input(face.input), "\(decoder(face.decoder)): the best box"], kind: .network)
      ])
    }
    rows.append([FlowDrawing.Box("crop", crop(pipeline.crop).split(separator: ", ").map(String.init))])
    rows.append(
      pipeline.members.map { member in
        FlowDrawing.Box(
          member.model,
          ["\(member.width)×\(member.height)", input(member.input), activation(member)]
            + (member.weight == 1 ? [] : ["weight \(Format.number(member.weight))"]), kind: .network)
      })
    rows.append([
      FlowDrawing.Box(pipeline.label, answer(pipeline).split(separator: ", ").map(String.init), kind: .answer)
    ])
    return FlowDrawing(title: pipeline.name, rows: rows)
  }

  static func frames(_ pipeline: PipelineDescription) -> String {
    let count = pipeline.frames.count
    let frames = count == 1 ? "the first frame" : "\(count) frames, evenly spaced"
    switch pipeline.frames.failedCrop {
    case .nextFrame: return "\(frames); where one shows no face, the next is tried"
    case .skip: return "\(frames); one without a face is left out"
    }
  }

  static func size(_ size: FaceExtractor.InputSize) -> String {
    switch size {
    case .fixed(let width, let height): "frame to \(width)×\(height)"
    case .multiple(let multiple, nil): "frame to multiples of \(multiple)"
    case .multiple(let multiple, let longest?): "frame to multiples of \(multiple), at most \(longest)"
    }
  }

  static func input(_ input: PictureInputDescription) -> String {
    let normalised =
      switch (input.mean, input.std) {
      case (nil, nil): ""
      case (_?, nil): " − mean"
      case (nil, _?): " ÷ std"
      case (_?, _?): " − mean ÷ std"
      }
    return "\(input.color.rawValue) \(input.range.rawValue)\(normalised), \(input.resize.rawValue)"
  }

  static func decoder(_ decoder: FaceDecoder) -> String {
    func above(_ threshold: Double) -> String { threshold > 0 ? " above \(Format.number(threshold))" : "" }
    switch decoder {
    case .centerFace(let threshold, _): return "CenterFace\(above(threshold))"
    case .ssd(let ssd): return "SSD of \(ssd.anchors.count) anchors\(above(ssd.threshold))"
    case .boxes(let boxes): return "boxes \"\(boxes.boxes.printable)\"\(above(boxes.threshold))"
    }
  }

  static func crop(_ crop: FaceCrop) -> String {
    var parts: [String] = []
    if crop.margin != 0 { parts.append("margin of \(Format.number(100 * crop.margin)) % on each side") }
    if crop.square { parts.append("squared") }
    parts.append(crop.outside == .numpy ? "cropped as NumPy slices" : "cropped within the frame")
    if let resize = crop.resize { parts.append("\(resize.width)×\(resize.height) by \(resize.method.rawValue)") }
    return parts.joined(separator: ", ")
  }

  static func activation(_ member: PipelineMember) -> String {
    switch member.activation {
    case .none: member.classIndex == 0 ? "as it is" : "number \(member.classIndex)"
    case .sigmoid: "sigmoid"
    case .softmax: "softmax, class \(member.classIndex)"
    }
  }

  static func answer(_ pipeline: PipelineDescription) -> String {
    let over = "\(pipeline.aggregation.rawValue) over the faces"
    guard pipeline.members.count > 1 else { return "\(over) = \(pipeline.label.printable)" }
    let isWeighted = pipeline.members.contains { $0.weight != pipeline.members.first?.weight }
    let blend = "\(isWeighted ? "weighted " : "")\(pipeline.blend.rawValue) mean of \(pipeline.members.count) members"
    return "\(over) of each, \(blend) = \(pipeline.label.printable)"
  }
}

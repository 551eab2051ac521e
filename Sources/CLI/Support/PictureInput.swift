import FerryMedia
import FerryRuntime
import FerryTensor

/// An input file: an array as it is, a picture as the model wants it.
struct PictureInput {
  let options: PictureOptions
  let decode: Run.Decoder?

  func tensor(_ path: String, for name: String, of model: Model) throws -> Tensor {
    if path.hasSuffix(".npy") {
      if let option = options.firstGiven {
        throw FerryError(
          .usage, "\(path) is given to the model as it is; \(option) is for pictures", hint: "leave \(option) out")
      }
      return try Tensor(npy: path)
    }
    let whole = try Picture(contentsOf: path)
    // CenterFace is known to take raw 8-bit numbers; of other models only the user knows.
    guard let range = options.range ?? (decode == .centerface ? .zeroTo255 : nil) else {
      throw FerryError(
        .usage, "a picture's numbers can be given to the model in more than one range", at: .init(file: path),
        supported: PixelRange.allCases.map { "--range \($0.rawValue)" }.joined(separator: ", "),
        hint: "use the one that the model was trained with")
    }
    return try located(.init(file: path)) {
      let wanted = try PictureShape(name, of: model)
      let part = try options.part(of: whole)
      let picture = try wanted.fitted(channels(part, wanted), resize: options.resize)
      return try picture.tensor(
        range: range, color: options.color ?? .rgb, channels: wanted.channels, order: wanted.order)
    }
  }

  /// Grey before it is resized: what is rounded is what the model gets.
  private func channels(_ picture: Picture, _ wanted: PictureShape) -> Picture {
    wanted.channels == 1 ? picture.grey() : picture
  }
}

/// What pictures an input takes.
private struct PictureShape {
  let name: String
  let channels: Int
  let order: ChannelOrder
  /// nil: any
  let height, width: Int?

  init(_ name: String, of model: Model) throws {
    self.name = name
    guard let id = model.graph.inputs.first(where: { model.graph[$0].name == name }) else {
      throw FerryError(.unknownName, "the model has no input \"\(name)\"")
    }
    let shape = model.graph[id].shape
    func takes(_ axis: Int) -> Bool { [1, 3].contains(shape[axis].value) }
    guard shape.count == 4, [nil, 1].contains(shape[0].value), takes(1) || takes(3) || shape[1].value == nil else {
      throw FerryError(
        .shapeMismatch, "input \"\(name)\" takes \(shape.text), which one picture cannot be", hint: "give a .npy array")
    }
    // A file of Keras has its channels last.
    order = takes(3) && !takes(1) ? .channelsLast : .channelsFirst
    let isLast = order == .channelsLast
    channels = shape[isLast ? 3 : 1].value ?? 3
    height = shape[isLast ? 1 : 2].value
    width = shape[isLast ? 2 : 3].value
  }

  /// The picture in the model's size.
  func fitted(_ picture: Picture, resize: Bool) throws -> Picture {
    let (height, width) = (height ?? picture.height, width ?? picture.width)
    guard (height, width) != (picture.height, picture.width) else { return picture }
    guard resize else {
      let shape = order == .channelsLast ? "1xheightxwidthx\(channels)" : "1x\(channels)xheightxwidth"
      throw FerryError(
        .shapeMismatch, "the picture has \(picture.width)×\(picture.height) pixels, the model takes \(width)×\(height)",
        hint: "give --resize, or convert the model with --input-shape \(name)=\(shape) if it is fully convolutional")
    }
    return try picture.resized(width: width, height: height)
  }
}

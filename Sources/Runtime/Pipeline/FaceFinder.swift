import FerryModel
import FerryPicture
import FerryTensor

/// Finds the face of a frame and cuts it out.
struct FaceFinder {
  private let extractor: FaceExtractor?
  private let fit: PictureFit?
  private let session: Session?
  private let crop: FaceCrop

  init(_ pipeline: Pipeline) throws {
    extractor = pipeline.description.face
    fit = pipeline.fit.face
    crop = pipeline.description.crop
    session = try extractor.flatMap { try pipeline.models[$0.model]?.session(pipeline.options) }
  }

  /// The part of the frame that members see; nil for a failed crop.
  ///
  /// - Throws: what running the extractor on a frame of this size throws.
  func crop(_ frame: Frame) throws -> (face: PipelineResult.Face, picture: Picture)? {
    try found(frame).map { ($0.face, $0.picture) }
  }

  /// A face, and what was seen on the way to it.
  struct Found {
    var face: PipelineResult.Face
    /// What members see.
    var picture: Picture
    var detectorInput: Tensor?
  }

  func found(_ frame: Frame) throws -> Found? {
    let picture = frame.picture
    var corners = [0, 0, picture.width, picture.height]
    var score: Double?
    let answer = try answer(picture)
    if let answer {
      guard
        let found = try answer.decoder.best(answer.outputs, input: answer.inputSize, picture: picture.size),
        let edges = corner(found)
      else { return nil }
      (corners, score) = (edges, found.score)
    }
    guard
      let box = crop.outside.resolved(
        left: corners[0], top: corners[1], right: corners[2], bottom: corners[3], width: picture.width,
        height: picture.height)
    else { return nil }
    let face = PipelineResult.Face(frame: frame.index, box: box, corners: corners, score: score, probabilities: [])
    return Found(face: face, picture: try cut(picture, box), detectorInput: answer?.input)
  }

  private func cut(_ picture: Picture, _ box: PixelBox) throws -> Picture {
    let isWhole = box.width == picture.width && box.height == picture.height
    let part = isWhole ? picture : try picture.cropped(to: box)
    guard let resize = crop.resize else { return part }
    return try part.resized(width: resize.width, height: resize.height, method: resize.method)
  }

  /// Every face of a picture, best first, in its pixels.
  func all(_ picture: Picture) throws -> [Detection] {
    guard let answer = try answer(picture) else { return [] }
    return try answer.decoder.all(answer.outputs, input: answer.inputSize, picture: picture.size)
  }

  /// What the detector says of a picture, and who reads it.
  private struct Answer {
    let decoder: FaceDecoder
    let inputSize: PixelSize
    let input: Tensor
    /// In the network's order.
    let outputs: [(name: String, tensor: Tensor)]
  }

  /// Runs the detector; nil if the pipeline has none.
  private func answer(_ picture: Picture) throws -> Answer? {
    guard let extractor, let fit, let session else { return nil }
    let size = extractor.size.size(ofFrame: picture.size)
    let input = try extractor.input.preparation(width: size.width, height: size.height, fit)([picture])
    let outputs = try session.run([fit.input: input.given(fit)])
    return Answer(
      decoder: extractor.decoder, inputSize: size, input: input,
      outputs: session.model.outputNames.compactMap { name in outputs[name].map { (name: name, tensor: $0) } })
  }

  /// The box with its margin, its corners truncated; nil for numbers that are no box.
  private func corner(_ found: Detection) -> [Int]? {
    var (left, top, right, bottom) = (found.left, found.top, found.right, found.bottom)
    let (marginX, marginY) = ((right - left) * crop.margin, (bottom - top) * crop.margin)
    (left, top, right, bottom) = (left - marginX, top - marginY, right + marginX, bottom + marginY)
    if crop.square {
      let side = max(right - left, bottom - top)
      let (centerX, centerY) = ((left + right) / 2, (top + bottom) / 2)
      (left, top, right, bottom) = (centerX - side / 2, centerY - side / 2, centerX + side / 2, centerY + side / 2)
    }
    let edges = [left, top, right, bottom]
    guard edges.allSatisfy({ $0.magnitude < 1e9 }) else { return nil }
    return edges.map { Int($0) }
  }
}

extension FaceExtractor.InputSize {
  /// The network's input for a frame, in pixels.
  func size(ofFrame frame: PixelSize) -> PixelSize {
    switch self {
    case .fixed(let width, let height): return PixelSize(width: width, height: height)
    case .multiple(let multiple, let longest):
      func rounded(_ side: Int) -> Int {
        let longer = max(frame.width, frame.height)
        let scaled =
          if let longest, longer > longest { (side * longest + longer - 1) / longer } else { side }
        return (scaled + multiple - 1) / multiple * multiple
      }
      return PixelSize(width: rounded(frame.width), height: rounded(frame.height))
    }
  }
}

/// Brings pictures into the form of a network's input.
struct InputPreparation {
  private let preparation: PicturePreparation
  private let isGrey: Bool
  private let fit: PictureFit

  init(_ input: PictureInputDescription, width: Int, height: Int, _ fit: PictureFit) throws {
    isGrey = input.color == .grey
    self.fit = fit
    func floats(_ numbers: [Double]?) -> [Float]? {
      numbers.map { numbers in
        numbers.count == 1 ? [Float](repeating: Float(numbers[0]), count: 3) : numbers.map { Float($0) }
      }
    }
    preparation = try PicturePreparation(
      width: width, height: height, method: input.resize, color: input.color == .bgr ? .bgr : .rgb, range: input.range,
      mean: floats(input.mean), std: floats(input.std),
      // Of three equal channels one is taken, which is easier where each lies together.
      layout: fit.layout == .channelsLast && !isGrey ? .channelsLast : .channelsFirst)
  }

  /// The pictures as a batch.
  func callAsFunction(_ pictures: [Picture]) throws -> Tensor {
    guard isGrey else { return try preparation.tensor(pictures) }
    // Grey before it is resized: what is rounded is what the network gets.
    let three = try preparation.tensor(pictures.map { $0.grey() }).floats()
    let area = preparation.width * preparation.height
    var one: [Float] = []
    one.reserveCapacity(pictures.count * area)
    for index in pictures.indices {
      let start = 3 * area * index
      one += three[start..<start + area]
    }
    return try Tensor(
      one, shape: fit.shape(count: pictures.count, width: preparation.width, height: preparation.height))
  }
}

extension PictureInputDescription {
  func preparation(width: Int, height: Int, _ fit: PictureFit) throws -> InputPreparation {
    try InputPreparation(self, width: width, height: height, fit)
  }
}

extension Tensor {
  /// The numbers in the type that the network takes.
  func given(_ fit: PictureFit) throws -> Tensor {
    guard fit.elementType == .uint8 else { return self }
    return try Tensor(floats().map { UInt8(max(0, min(255, $0))) }, shape: shape.dimensions)
  }
}

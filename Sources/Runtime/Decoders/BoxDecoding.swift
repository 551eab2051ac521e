import FerryModel
import FerryPicture
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension FaceDecoder {
  /// What a detector says of one picture, in that picture's pixels.
  ///
  /// Relative boxes become pixels of the picture in one multiplication: by way of the input's pixels, the right edge of
  /// a picture could come out a little less than its width.
  ///
  /// - Parameters:
  ///   - outputs: the network's, in its order.
  ///   - input: the size of the network's input, in pixels.
  ///   - picture: the size of the picture that was brought to that size.
  /// - Throws: `shapeMismatch` if they are not what this decoder reads.
  private func candidates(
    _ outputs: [(name: String, tensor: Tensor)], input: PixelSize, picture: PixelSize
  ) throws -> Candidates {
    switch self {
    case .centerFace: try CenterFace.candidates(outputs.map(\.tensor)).scaled(from: input, to: picture)
    case .ssd(let decoder): try decoder.candidates(outputs, width: picture.width, height: picture.height)
    case .boxes(let decoder):
      decoder.normalized
        ? try decoder.candidates(outputs, width: picture.width, height: picture.height)
        : try decoder.candidates(outputs, width: 1, height: 1).scaled(from: input, to: picture)
    }
  }

  /// The face with the highest score, of equal ones the first, in the picture's pixels.
  package func best(
    _ outputs: [(name: String, tensor: Tensor)], input: PixelSize, picture: PixelSize
  ) throws -> Detection? {
    let threshold =
      switch self {
      case .centerFace(let threshold, _): threshold
      case .ssd(let decoder): decoder.threshold
      case .boxes(let decoder): decoder.threshold
      }
    return try candidates(outputs, input: input, picture: picture).best(threshold: threshold)
  }

  /// All faces, best first: those above the threshold of which none overlaps a better one too much. Without a threshold
  /// one of 0.5 holds.
  package func all(
    _ outputs: [(name: String, tensor: Tensor)], input: PixelSize, picture: PixelSize
  ) throws -> [Detection] {
    let found = try candidates(outputs, input: input, picture: picture)
    func bound(_ threshold: Double) -> Double { threshold == 0 ? 0.5 : threshold }
    return switch self {
    case .centerFace(let threshold, let overlap): found.all(threshold: bound(threshold), overlap: overlap)
    case .ssd(let ssd): found.all(threshold: bound(ssd.threshold), overlap: ssd.overlap, limit: ssd.limit)
    // Boxes that do not overlap at all would be dropped by an overlap of 0.
    case .boxes(let boxes): found.all(threshold: bound(boxes.threshold), overlap: boxes.overlap ?? .infinity)
    }
  }
}

extension SSDDecoder {
  fileprivate func candidates(
    _ outputs: [(name: String, tensor: Tensor)], width: Int, height: Int
  ) throws -> Candidates {
    let boxes = try outputs.named(self.boxes), scores = try outputs.named(self.scores)
    guard boxes.shape.dimensions == [1, anchors.count, 4] else {
      throw FerryError(
        .shapeMismatch, "the output \"\(self.boxes)\" is \(boxes.shape), and there are \(anchors.count) anchors",
        supported: "1×\(anchors.count)×4")
    }
    let faceScores = try scores.scores(of: classIndex, count: anchors.count, named: self.scores, scoreActivation)
    let numbers = boxes.floats()
    let (center, size) = (variances[0], variances[1])
    // x and y, width and height: where each stands.
    let place = boxOrder == .xywh ? (x: 0, y: 1, width: 2, height: 3) : (x: 1, y: 0, width: 3, height: 2)
    return Candidates(scores: faceScores) { index in
      func number(_ axis: Int) -> Double { Double(numbers[4 * index + axis]) }
      func anchor(_ axis: Int) -> Double { Double(anchors.numbers[4 * index + axis]) }
      let centerX = anchor(0) + number(place.x) * center * anchor(2)
      let centerY = anchor(1) + number(place.y) * center * anchor(3)
      let boxWidth = anchor(2) * exp(number(place.width) * size)
      let boxHeight = anchor(3) * exp(number(place.height) * size)
      return Detection(
        left: (centerX - boxWidth / 2) * Double(width), top: (centerY - boxHeight / 2) * Double(height),
        right: (centerX + boxWidth / 2) * Double(width), bottom: (centerY + boxHeight / 2) * Double(height),
        score: Double(faceScores[index]), landmarks: [])
    }
  }
}

extension BoxDecoder {
  /// - Parameters:
  ///   - width: what a box's numbers are multiplied by along x.
  ///   - height: and along y.
  fileprivate func candidates(
    _ outputs: [(name: String, tensor: Tensor)], width: Int, height: Int
  ) throws -> Candidates {
    let boxes = try outputs.named(self.boxes), scores = try outputs.named(self.scores)
    let shape = boxes.shape.dimensions
    guard shape.count == 3, shape[0] == 1, shape[2] == 4 else {
      throw FerryError(.shapeMismatch, "the output \"\(self.boxes)\" is \(boxes.shape)", supported: "1×N×4")
    }
    let faceScores = try scores.scores(of: classIndex, count: shape[1], named: self.scores, .none)
    let numbers = boxes.floats()
    let (scaleX, scaleY) = (Double(width), Double(height))
    let place = boxOrder == .xyxy ? (left: 0, top: 1, right: 2, bottom: 3) : (left: 1, top: 0, right: 3, bottom: 2)
    return Candidates(scores: faceScores) { index in
      func number(_ axis: Int) -> Double { Double(numbers[4 * index + axis]) }
      return Detection(
        left: number(place.left) * scaleX, top: number(place.top) * scaleY, right: number(place.right) * scaleX,
        bottom: number(place.bottom) * scaleY, score: Double(faceScores[index]), landmarks: [])
    }
  }
}

extension [(name: String, tensor: Tensor)] {
  fileprivate func named(_ name: String) throws -> Tensor {
    guard let output = first(where: { $0.name == name }) else {
      throw FerryError(
        .unknownName, "the network has no output \"\(name)\"", supported: map(\.name).joined(separator: ", "))
    }
    return output.tensor
  }
}

extension Tensor {
  /// The scores of one class: of 1×N×C, or of 1×N where there is only one.
  fileprivate func scores(
    of classIndex: Int, count: Int, named name: String, _ activation: ScoreActivation
  ) throws -> [Float] {
    let dimensions = shape.dimensions
    let classes = dimensions == [1, count] ? 1 : dimensions.count == 3 ? dimensions[2] : 0
    guard dimensions == [1, count] || dimensions == [1, count, classes], classIndex < classes else {
      throw FerryError(
        .shapeMismatch, "the output \"\(name)\" is \(shape), and class \(classIndex) of \(count) boxes is read",
        supported: "1×\(count)×C with C above \(classIndex)")
    }
    let numbers = floats()
    return (0..<count).map { index in
      activation.probability(of: classIndex, in: numbers[index * classes..<(index + 1) * classes])
    }
  }
}

extension ScoreActivation {
  /// The probability of one class by the numbers of all, in `float32`.
  func probability(of index: Int, in row: ArraySlice<Float>) -> Float {
    let value = row[row.startIndex + index]
    switch self {
    case .none: return value
    case .sigmoid: return 1 / (1 + exp(-value))
    case .softmax:
      let largest = row.max() ?? 0
      let powers = row.map { exp($0 - largest) }
      return powers[index] / powers.reduce(0, +)
    }
  }
}

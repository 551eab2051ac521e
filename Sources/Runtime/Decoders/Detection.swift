import FerryPicture

/// A face that a detector found, in pixels of the detector's input, or of the picture that a pipeline looked for it in.
public struct Detection: Sendable, Equatable {
  /// The box's corners: 0 is the left or upper edge of the first pixel.
  public let left, top, right, bottom: Double
  /// From 0 to 1.
  public let score: Double
  /// Points of the face as x, y; CenterFace gives the eyes, the nose and the corners of the mouth.
  public let landmarks: [Point]

  /// A place in the picture.
  public struct Point: Sendable, Equatable {
    /// In pixels from the upper left corner.
    public let x, y: Double
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  public init(left: Double, top: Double, right: Double, bottom: Double, score: Double, landmarks: [Point]) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
    self.score = score
    self.landmarks = landmarks
  }

  /// The same in pixels of a picture of another size. Multiplied first: an edge of the one is an edge of the other.
  func scaled(from input: PixelSize, to picture: PixelSize) -> Detection {
    func x(_ number: Double) -> Double { number * Double(picture.width) / Double(input.width) }
    func y(_ number: Double) -> Double { number * Double(picture.height) / Double(input.height) }
    return Detection(
      left: x(left), top: y(top), right: x(right), bottom: y(bottom), score: score,
      landmarks: landmarks.map { Point(x: x($0.x), y: y($0.y)) })
  }

  var area: Double { (right - left) * (bottom - top) }

  /// The area that both boxes cover over the area that either covers.
  func overlap(with other: Detection) -> Double {
    let width = max(0, min(right, other.right) - max(left, other.left))
    let height = max(0, min(bottom, other.bottom) - max(top, other.top))
    let shared = width * height
    let union = area + other.area - shared
    return union > 0 ? shared / union : 0
  }
}

extension [Detection] {
  /// Greedy non-maximum suppression: the best box stays, all that overlap it by `threshold` or more go, and so on down.
  ///
  /// - Returns: what stays, best first; of equal scores the earlier.
  package func suppressed(overlap threshold: Double) -> [Detection] {
    let order = indices.sorted { (self[$1].score, $0) < (self[$0].score, $1) }
    var kept: [Detection] = []
    for index in order where kept.allSatisfy({ $0.overlap(with: self[index]) < threshold }) { kept.append(self[index]) }
    return kept
  }
}

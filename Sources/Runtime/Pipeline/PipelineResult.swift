import FerryPicture

/// What a pipeline says of a video or a picture.
public struct PipelineResult: Sendable, Equatable {
  /// The blended probability, or the fallback's score.
  public var score: Double
  /// Why the score is the fallback's, in one line without control characters; nil if it was computed.
  public var reason: String?
  /// What the source says that it has.
  public var frameCount: Int
  /// The faces that were found, in the order of their frames.
  public var faces: [Face]
  /// Each member's probability, aggregated over the faces; empty where none was computed.
  public var members: [Member]

  public init(score: Double, reason: String? = nil, frameCount: Int, faces: [Face] = [], members: [Member] = []) {
    self.score = score
    self.reason = reason
    self.frameCount = frameCount
    self.faces = faces
    self.members = members
  }

  /// What counts as a probability: a little beyond 0 and 1 as well, since a network's own softmax may round so.
  package static let probabilities = -1e-6...1 + 1e-6

  /// A face that members saw; without a face finder a whole frame.
  public struct Face: Sendable, Equatable {
    /// Which frame it was found in.
    public var frame: Int
    /// The part of the frame that members saw, within the frame.
    public var box: PixelBox
    /// The corners before they were brought into the frame: left, top, right, bottom.
    public var corners: [Int]
    /// The detector's; nil where members see whole frames.
    public var score: Double?
    /// Each member's, in the members' order; empty if the members did not run.
    public var probabilities: [Double]

    public init(frame: Int, box: PixelBox, corners: [Int], score: Double?, probabilities: [Double]) {
      self.frame = frame
      self.box = box
      self.corners = corners
      self.score = score
      self.probabilities = probabilities
    }
  }

  /// What one member says of all faces together.
  public struct Member: Sendable, Equatable {
    /// One of `Pipeline.memberNames`.
    public var name: String
    /// From 0 to 1, aggregated over the faces.
    public var probability: Double

    public init(name: String, probability: Double) {
      self.name = name
      self.probability = probability
    }
  }
}

/// How far a pipeline has got with a video.
public struct PipelineProgress: Sendable {
  /// Faces found, and wanted.
  public var faces, wanted: Int
}

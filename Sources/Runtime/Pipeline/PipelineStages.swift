import FerryModel
import FerryPicture
import FerryTensor

/// Everything that a pipeline makes of one frame on the way to its score, for whoever compares it with another one's.
package struct PipelineStages: Sendable {
  /// What the face extractor gets, as numbers (a network that takes bytes gets them as such); nil where members see
  /// whole frames.
  package var detectorInput: Tensor?
  /// The box before it is brought into the frame: left, top, right, bottom.
  package var corners: [Int]
  package var detectorScore: Double?
  /// The part of the frame.
  package var crop: Picture
  /// The crop in the size that every crop is brought to; the crop itself if there is none.
  package var resized: Picture
  /// What each member gets, in the members' order.
  package var memberInputs: [Tensor]
  package var probabilities: [Double]
  package var score: Double
}

extension Pipeline {
  /// The stages of one frame.
  ///
  /// - Returns: nil if no face is found.
  /// - Throws: what running the networks throws.
  package func stages(of picture: Picture) throws -> PipelineStages? {
    let finder = try FaceFinder(self)
    guard let found = try finder.found(Frame(index: 0, picture: picture)) else { return nil }
    let part = try picture.cropped(to: found.face.box)
    let answers = try answers([found.picture]).map { $0.map(Double.init) }
    let probabilities = answers.map { $0[0] }
    return PipelineStages(
      detectorInput: found.detectorInput, corners: found.face.corners, detectorScore: found.face.score, crop: part,
      resized: found.picture, memberInputs: try memberInputs([found.picture]), probabilities: probabilities,
      score: description.blend.applied(to: probabilities, weights: description.members.map(\.weight)))
  }
}

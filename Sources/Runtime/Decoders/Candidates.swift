import FerryPicture

/// What a detector says of a picture, before anything is chosen: a score for each place, and the box that stands there.
struct Candidates {
  let scores: [Float]
  /// The detection at a place.
  let detection: (Int) -> Detection

  /// The same in pixels of a picture of another size.
  func scaled(from input: PixelSize, to picture: PixelSize) -> Candidates {
    guard input != picture else { return self }
    return Candidates(scores: scores) { detection($0).scaled(from: input, to: picture) }
  }

  /// The place with the highest score, of equal ones the first; nil if no score is above the threshold. A threshold
  /// of 0 is none: any number counts, NaN never does.
  func best(threshold: Double) -> Detection? {
    var best: Int?
    for (place, score) in scores.enumerated() where !score.isNaN {
      if let known = best, scores[known] >= score { continue }
      best = place
    }
    guard let best, threshold == 0 || Double(scores[best]) > threshold else { return nil }
    return detection(best)
  }

  /// All detections above the threshold of which none overlaps a better one by `overlap` or more, best first.
  ///
  /// - Parameter limit: so many of the best are looked at.
  func all(threshold: Double, overlap: Double, limit: Int = .max) -> [Detection] {
    let places = scores.indices.filter { Double(scores[$0]) > threshold }
      .sorted { (scores[$1], $0) < (scores[$0], $1) }
    return places.prefix(limit).map(detection).suppressed(overlap: overlap)
  }
}

import FerryModel

/// A few channels are wrong and nothing explains them: tells which, so that people know where to look.
struct WrongChannels: MistakeFamily {
  private static let leastChannels = 8

  static func candidates(for scene: Scene) -> [Candidate] {
    let planes = scene.expected.planes
    let wrong = scene.wrongChannels
    guard planes.channels >= leastChannels, !wrong.isEmpty, wrong.count <= max(1, planes.channels / 16) else {
      return []
    }
    let words = wrong.count == 1 ? "channel \(wrong[0])" : "channels \(briefList(wrong.map(String.init), shown: 6))"
    return [
      Candidate(
        "weight-channel", "in all channels but \(wrong.count) of \(planes.channels): \(words)",
        "the weights of these output channels are other ones: compare them with the source's", changes: 3,
        freeParameters: wrong.count * planes.channelCount
      ) {
        // What is NaN or infinite has a cause in the bundle itself, which another family names.
        guard scene.residual.error.isFinite else { return nil }
        var result = scene.base
        for channel in wrong {
          planes.forEach(channel: channel) { result.elements[$0] = scene.expected.elements[$0] }
        }
        return result
      }
    ]
  }
}

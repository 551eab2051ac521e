import FerryModel

/// The golden itself holds nothing: a constant, NaN, or an end of zeros.
struct EmptyGoldens: MistakeFamily {
  static let suitsNetworks = true

  private static let advice = "the golden is not what the reference gives: capture it anew"

  static func candidates(for scene: Scene) -> [Candidate] {
    let expected = scene.expected.elements
    guard expected.count > 1, let first = expected.first else { return [] }
    let unlikeResult = zip(expected, scene.base.elements).count { !$0.isFinite && $1.isFinite }
    if unlikeResult > 0 {
      return [
        Candidate(
          mistake: "golden-not-finite",
          change: "without \(unlikeResult) of \(expected.count) elements, where the golden itself is NaN or infinite",
          advice: advice, isFact: true
        ) { .output(scene.base.combined(scene.expected) { $1.isFinite ? $0 : $1 }) }
      ]
    }
    if expected.allSatisfy({ $0 == first }), scene.base.elements.contains(where: { $0 != scene.base.elements[0] }) {
      return [
        Candidate(
          "golden-empty", "with \(figure(first)) everywhere, which is all that the golden holds", advice,
          freeParameters: 1
        ) { scene.expected }
      ]
    }
    let filled = (expected.lastIndex { $0 != 0 } ?? 0) + 1
    let lost = scene.base.elements[filled...].count { $0 != 0 }
    guard expected.count - filled >= 16, lost >= 16 else { return [] }
    return [
      Candidate(
        "golden-truncated", "with zeros for the last \(expected.count - filled) of \(expected.count) elements",
        "the golden's file was not written to its end: capture it anew", freeParameters: 1
      ) {
        var result = scene.base
        for position in filled..<expected.count { result.elements[position] = 0 }
        return result
      }
    ]
  }
}

import FerryModel

/// An activation whose parameter the golden tells: the slope of a LeakyReLU or a PReLU, the bounds of a clipping.
struct FittedActivations: MistakeFamily {
  private static let advice = "look at the parameter of the activation in the source"

  static func candidates(for scene: Scene) -> [Candidate] {
    slopes(scene) + bounds(scene)
  }

  private static func slopes(_ scene: Scene) -> [Candidate] {
    // The slope below 0 of each channel, and of all.
    let below = scene.beforeEnding.mapped { $0 < 0 ? $0 : .nan }
    let sums = ChannelSums(below, scene.expected)
    var all = LineFit()
    for (x, y) in zip(below.elements, scene.expected.elements) where x.isFinite && y.isFinite { all.add(x, y) }
    var candidates: [Candidate] = []
    if all.pairCount >= ChannelSums.leastPairs, let slope = all.factor {
      let neat = NeatNumber(slope)
      candidates.append(
        Candidate(
          "activation-slope", "with LeakyReLU of slope \(neat.text)" + present(scene), advice, freeParameters: 1
        ) { scene.beforeEnding.mapped { $0 < 0 ? neat.value * $0 : $0 } })
    }
    let slopes = sums.factors()
    if scene.expected.shape.count >= 2, slopes.contains(where: { $0 != nil }) {
      candidates.append(
        Candidate(
          "activation-slope",
          "with PReLU of slopes \(briefRange(slopes.compactMap { $0 }))" + present(scene), advice,
          freeParameters: slopes.count
        ) {
          let scaled = scene.beforeEnding.scaled(slopes.map { $0 ?? 0 }, slopes.map { _ in 0 })
          return scene.beforeEnding.combined(scaled) { $0 < 0 ? $1 : $0 }
        })
    }
    return candidates
  }

  /// Bounds that several of the golden's elements share.
  private static func bounds(_ scene: Scene) -> [Candidate] {
    func shared(_ bound: Double?) -> Double? {
      guard let bound else { return nil }
      return scene.expected.elements.count { $0 == bound } >= 8 ? bound : nil
    }
    let finite = scene.expected.elements.filter(\.isFinite)
    let (lower, upper) = (shared(finite.min()), shared(finite.max()))
    guard lower != nil || upper != nil else { return [] }
    let words = [lower.map { "from \(figure($0))" }, upper.map { "to \(figure($0))" }].compactMap { $0 }
    return [
      Candidate(
        "activation-bounds", "with clipping " + words.joined(separator: " ") + present(scene), advice,
        freeParameters: words.count
      ) { scene.beforeEnding.mapped { min(max($0, lower ?? -.infinity), upper ?? .infinity) } }
    ]
  }

  private static func present(_ scene: Scene) -> String {
    scene.ending.function.map { " in place of \(ActivationWords.of($0))" } ?? ""
  }
}

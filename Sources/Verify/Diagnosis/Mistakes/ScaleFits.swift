import FerryModel

/// One factor for everything: before the last activation, after it, or for a layer's weights without its bias.
struct ScaleFits: MistakeFamily {
  private static let advice =
    "look for a scale in the source: pictures from 0 to 255, a rescaling layer, an attention's 1/√d, alpha of a Gemm"

  static func candidates(for scene: Scene) -> [Candidate] {
    var candidates: [Candidate] = []
    func add(
      _ mistake: String, _ words: (String) -> String, _ x: Values, _ target: Values, withOffset: Bool = false,
      _ apply: @escaping (Double, Double) throws -> Values
    ) {
      var line = LineFit()
      for (value, wanted) in zip(x.elements, target.elements) where value.isFinite && wanted.isFinite {
        line.add(value, wanted)
      }
      guard line.pairCount >= ChannelSums.leastPairs else { return }
      if withOffset {
        guard let fit = line.line else { return }
        candidates.append(
          Candidate(
            mistake, words(figure(fit.factor)) + " and an offset of \(figure(fit.offset))", advice,
            freeParameters: 2
          ) { try apply(fit.factor, fit.offset) })
      } else if let factor = line.factor {
        let neat = NeatNumber(factor)
        candidates.append(
          Candidate(mistake, words(neat.text), advice, freeParameters: 1) { try apply(neat.value, 0) })
      }
    }
    let before = scene.beforeEnding
    if let target = scene.target {
      add("scale", { "with a factor of \($0)" }, before, target) { factor, _ in
        try scene.ending.apply(before.mapped { factor * $0 })
      }
      if let bias = scene.product?.bias, scene.expected.planes.channels == bias.count {
        let ones = bias.map { _ in 1.0 }
        let bare = before.scaled(ones, bias.map { -$0 })
        add(
          "weights-scaled", { "with all weights multiplied by \($0)" }, bare, target.scaled(ones, bias.map { -$0 })
        ) { factor, _ in try scene.ending.apply(bare.scaled(bias.map { _ in factor }, bias)) }
      }
    }
    if scene.ending.function != nil {
      add("scale", { "with a factor of \($0) after the activation" }, scene.base, scene.expected) { factor, _ in
        scene.base.mapped { factor * $0 }
      }
    }
    add("scale", { "with a factor of \($0)" }, scene.base, scene.expected, withOffset: true) { factor, offset in
      scene.base.mapped { factor * $0 + offset }
    }
    return candidates
  }
}

/// A fitted number, or one near it that people would have chosen.
struct NeatNumber {
  let value: Double
  let text: String

  private static let neat: [(Double, String)] = [
    (255, "255"), (1.0 / 255, "1/255"), (127.5, "127.5"), (1 / 127.5, "1/127.5"), (256, "256"), (1.0 / 256, "1/256"),
    (1.0 / 3, "1/3"), (2.0 / 3, "2/3"), (1.0 / 6, "1/6"), (1.0 / 9, "1/9"), (-1, "−1"),
  ]

  init(_ number: Double) {
    func isNear(_ other: Double) -> Bool { (number - other).magnitude <= 1e-5 * other.magnitude }
    if let (value, text) = Self.neat.first(where: { isNear($0.0) }) {
      (self.value, self.text) = (value, text)
    } else if let value = Double(scientific(number)), isNear(value) {
      (self.value, text) = (value, figure(value))
    } else {
      (value, text) = (number, figure(number))
    }
  }
}

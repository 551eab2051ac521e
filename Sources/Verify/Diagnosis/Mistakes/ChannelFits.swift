import FerryModel
import FerryTensor

/// A factor, an offset, or both for each channel, fitted to the golden: what a normalisation that is missing or was
/// folded otherwise, a missing gate or a wrong bias come to. Fitted before the last activation, over the elements from
/// which it tells what stood before it.
struct ChannelFits: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    guard let target = scene.target, scene.expected.shape.count >= 2 else { return [] }
    let sums = ChannelSums(scene.beforeEnding, target)
    let channels = sums.lines.count
    func fitted(
      _ mistake: String, _ change: String, _ advice: String, parameters: Int, _ factors: [Double], _ offsets: [Double]
    ) -> Candidate {
      Candidate(mistake, change, advice, freeParameters: parameters) {
        try scene.ending.apply(scene.beforeEnding.scaled(factors, offsets))
      }
    }
    let ones = [Double](repeating: 1, count: channels)
    let zeros = [Double](repeating: 0, count: channels)
    var candidates = single(scene, sums, ones, zeros)
    let offsets = sums.offsets()
    if offsets.contains(where: { $0 != nil }) {
      let words = biasWords(scene)
      candidates.append(
        fitted(
          words.mistake, "with an offset of \(briefRange(offsets.compactMap { $0 })) for each channel", words.advice,
          parameters: channels, ones, offsets.map { $0 ?? 0 }))
    }
    let factors = sums.factors()
    if factors.contains(where: { $0 != nil }) {
      candidates.append(
        fitted(
          "channel-scale", "with a factor of \(briefRange(factors.compactMap { $0 })) for each channel",
          "look for a scale that is missing or counted twice: a normalisation without bias, a gate, a scaled weight",
          parameters: channels, factors.map { $0 ?? 1 }, zeros))
    }
    let lines = sums.fits()
    if lines.contains(where: { $0 != nil }) {
      let words = NormalizationWords(lines.compactMap { $0?.factor }, scene)
      candidates.append(
        fitted(
          words.mistake, words.change, words.advice, parameters: 2 * channels, lines.map { $0?.factor ?? 1 },
          lines.map { $0?.offset ?? 0 }))
    }
    return candidates + gates(scene, target)
  }

  /// The only channel that is wrong, with an offset, or a factor and an offset.
  private static func single(
    _ scene: Scene, _ sums: ChannelSums, _ ones: [Double], _ zeros: [Double]
  ) -> [Candidate] {
    guard scene.wrongChannels.count == 1, sums.lines.count > 1, let channel = scene.wrongChannels.first else {
      return []
    }
    var candidates: [Candidate] = []
    func apply(_ factor: Double, _ offset: Double) throws -> Values {
      var (factors, offsets) = (ones, zeros)
      (factors[channel], offsets[channel]) = (factor, offset)
      return try scene.ending.apply(scene.beforeEnding.scaled(factors, offsets))
    }
    if let offset = sums.offsets()[channel] {
      let (words, value) = biasElement(scene, channel, offset)
      candidates.append(
        Candidate(
          "bias-element", "with an offset of \(figure(value)) in channel \(channel)" + words,
          "one number of a bias or a mean is damaged: compare the source file's digest with the original's",
          freeParameters: 2
        ) { try apply(1, value) })
    }
    if let line = sums.fits()[channel] {
      candidates.append(
        Candidate(
          "channel-normalization",
          "with a factor of \(figure(line.factor)) and an offset of \(figure(line.offset)) in channel \(channel)",
          "the scale or the variance of one channel is damaged: compare the source file's digest with the original's",
          freeParameters: 3
        ) { try apply(line.factor, line.offset) })
    }
    return candidates
  }

  /// What an offset makes of the channel's bias, if there is one, and the offset to the number that was damaged.
  private static func biasElement(_ scene: Scene, _ channel: Int, _ offset: Double) -> (String, Double) {
    guard let product = scene.product, let bias = product.bias else { return ("", offset) }
    let repaired = RepairedNumber(present: bias[channel], needed: bias[channel] + offset)
    let name = "\(scene.graph[product.node.inputs[2]].name.printable)[\(channel)]"
    return (
      ": \(name) = \(figure(repaired.value)) in place of \(figure(bias[channel]))"
        + (repaired.damage.map { " (\($0))" } ?? ""), repaired.value - bias[channel]
    )
  }

  private static func biasWords(_ scene: Scene) -> (mistake: String, advice: String) {
    if let product = scene.product, product.bias == nil {
      return (
        "bias-missing", "the bias is missing, or was dropped: look at the layer's weights in the source file"
      )
    }
    return ("bias-wrong", "the bias, or the mean of a normalisation, is another one: look at how it is read or folded")
  }

  /// A factor for each channel of each sample: what a gate over channels does.
  private static func gates(_ scene: Scene, _ target: Values) -> [Candidate] {
    let planes = scene.expected.planes
    guard planes.samples > 1, planes.size >= ChannelSums.leastPairs / 2 else { return [] }
    let shape = [1, planes.samples * planes.channels, planes.size]
    let factors = ChannelSums(scene.beforeEnding.shaped(shape), target.shaped(shape)).factors()
    guard factors.contains(where: { $0 != nil }) else { return [] }
    return [
      Candidate(
        "factor-missing",
        "with a factor of \(briefRange(factors.compactMap { $0 })) for each channel of each sample",
        "a gate over channels (squeeze-excite) is missing here, or counted twice", freeParameters: factors.count
      ) {
        let scaled = scene.beforeEnding.shaped(shape).scaled(factors.map { $0 ?? 1 }, factors.map { _ in 0 })
        return try scene.ending.apply(scaled.shaped(scene.expected.shape))
      }
    ]
  }
}

/// How a factor and an offset for each channel are told.
private struct NormalizationWords {
  let mistake: String
  let change: String
  let advice: String

  init(_ factors: [Double], _ scene: Scene) {
    let range = "with a factor of \(briefRange(factors)) and an offset for each channel"
    let isFolded = scene.isFolded
    let isAbove = factors.allSatisfy { $0 > 1 }
    let isBelow = factors.allSatisfy { $0 < 1 && $0 > 0 }
    guard isFolded else {
      mistake = "normalization-missing"
      change = range
      advice =
        "a normalisation is missing here, or its parameters are another layer's: look at the layers around this one"
      return
    }
    // √((v + ε₁) / (v + ε₂)) is on one side of 1 for all channels, within √(ε₁ / ε₂).
    let bound = (100.0).squareRoot()
    if isAbove && factors.allSatisfy({ $0 < bound }) || isBelow && factors.allSatisfy({ $0 > 1 / bound }) {
      mistake = "folded-normalization-epsilon"
      change =
        range + ", all factors \(isAbove ? "above" : "below") 1, as a \(isAbove ? "smaller" : "larger") epsilon gives"
      advice =
        "the BatchNormalization that was folded here has another epsilon in the reference: convert with --assume "
        + "epsilon=VALUE, or with --no-fuse to see the layer by itself"
    } else {
      mistake = "folded-normalization"
      change = range
      advice =
        "the BatchNormalization that was folded here has other parameters in the reference: convert with --no-fuse to "
        + "see the layer by itself"
    }
  }
}

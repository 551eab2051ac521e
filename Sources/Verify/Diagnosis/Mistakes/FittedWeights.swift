import FerryModel

/// Other weights would give the golden: the structure of the layer is right, its numbers are another training's. The
/// golden is stale then, or the weights are.
///
/// The weights of the worst output channels are fitted at some places of the result and have to give the golden at all
/// others as well; the other channels are taken to be alike.
struct FittedWeights: MistakeFamily {
  private static let mostColumns = 512
  private static let mostChannels = 4
  private static let mostMultiplications = 2_000_000_000

  static func candidates(for scene: Scene) -> [Candidate] {
    guard let product = scene.product, let target = scene.target, product.channels == scene.expected.planes.channels,
      product.columns.columnCount < mostColumns
    else { return [] }
    let channels = Array(worst(scene).prefix(mostChannels))
    let all = scene.wrongChannels.count
    return [
      Candidate(
        "weights-differ",
        "with other weights (fitted for \(channels.count) of \(all) wrong channels and tested where they were not "
          + "fitted)"
          + scene.words(for: product.node),
        "the layer is right and its weights are other ones: is the golden from another checkpoint, or another layer's? "
          + "Capture it anew from the very file that was converted", changes: 3,
        freeParameters: all * (product.columns.columnCount + 1)
      ) { try fitted(scene, product, target, channels) }
    ]
  }

  private static func worst(_ scene: Scene) -> [Int] {
    let planes = scene.expected.planes
    let errors = (0..<planes.channels).map { channel in
      var largest = 0.0
      planes.forEach(channel: channel) {
        largest = max(largest, (scene.base.elements[$0] - scene.expected.elements[$0]).magnitude)
      }
      return largest
    }
    return scene.wrongChannels.sorted { (errors[$1], $0) < (errors[$0], $1) }
  }

  /// - Returns: the golden, but in the fitted channels what the fitted weights give there; nil if the golden has too
  ///   few places to tell.
  private static func fitted(
    _ scene: Scene, _ product: ProductPlace, _ target: Values, _ channels: [Int]
  ) throws -> Values? {
    let columns = product.columns
    let unknowns = columns.columnCount + 1
    var result = scene.expected
    for channel in channels {
      func index(_ position: Int) -> Int {
        columns.resultIndex(outputChannel: channel, channels: product.channels, position: position)
      }
      let known = (0..<columns.positionCount).filter { target.elements[index($0)].isFinite }
      // Twice as many equations as unknowns for the fit, as many again for the test.
      guard known.count >= 4 * unknowns, known.count * unknowns <= mostMultiplications / 4,
        2 * unknowns * unknowns * unknowns <= mostMultiplications
      else { return nil }
      func row(_ position: Int) -> [Double] {
        (0..<columns.columnCount).map { columns.value(column: $0, outputChannel: channel, position: position) } + [1]
      }
      var squares = LeastSquares(count: unknowns)
      // An order that follows no row or column of pixels.
      let step = 7919 % known.count == 0 ? 7907 : 7919
      for number in 0..<2 * unknowns {
        let position = known[number * step % known.count]
        squares.add(row(position), target.elements[index(position)])
      }
      guard let weights = squares.solve() else { return nil }
      var before: [Double] = []
      for position in 0..<columns.positionCount {
        before.append(zip(row(position), weights).reduce(0) { $0 + $1.0 * $1.1 })
      }
      let after = try scene.ending.apply(Values(shape: [1, before.count], elements: before))
      for position in 0..<columns.positionCount { result.elements[index(position)] = after.elements[position] }
    }
    return channels.isEmpty ? nil : result
  }
}

import FerryModel

/// One element of a weight is damaged: then one output channel is wrong, and what it lacks is one column of what the
/// weights are multiplied with.
struct WeightElements: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    let wrong = scene.wrongChannels
    guard wrong.count == 1, let product = scene.product, product.channels == scene.expected.planes.channels,
      let column = likeliestColumn(scene, product, wrong[0])
    else { return [] }
    return [repair(scene, product, channel: wrong[0], column: column, mistake: "weight-element")].compactMap { $0 }
  }

  /// Places of the result that are looked at to find the column.
  private static let probes = 4096

  /// The column that accounts for most of what the channel lacks.
  private static func likeliestColumn(_ scene: Scene, _ product: ProductPlace, _ channel: Int) -> Int? {
    guard let target = scene.target else { return nil }
    let columns = product.columns
    let positions = columns.positions(atMost: probes)
    guard columns.columnCount * positions.count <= ProductPlace.mostMultiplications else { return nil }
    let lacks = positions.compactMap { position -> (Int, Double)? in
      let index = columns.resultIndex(outputChannel: channel, channels: product.channels, position: position)
      let lack = target.elements[index] - scene.beforeEnding.elements[index]
      return lack.isFinite ? (position, lack) : nil
    }
    var (best, most) = (Int?.none, 0.0)
    for column in 0..<columns.columnCount {
      var (cross, squares) = (0.0, 0.0)
      for (position, lack) in lacks {
        let value = columns.value(column: column, outputChannel: channel, position: position)
        cross += value * lack
        squares += value * value
      }
      let explained = squares > 0 ? cross * cross / squares : 0
      if explained > most { (best, most) = (column, explained) }
    }
    return best
  }

  /// The candidate in which one element of the weight is what the golden asks for.
  static func repair(
    _ scene: Scene, _ product: ProductPlace, channel: Int, column: Int, mistake: String
  ) -> Candidate? {
    let columns = product.columns
    guard let target = scene.target, let rest = product.channel(channel, without: column) else { return nil }
    func index(_ position: Int) -> Int {
      columns.resultIndex(outputChannel: channel, channels: product.channels, position: position)
    }
    var (cross, squares, count) = (0.0, 0.0, 0)
    for position in 0..<columns.positionCount {
      let value = columns.value(column: column, outputChannel: channel, position: position)
      let lack = target.elements[index(position)] - rest[position]
      guard lack.isFinite, value != 0 else { continue }
      cross += value * lack
      squares += value * value
      count += 1
    }
    guard count >= ChannelSums.leastPairs, squares > 0 else { return nil }
    let present = product.weight(channel, column)
    let repaired = RepairedNumber(present: present, needed: cross / squares)
    return Candidate(
      mistake: mistake,
      change: "with \(product.name(channel, column, in: scene.graph)) = \(figure(repaired.value)) in place of "
        + figure(present) + (repaired.damage.map { " (\($0))" } ?? "") + scene.words(for: product.node),
      advice:
        "one number of the weights is damaged: compare the source file's digest with the original's, and convert anew",
      freeParameters: repaired.isExact ? 1 : 2, isFact: !present.isFinite
    ) {
      // Only this channel changes; what is before the last activation elsewhere may stay as it is.
      var before = scene.beforeEnding
      for position in 0..<columns.positionCount {
        let value = columns.value(column: column, outputChannel: channel, position: position)
        before.elements[index(position)] = rest[position] + repaired.value * value
      }
      return .output(try scene.ending.apply(before))
    }
  }
}

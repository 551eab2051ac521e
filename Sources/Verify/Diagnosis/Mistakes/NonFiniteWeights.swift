import FerryModel
import FerryTensor

/// NaN or an infinity among the weights.
struct NonFiniteWeights: MistakeFamily {
  static let suitsNetworks = true

  private static let advice =
    "weights are damaged, or were so in training: look for NaN in the source file, compare its digest with the "
    + "original's"

  static func candidates(for scene: Scene) -> [Candidate] {
    var found: [(id: ValueID, index: Int, value: Double)] = []
    for id in scene.graph.weights.keys.sorted(by: { $0.index < $1.index }) {
      guard let weight = scene.graph.weights[id] else { continue }
      for (index, value) in weight.doubles.enumerated() where !value.isFinite { found.append((id, index, value)) }
    }
    guard let first = found.first else { return [] }
    if found.count == 1, let product = scene.product, product.node.inputs[1] == first.id,
      let candidate = WeightElements.repair(
        scene, product, channel: first.index / product.columns.columnCount,
        column: first.index % product.columns.columnCount, mistake: "weight-not-finite")
    {
      return [candidate]
    }
    let names = found.map { name($0.id, $0.index, scene.graph) + " (\($0.value))" }
    return [
      Candidate(
        mistake: "weight-not-finite", change: "with 0 for " + briefList(names, shown: 4), advice: advice,
        freeParameters: found.count, isFact: true
      ) {
        var graph = scene.graph
        for id in Set(found.map(\.id)) {
          guard let weight = graph.weights[id] else { continue }
          graph = try graph.replacing(weight: id, with: weight.doubles.map { $0.isFinite ? $0 : 0 })
        }
        guard let result = try scene.result(of: graph) else { return nil }
        return .output(offset(result, scene))
      }
    ]
  }

  /// The result with the offsets that its channels lack, which is all that a bias or a mean of 0 does.
  private static func offset(_ result: Values, _ scene: Scene) -> Values {
    guard scene.ending.function == nil else { return result }
    let offsets = ChannelSums(result, scene.expected).offsets().map { $0 ?? 0 }
    return result.scaled(offsets.map { _ in 1 }, offsets)
  }

  private static func name(_ id: ValueID, _ index: Int, _ graph: Graph) -> String {
    var indexes: [Int] = []
    var rest = index
    for extent in graph.fixedShape(id).reversed() {
      indexes.insert(rest % max(1, extent), at: 0)
      rest /= max(1, extent)
    }
    return "\(graph[id].name.printable)\(indexes)"
  }
}

import FerryModel
import FerryTensor

/// The weights of another layer of the same kind and shapes.
struct OtherWeights: MistakeFamily {
  /// Layers, and single arrays, that are tried for each node; the nearest ones first.
  private static let mostTried = 96

  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      let parameters = scene.graph.nodes[index].inputs.indices.filter {
        scene.graph.weights[scene.graph.nodes[index].inputs[$0]] != nil
      }
      guard !parameters.isEmpty else { return [] }
      return layers(scene, index, parameters) + parameters.flatMap { arrays(scene, index, $0) }
    }
  }

  /// All weights of another node together.
  private static func layers(_ scene: Scene, _ index: Int, _ parameters: [Int]) -> [Candidate] {
    let node = scene.graph.nodes[index]
    let network = scene.network
    let own = network.nodes.firstIndex { $0.name == node.name } ?? 0
    let alike = network.nodes.indices.filter { other in
      let candidate = network.nodes[other]
      return candidate.name != node.name && candidate.operation.name == node.operation.name
        && candidate.inputs.count == node.inputs.count
        && parameters.allSatisfy {
          network.weights[candidate.inputs[$0]] != nil
            && network.fixedShape(candidate.inputs[$0]) == scene.graph.fixedShape(node.inputs[$0])
        }
    }.sorted { (($0 - own).magnitude, $0) < (($1 - own).magnitude, $1) }
    return alike.prefix(mostTried).map { other in
      let name = network.nodes[other].name.printable
      return Candidate(
        "other-weights", "with the weights of \(name)" + scene.graph.words(for: index),
        "the place has the weights of another layer: look at how names or the order of layers are matched. If \(name) "
          + "fails as well, the two are exchanged"
      ) {
        try parameters.reduce(scene.graph) { graph, input in
          guard let weight = network.weights[network.nodes[other].inputs[input]] else { return graph }
          return try graph.replacing(weight: node.inputs[input], with: weight.doubles)
        }
      }
    }
  }

  /// One array of any other node.
  private static func arrays(_ scene: Scene, _ index: Int, _ input: Int) -> [Candidate] {
    let id = scene.graph.nodes[index].inputs[input]
    let network = scene.network
    let shape = scene.graph.fixedShape(id)
    guard shape.reduce(1, *) > 1 else { return [] }
    let own = network.values.firstIndex { $0.name == scene.graph[id].name } ?? id.index
    let alike = network.weights.keys.filter { $0.index != own && network.fixedShape($0) == shape }
      .sorted { (($0.index - own).magnitude, $0.index) < (($1.index - own).magnitude, $1.index) }
    return alike.prefix(mostTried).map { other in
      Candidate(
        "other-weights",
        "with \(network[other].name.printable) in place of \(scene.graph[id].name.printable)"
          + scene.graph.words(for: index),
        "one array of the place is another layer's: look at how names or the order of arrays are matched"
      ) {
        guard let weight = network.weights[other] else { return nil }
        return try scene.graph.replacing(weight: id, with: weight.doubles)
      }
    }
  }
}

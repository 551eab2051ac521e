import FerryModel

/// A bias that is left out, counted twice, turned in sign, or added after the activation.
struct BiasChanges: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    let graph = scene.graph
    return graph.nodes.indices.flatMap { index -> [Candidate] in
      let node = graph.nodes[index]
      let takesBias = node.operation is Conv || node.operation is ConvTranspose || node.operation is Gemm
      guard takesBias, node.inputs.count == 3 else { return [] }
      return scaled(graph, index)
        + (index == graph.nodes.count - 1 && scene.ending.function != nil ? [afterActivation(scene, index)] : [])
    }
  }

  private static func scaled(_ graph: Graph, _ index: Int) -> [Candidate] {
    let factors: [(Double, String, String, String)] = [
      (0, "bias-extra", "without the bias", "the reference has no bias here: look at use_bias of the layer"),
      (
        2, "bias-halved", "with the bias added twice",
        "the reference adds the bias twice: look for an Add behind the layer in the source"
      ),
      (
        0.5, "bias-doubled", "with half of the bias",
        "the bundle's bias counts twice: look for a bias that was folded and kept as well"
      ),
      (-1, "bias-sign", "with the bias subtracted", "look at the sign of the bias where it is read"),
    ]
    return factors.map { factor, mistake, change, advice in
      Candidate(mistake, change + graph.words(for: index), advice) {
        let id = graph.nodes[index].inputs[2]
        guard let bias = graph.weights[id] else { return nil }
        return try graph.replacing(weight: id, with: bias.doubles.map { factor * $0 })
      }
    }
  }

  private static func afterActivation(_ scene: Scene, _ index: Int) -> Candidate {
    Candidate(
      "bias-after-activation", "with the bias added after the activation" + scene.graph.words(for: index),
      "look at the order of bias and activation in the source"
    ) {
      guard let bias = scene.graph.weights[scene.graph.nodes[index].inputs[2]]?.doubles else { return nil }
      let ones = bias.map { _ in 1.0 }
      let bare = scene.beforeEnding.scaled(ones, bias.map { -$0 })
      return try scene.ending.apply(bare).scaled(ones, bias)
    }
  }
}

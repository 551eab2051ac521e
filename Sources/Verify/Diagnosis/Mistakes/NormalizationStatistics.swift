import FerryModel
import FerryTensor

/// A BatchNormalization whose statistics come from the values themselves: of the batch, as in training, or of each
/// sample.
struct NormalizationStatistics: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      let node = scene.graph.nodes[index]
      guard let normalization = node.operation as? BatchNormalization else { return [] }
      let rank = scene.graph.fixedShape(node.inputs[0]).count
      let spatial = Array(2..<max(2, rank))
      return [
        candidate(
          "batch-normalization-training", "with the batch's own mean and variance, as in training,",
          "the golden was captured in training mode: call model.eval() (PyTorch) or training=False (Keras) and capture "
            + "it anew", [0] + spatial, scene.graph, index, normalization),
        candidate(
          "instance-normalization", "with each sample's own mean and variance",
          "the reference normalises each sample by itself (InstanceNormalization)", spatial, scene.graph, index,
          normalization),
        candidate(
          "layer-normalization", "with each sample's mean and variance over all channels",
          "the reference normalises over all channels (LayerNormalization)", [1] + spatial, scene.graph, index,
          normalization),
      ].compactMap { $0 }
    }
  }

  private static func candidate(
    _ mistake: String, _ change: String, _ advice: String, _ axes: [Int], _ graph: Graph, _ index: Int,
    _ normalization: BatchNormalization
  ) -> Candidate? {
    guard !axes.isEmpty else { return nil }
    return Candidate(mistake, change + graph.words(for: index), advice) {
      // Standardised first, so that a mean of 0 and a variance of 1 leave scale and bias to the node.
      let node = graph.nodes[index]
      let channels = graph.fixedShape(node.inputs[3]).reduce(1, *)
      var changed = graph
      changed.nodes[index].operation = BatchNormalization(epsilon: 0)
      changed = try changed.replacing(weight: node.inputs[3], with: [Double](repeating: 0, count: channels))
      changed = try changed.replacing(weight: node.inputs[4], with: [Double](repeating: 1, count: channels))
      return try changed.inserting(
        Normalize(.standardized, axes: axes, epsilon: normalization.epsilon), beforeInput: 0, of: index)
    }
  }
}

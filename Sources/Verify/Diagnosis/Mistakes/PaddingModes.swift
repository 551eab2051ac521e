import FerryModel
import FerryTensor

/// What stands in the padding around the pixels of a convolution or a pooling: mirrored or repeated pixels, or zeros
/// where a maximum pooling has none.
struct PaddingModes: MistakeFamily {
  private static let modes: [(mode: Pad.Mode, words: String)] = [
    (.reflect, "mirrored pixels"), (.edge, "the edge's pixels repeated"), (.wrap, "the pixels of the other side"),
  ]

  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      let operation = scene.graph.nodes[index].operation
      guard !(operation is ConvTranspose), let windowed = WindowedOperator(operation),
        windowed.pads.contains(where: { $0 > 0 })
      else { return [] }
      var candidates = modes.map { mode, words in
        candidate(
          "padding-mode", "with \(words) in the padding in place of zeros", mode, scene.graph, index, windowed)
      }
      if (operation as? Pool)?.kind == .maximum {
        candidates.append(
          candidate(
            "pool-pads-zeros", "with zeros in the padding that the maximum sees", .constant, scene.graph, index,
            windowed))
      }
      return candidates
    }
  }

  private static func candidate(
    _ mistake: String, _ change: String, _ mode: Pad.Mode, _ graph: Graph, _ index: Int, _ windowed: WindowedOperator
  ) -> Candidate {
    Candidate(
      mistake, change + graph.words(for: index),
      "look at the padding in the source's code: padding_mode of a PyTorch layer, a Pad node before the layer"
    ) {
      let rank = windowed.rank
      let amounts = [0, 0] + windowed.pads.prefix(rank) + [0, 0] + windowed.pads.suffix(rank)
      let bare = try graph.replacingWindow(at: index, with: windowed.with(pads: [Int](repeating: 0, count: 2 * rank)))
      return try bare.inserting(
        Pad(pads: amounts.map { Dimension($0) }, mode: mode), beforeInput: 0, of: index)
    }
  }
}

extension Graph {
  /// The graph with another operator in a node, without asking whether the shapes agree: for the first of two changes.
  fileprivate func replacingWindow(at index: Int, with operation: any Operator) -> Graph {
    var graph = self
    graph.nodes[index].operation = operation
    return graph
  }
}

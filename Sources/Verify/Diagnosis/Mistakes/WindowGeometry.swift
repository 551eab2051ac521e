import FerryModel
import FerryTensor

/// Windows that lie elsewhere or are of another size: shifted by a pixel, dilated, a larger or smaller pooling window.
struct WindowGeometry: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      guard let windowed = WindowedOperator(scene.graph.nodes[index].operation) else { return [] }
      return shifts(scene.graph, index, windowed) + dilations(scene.graph, index, windowed)
        + sizes(scene.graph, index, windowed)
    }
  }

  /// The pixels moved by one under the windows, which is another phase of the stride.
  private static func shifts(_ graph: Graph, _ index: Int, _ windowed: WindowedOperator) -> [Candidate] {
    let shape = graph.fixedShape(graph.nodes[index].inputs[0])
    let rank = windowed.rank
    guard !(graph.nodes[index].operation is ConvTranspose), shape.dropFirst(2).allSatisfy({ $0 > 1 }) else { return [] }
    var steps: [[Int]] = [[]]
    for _ in 0..<rank { steps = steps.flatMap { list in [1, 0, -1].map { list + [$0] } } }
    let whole = [[Int](repeating: 1, count: rank), [Int](repeating: -1, count: rank)]
    return (whole + steps.filter { !whole.contains($0) && $0.contains { $0 != 0 } }).map { step in
      Candidate(
        "stride-phase", "with the windows \(words(step)) " + "in the input" + graph.words(for: index),
        "the reference begins at another pixel: look for a crop, a padding that is cut off again, or a slice before "
          + "the layer", changes: step.count { $0 != 0 } == rank ? 1 : 2
      ) {
        // Cut off at the beginning what is added at the end, or the other way round.
        let amounts = [0, 0] + step.map { -$0 } + [0, 0] + step
        return try graph.inserting(Pad(pads: amounts.map { Dimension($0) }), beforeInput: 0, of: index)
      }
    }
  }

  private static func words(_ step: [Int]) -> String {
    let names = ["depth", "height", "width"].suffix(step.count)
    return "moved by "
      + zip(step, names).filter { $0.0 != 0 }.map { "\($0 > 0 ? "+" : "−")1 along the \($1)" }
      .joined(separator: " and ")
  }

  private static func dilations(_ graph: Graph, _ index: Int, _ windowed: WindowedOperator) -> [Candidate] {
    guard windowed.window.kernel.contains(where: { $0 > 1 }) else { return [] }
    let present = windowed.window.dilations
    let kernel = windowed.window.kernel
    var candidates: [Candidate] = []
    for dilation in [1, 2, 3, 4, 6, 8, 12, 18] {
      let dilations = kernel.map { _ in dilation }
      guard dilations != present else { continue }
      // The window stays centred where it was.
      let growth: [Int] = kernel.indices.map { (dilation - present[$0]) * (kernel[$0] - 1) }
      guard growth.allSatisfy({ $0 % 2 == 0 }) else { continue }
      let pads: [Int] = windowed.pads.enumerated().map { $1 + growth[$0 % kernel.count] / 2 }
      candidates.append(
        Candidate(
          "dilation", "with dilations \(dilations) in place of \(present)" + graph.words(for: index),
          "look at the dilations of the layer in the source"
        ) { try graph.replacing(windowed.with(pads: pads, dilations: dilations), at: index) })
    }
    return candidates
  }

  private static func sizes(_ graph: Graph, _ index: Int, _ windowed: WindowedOperator) -> [Candidate] {
    guard graph.nodes[index].operation is Pool else { return [] }
    let kernel = windowed.window.kernel
    var candidates: [Candidate] = []
    for grown in [1, -1, 2, -2] where kernel.allSatisfy({ $0 + grown > 0 }) {
      let size = kernel.map { $0 + grown }
      // The change goes to the end, to the beginning, or to both.
      let shares: [(begin: Int, end: Int)] = [(0, grown), (grown, 0), (grown / 2, grown - grown / 2), (0, 0)]
      for share in shares {
        let pads = windowed.pads.enumerated().map { max(0, $1 + ($0 < windowed.rank ? share.begin : share.end)) }
        candidates.append(
          Candidate(
            "pool-size",
            "with windows of \(size) and padding \(pads) in place of \(kernel) and \(windowed.pads)"
              + graph.words(for: index), "look at the window of the pooling in the source", changes: 2
          ) { try graph.replacing(windowed.with(pads: pads, kernel: size), at: index) })
      }
    }
    return candidates
  }
}

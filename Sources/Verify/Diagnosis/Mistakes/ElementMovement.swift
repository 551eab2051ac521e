import FerryModel

/// Softmax along another axis, a transposition by another order, a slice that begins elsewhere.
struct ElementMovement: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    let graph = scene.graph
    return graph.nodes.indices.flatMap { index -> [Candidate] in
      let node = graph.nodes[index]
      let rank = graph[node.inputs[0]].shape.count
      switch node.operation {
      case let softmax as Softmax:
        return softmaxes(graph, index, present: softmax.axis, rank: rank, isLogarithm: false)
      case let softmax as LogSoftmax:
        return softmaxes(graph, index, present: softmax.axis, rank: rank, isLogarithm: true)
      case let transpose as Transpose: return transposes(graph, index, transpose)
      case let slice as Slice: return slices(graph, index, slice)
      default: return []
      }
    }
  }

  private static func softmaxes(
    _ graph: Graph, _ index: Int, present: Int, rank: Int, isLogarithm: Bool
  ) -> [Candidate] {
    let advice = "look at the softmax of the source: its axis, and whether there is one"
    let make = { (axis: Int) -> any Operator in isLogarithm ? LogSoftmax(axis: axis) : Softmax(axis: axis) }
    let other: any Operator = isLogarithm ? Softmax(axis: present) : LogSoftmax(axis: present)
    return (0..<rank).reversed().filter { $0 != present }.map { axis in
      Candidate(
        "softmax-axis", "with the softmax along axis \(axis) in place of \(present)" + graph.words(for: index), advice
      ) { try graph.replacing(make(axis), at: index) }
    } + [
      Candidate("activation-extra", "without the softmax" + graph.words(for: index), advice) {
        try graph.bypassing(index)
      },
      Candidate(
        "activation",
        "with \(isLogarithm ? "softmax" : "log-softmax") in place of \(isLogarithm ? "log-softmax" : "softmax")"
          + graph.words(for: index), advice
      ) { try graph.replacing(other, at: index) },
      Candidate("activation", "with sigmoid in place of softmax" + graph.words(for: index), advice) {
        try graph.replacing(Activate(Activation(.sigmoid)), at: index)
      },
      Candidate("activation-twice", "with the softmax applied twice" + graph.words(for: index), advice) {
        try graph.inserting(make(present), beforeInput: 0, of: index)
      },
    ]
  }

  private static func transposes(_ graph: Graph, _ index: Int, _ transpose: Transpose) -> [Candidate] {
    guard transpose.permutation.count <= 5 else { return [] }
    return permutations(of: transpose.permutation.count).filter { $0 != transpose.permutation }.map { order in
      Candidate(
        "transpose-order",
        "with the axes in the order \(order) in place of \(transpose.permutation)" + graph.words(for: index),
        "look at the order of axes in the source: NCHW and NHWC are easily confused"
      ) { try graph.replacing(Transpose(permutation: order), at: index) }
    }
  }

  private static func slices(_ graph: Graph, _ index: Int, _ slice: Slice) -> [Candidate] {
    guard let starts = slice.starts.fixed else { return [] }
    return starts.indices.flatMap { axis in
      [1, -1, 2, -2].map { change in
        Candidate(
          "slice-start",
          "with the slice beginning at \(starts[axis] + change) in place of \(starts[axis]) along axis \(axis)"
            + graph.words(for: index), "look at where the source begins to crop"
        ) {
          var starts = starts
          starts[axis] += change
          return try graph.replacing(
            Slice(starts: starts.map { Dimension($0) }, counts: slice.counts, steps: slice.steps), at: index)
        }
      }
    }
  }
}

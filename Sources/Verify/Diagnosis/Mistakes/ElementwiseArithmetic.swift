import FerryModel
import FerryTensor

/// Sums, products and joins of values: an operand left out, another operation, operands in another order, an input
/// that is added where it is not.
struct ElementwiseArithmetic: MistakeFamily {
  private static let advice = "look at what this part of the source computes, and in which order"

  static func candidates(for scene: Scene) -> [Candidate] {
    let graph = scene.graph
    return graph.nodes.indices.flatMap { index -> [Candidate] in
      switch graph.nodes[index].operation {
      case let binary as Binary: binaries(graph, index, binary)
      case let concat as Concat: joins(graph, index, concat)
      default: []
      }
    } + skips(scene)
  }

  private static func binaries(_ graph: Graph, _ index: Int, _ binary: Binary) -> [Candidate] {
    let node = graph.nodes[index]
    let place = graph.words(for: index)
    var candidates: [Candidate] = []
    for (kept, dropped) in [(0, 1), (1, 0)] where graph.weights[node.inputs[kept]] == nil {
      let name = graph[node.inputs[dropped]].name.printable
      let isResidual = binary.kind == .add && graph.weights[node.inputs[dropped]] == nil
      candidates.append(
        Candidate(
          isResidual ? "residual-extra" : binary.kind == .multiply ? "factor-extra" : "operand-extra",
          "without the operand \(name)" + place, "the reference does not compute this operation: " + advice
        ) { try graph.bypassing(index, input: kept) })
    }
    candidates += Binary.Kind.allCases.filter { $0 != binary.kind }.map { kind in
      Candidate(
        "binary-kind", "with \(kind.rawValue) in place of \(binary.kind.rawValue)" + place, advice
      ) { try graph.replacing(Binary(kind), at: index) }
    }
    let commutes: [Binary.Kind] = [.add, .multiply, .maximum, .minimum]
    if !commutes.contains(binary.kind) {
      candidates.append(
        Candidate("operands-swapped", "with the operands exchanged" + place, advice) {
          var graph = graph
          graph.nodes[index].inputs.reverse()
          return try graph.reshaped()
        })
    }
    for operand in 0..<2 where graph.fixedShape(node.inputs[operand]) == graph.fixedShape(node.outputs[0]) {
      let name = graph[node.inputs[operand]].name.printable
      candidates.append(
        Candidate("operand-doubled", "with \(name) as both operands" + place, advice) {
          var graph = graph
          graph.nodes[index].inputs = [node.inputs[operand], node.inputs[operand]]
          return graph
        })
      guard binary.kind == .add else { continue }
      candidates.append(
        Candidate("operand-doubled", "with \(name) added twice" + place, advice) {
          // What is inserted before the sum adds the operand to itself.
          var doubled = try graph.inserting(Binary(.add), weights: [[0]], beforeInput: operand, of: index)
          doubled.nodes[index].inputs = [node.inputs[operand], node.inputs[operand]]
          return doubled
        })
    }
    return candidates
  }

  private static func joins(_ graph: Graph, _ index: Int, _ concat: Concat) -> [Candidate] {
    let inputs = graph.nodes[index].inputs
    guard (2...8).contains(inputs.count) else { return [] }
    let own = Array(inputs.indices)
    let pairs = own.flatMap { i in own[(i + 1)...].map { j in swapped(own, i, j) } }
    let orders = inputs.count <= 4 ? permutations(of: inputs.count).filter { $0 != own } : [own.reversed()] + pairs
    return orders.map { order in
      Candidate(
        "concat-order", "with the parts in the order \(order.map { $0 + 1 })" + graph.words(for: index), advice,
        changes: max(1, order.indices.count { order[$0] != $0 } - 1)
      ) {
        var graph = graph
        graph.nodes[index].inputs = order.map { inputs[$0] }
        return try graph.reshaped()
      }
    }
  }

  private static func swapped(_ list: [Int], _ i: Int, _ j: Int) -> [Int] {
    var list = list
    list.swapAt(i, j)
    return list
  }

  /// An input of the place that the reference adds to the result, or multiplies it with.
  private static func skips(_ scene: Scene) -> [Candidate] {
    zip(scene.graph.inputs, scene.inputs).filter { $0.1.shape == scene.expected.shape }.flatMap { id, input in
      let name = scene.graph[id].name.printable
      var candidates = [
        Candidate(
          "residual-missing", "with \(name) added to the result",
          "the reference has a connection around the layer, which the bundle lacks: " + advice
        ) { scene.base.combined(input, +) },
        Candidate(
          "factor-missing", "with the result multiplied by \(name)",
          "the reference multiplies by its input (a gate, squeeze-excite): " + advice
        ) { scene.base.combined(input, *) },
        Candidate("residual-missing", "with the result subtracted from \(name)", advice) {
          scene.base.combined(input) { $1 - $0 }
        },
      ]
      if scene.ending.function != nil {
        candidates.append(
          Candidate(
            "residual-missing", "with \(name) added before the activation",
            "the reference has a connection around the layer, which the bundle lacks: " + advice
          ) { try scene.ending.apply(scene.beforeEnding.combined(input, +)) })
      }
      return candidates
    }
  }
}

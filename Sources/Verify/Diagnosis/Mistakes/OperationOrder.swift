import FerryModel
import FerryTensor

/// Two neighbouring operations in the other order, and an activation before a sum or product in place of after it.
struct OperationOrder: MistakeFamily {
  private static let advice = "look at the order of the layers in the source: activation, normalisation, sum"

  static func candidates(for scene: Scene) -> [Candidate] {
    activations(scene) + exchanges(scene.graph)
  }

  private static func exchanges(_ graph: Graph) -> [Candidate] {
    let uses = graph.useCounts()
    return graph.nodes.indices.flatMap { second -> [Candidate] in
      guard let first = graph.producer(of: graph.nodes[second].inputs[0]),
        uses[graph.nodes[second].inputs[0].index] == 1,
        let x = graph.nodes[first].inputs.first, graph.weights[x] == nil
      else { return [] }
      let names = [graph.nodes[first].name.printable, graph.nodes[second].name.printable]
      return [
        Candidate("operation-order", "with \(names[0]) and \(names[1]) in the other order", advice) {
          // The nodes keep their places and change what they do.
          var changed = graph
          changed.nodes[first].operation = graph.nodes[second].operation
          changed.nodes[second].operation = graph.nodes[first].operation
          changed.nodes[first].inputs = [x] + graph.nodes[second].inputs.dropFirst()
          changed.nodes[second].inputs = [graph.nodes[second].inputs[0]] + graph.nodes[first].inputs.dropFirst()
          return try changed.reshaped()
        }
      ]
    }
  }

  /// act(a ⊕ b) as act(a) ⊕ b, a ⊕ act(b), act(a) ⊕ act(b).
  private static func activations(_ scene: Scene) -> [Candidate] {
    guard let function = scene.ending.function,
      let index = scene.ending.graph.producer(of: scene.ending.graph.outputs[0]),
      scene.ending.graph.nodes[index].operation is Binary
    else { return [] }
    let before = scene.ending.graph
    return [[0], [1], [0, 1]].map { operands in
      Candidate(
        "operation-order",
        "with the \(ActivationWords.of(function)) applied before \(before.nodes[index].name.printable), to "
          + (operands.count == 2 ? "both operands" : before[before.nodes[index].inputs[operands[0]]].name.printable),
        advice
      ) {
        var graph = before
        var position = index
        for operand in operands {
          graph = try graph.inserting(function, beforeInput: operand, of: position)
          position += 1
        }
        return graph
      }
    }
  }
}

import FerryModel
import FerryTensor

/// Features that a flattening puts in another order: H×W×C as in Keras, where the product after it expects C×H×W, or
/// the other way round.
struct FlattenOrder: MistakeFamily {
  private static let advice =
    "Keras flattens H×W×C, PyTorch C×H×W: the weight after the flattening has to be permuted on import, or the "
    + "flattening has to be preceded by a transposition"

  static func candidates(for scene: Scene) -> [Candidate] {
    let graph = scene.graph
    return graph.nodes.indices.flatMap { index -> [Candidate] in
      let node = graph.nodes[index]
      let shape = graph.fixedShape(node.inputs[0])
      if isFlattening(node, graph), shape.count >= 3 { return flattenings(graph, index, shape) }
      guard node.operation is Gemm, shape.count == 2 else { return [] }
      return products(scene, index, features: shape[1])
    }
  }

  private static func isFlattening(_ node: Node, _ graph: Graph) -> Bool {
    (node.operation is Flatten || node.operation is Reshape) && graph.fixedShape(node.outputs[0]).count == 2
  }

  private static func flattenings(_ graph: Graph, _ index: Int, _ shape: [Int]) -> [Candidate] {
    let last = Array(2..<shape.count)
    return [
      Candidate(
        "flatten-order", "with the features flattened as H×W×C in place of C×H×W" + graph.words(for: index), advice
      ) {
        try graph.inserting(Transpose(permutation: [0] + last + [1]), beforeInput: 0, of: index)
      },
      Candidate(
        "flatten-order", "with the features read as H×W×C and flattened as C×H×W" + graph.words(for: index), advice
      ) {
        // The value's bytes are those of N×H×W×C: so read, and put into order, in front of each other.
        let order = [0, shape.count - 1] + Array(1..<shape.count - 1)
        let extents = [shape[0]] + shape.dropFirst(2) + [shape[1]]
        let ordered = try graph.inserting(Transpose(permutation: order), beforeInput: 0, of: index)
        return try ordered.inserting(Reshape(shape: extents.map { Dimension($0) }), beforeInput: 0, of: index)
      },
    ]
  }

  /// A product whose input was flattened before the place: its weight's columns in the other order.
  private static func products(_ scene: Scene, _ index: Int, features: Int) -> [Candidate] {
    let node = scene.graph.nodes[index]
    return extents(scene, node.inputs[0], features).flatMap { channels, height, width in
      [false, true].map { isInverse in
        Candidate(
          "flatten-order",
          "with the weight's columns in the order of \(isInverse ? "C×H×W" : "H×W×C") of "
            + "\(channels)×\(height)×\(width) features" + scene.graph.words(for: index), advice
        ) {
          guard let weight = scene.graph.weights[node.inputs[1]] else { return nil }
          let rows = weight.shape[0]
          let values = Values(shape: [rows, features], elements: weight.doubles)
          let moved =
            isInverse
            ? try values.shaped([rows, channels, height * width]).transposed([0, 2, 1])
            : try values.shaped([rows, height * width, channels]).transposed([0, 2, 1])
          return try scene.graph.replacing(weight: node.inputs[1], with: moved.elements)
        }
      }
    }
  }

  /// C, H and W of the features: what the network flattens, or else what squares fit.
  private static func extents(_ scene: Scene, _ input: ValueID, _ features: Int) -> [(Int, Int, Int)] {
    let name = scene.graph[input].name
    for graph in [scene.graph, scene.network] {
      guard let producer = graph.nodes.first(where: { $0.outputs.contains { graph[$0].name == name } }) else {
        continue
      }
      let shape = graph.fixedShape(producer.inputs[0])
      guard isFlattening(producer, graph), shape.count >= 3 else { return [] }
      return shape[1] == features ? [] : [(shape[1], shape[2], shape[3...].reduce(1, *))]
    }
    return (2...16).filter { features % ($0 * $0) == 0 && features > $0 * $0 }.map { (features / ($0 * $0), $0, $0) }
  }
}

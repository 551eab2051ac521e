import FerryModel

/// A BatchNormalization with another epsilon, without it, twice, or with its parameters in each other's places.
struct NormalizationParameters: MistakeFamily {
  private static let epsilons: [Float] = [1e-3, 1e-5, 1e-6, 1e-4, 0, 1e-2, 1e-7, 1e-8, 1e-12, 2e-5, 1e-1, 1.001e-5]

  private static let epsilonAdvice =
    "convert with the epsilon that the reference has (PyTorch 1e-5, Keras 1e-3): a file without a configuration does "
    + "not hold it, and --assume epsilon=VALUE settles it"
  private static let orderAdvice = "look at how the exporter or the importer names and orders the four parameters"

  static func candidates(for scene: Scene) throws -> [Candidate] {
    var candidates: [Candidate] = []
    for (index, node) in scene.graph.nodes.enumerated() {
      if let normalization = node.operation as? BatchNormalization {
        candidates += epsilonCandidates(scene.graph, index, normalization.epsilon) { BatchNormalization(epsilon: $0) }
        candidates += structure(scene.graph, index)
        candidates += orders(scene.graph, index)
        candidates += fittedEpsilon(scene, index)
      } else if let normalize = node.operation as? Normalize {
        candidates += epsilonCandidates(scene.graph, index, normalize.epsilon) {
          try Normalize(normalize.kind, axes: normalize.axes, epsilon: $0)
        }
        candidates += kinds(scene.graph, index, normalize)
      }
    }
    return candidates
  }

  private static func epsilonCandidates(
    _ graph: Graph, _ index: Int, _ present: Float, _ make: @escaping (Float) throws -> any Operator
  ) -> [Candidate] {
    epsilons.filter { $0 != present }.map { epsilon in
      Candidate(
        "batch-normalization-epsilon",
        "with epsilon \(figure(Double(epsilon))) in place of \(figure(Double(present)))" + graph.words(for: index),
        epsilonAdvice
      ) { try graph.replacing(make(epsilon), at: index) }
    }
  }

  /// Left out, applied twice, each parameter ignored, the statistics read otherwise.
  private static func structure(_ graph: Graph, _ index: Int) -> [Candidate] {
    let node = graph.nodes[index]
    let place = graph.words(for: index)
    let parameters = { node.inputs.dropFirst().map { graph.weights[$0]?.doubles ?? [] } }
    func changed(
      _ mistake: String, _ change: String, _ advice: String, _ input: Int, _ transform: @escaping (Double) -> Double
    )
      -> Candidate
    {
      Candidate(mistake, change + place, advice) {
        let id = node.inputs[input]
        guard let weight = graph.weights[id] else { return nil }
        return try graph.replacing(weight: id, with: weight.doubles.map(transform))
      }
    }
    let statistics = "the file's statistics mean something else than the importer takes them for"
    return [
      Candidate(
        "batch-normalization-extra", "without the normalisation" + place,
        "the reference does not normalise here: was the layer folded into the weights before they were exported?"
      ) { try graph.bypassing(index) },
      Candidate(
        "batch-normalization-doubled", "with the normalisation applied twice" + place,
        "the reference normalises twice: the layer was folded into the weights and kept as well"
      ) {
        guard let operation = node.operation as? BatchNormalization else { return nil }
        return try graph.inserting(operation, weights: parameters(), beforeInput: 0, of: index)
      },
      changed(
        "batch-normalization-deviation", "with the variance taken for a standard deviation", statistics, 4
      ) { $0 * $0 },
      changed(
        "batch-normalization-deviation", "with the root of the variance as the variance", statistics, 4
      ) { $0 < 0 ? .nan : $0.squareRoot() },
      changed(
        "batch-normalization-deviation", "with the reciprocal of the variance as the variance", statistics, 4
      ) { 1 / $0 },
      changed("batch-normalization-scale", "without the scale (gamma)", orderAdvice, 1) { _ in 1 },
      changed("batch-normalization-bias", "without the bias (beta)", orderAdvice, 2) { _ in 0 },
      changed("batch-normalization-mean", "without the mean", orderAdvice, 3) { _ in 0 },
      changed("batch-normalization-mean", "with the mean's sign turned", orderAdvice, 3) { -$0 },
      changed("batch-normalization-bias", "with the bias's sign turned", orderAdvice, 2) { -$0 },
      changed("batch-normalization-scale", "with 1 added to the scale", orderAdvice, 1) { $0 + 1 },
    ]
  }

  /// The four parameters in every other order, single exchanges first.
  private static func orders(_ graph: Graph, _ index: Int) -> [Candidate] {
    let names = ["scale", "bias", "mean", "variance"]
    let node = graph.nodes[index]
    let orders = permutations(of: 4).filter { $0 != [0, 1, 2, 3] }
    let moved = { (order: [Int]) in order.indices.count { order[$0] != $0 } }
    return orders.sorted { moved($0) < moved($1) }.map { order in
      let change =
        moved(order) == 2
        ? "with " + order.indices.filter { order[$0] != $0 }.map { names[$0] }.joined(separator: " and ") + " exchanged"
        : "with \(order.map { names[$0] }.joined(separator: ", ")) in the places of \(names.joined(separator: ", "))"
      return Candidate(
        "batch-normalization-order", change + graph.words(for: index), orderAdvice, changes: moved(order) - 1
      ) {
        var graph = graph
        graph.nodes[index].inputs = [node.inputs[0]] + order.map { node.inputs[$0 + 1] }
        return graph
      }
    }
  }

  /// The epsilon that the golden's own factors come to, where they agree on one.
  private static func fittedEpsilon(_ scene: Scene, _ index: Int) -> [Candidate] {
    let node = scene.graph.nodes[index]
    guard scene.ending.graph.nodes.last?.name == node.name, let target = scene.target else { return [] }
    return [
      Candidate(
        mistake: "batch-normalization-epsilon",
        change: "with the epsilon that the golden's factors come to"
          + scene.graph.words(for: index), advice: epsilonAdvice, freeParameters: 1
      ) {
        guard let x = try scene.array(of: node.inputs[0]), let scale = scene.graph.weights[node.inputs[1]]?.doubles,
          let variance = scene.graph.weights[node.inputs[4]]?.doubles
        else { return nil }
        // A factor is scale / √(variance + epsilon).
        let epsilons = ChannelSums(x, target).fits().enumerated().compactMap { channel, fit -> Double? in
          guard let fit, fit.factor != 0 else { return nil }
          let root = scale[channel] / fit.factor
          return root * root - variance[channel]
        }.sorted()
        guard epsilons.count >= 2 else { return nil }
        let median = epsilons[epsilons.count / 2]
        // With few digits, as people choose it.
        guard median > 0, let rounded = Float(figure(median)) else { return nil }
        return .graph(try scene.graph.replacing(BatchNormalization(epsilon: rounded), at: index))
      }
    ]
  }

  private static func kinds(_ graph: Graph, _ index: Int, _ normalize: Normalize) -> [Candidate] {
    Normalize.Kind.allCases.filter { $0 != normalize.kind }.map { kind in
      Candidate(
        "normalization-kind", "with \(kind.rawValue) in place of \(normalize.kind.rawValue)" + graph.words(for: index),
        "look at which normalisation the source computes"
      ) { try graph.replacing(Normalize(kind, axes: normalize.axes, epsilon: normalize.epsilon), at: index) }
    }
  }
}

/// All orders of 0..<count, in lexicographic order.
func permutations(of count: Int) -> [[Int]] {
  (0..<count).reduce([[]]) { lists, _ in
    lists.flatMap { list in (0..<count).filter { !list.contains($0) }.map { list + [$0] } }
  }
}

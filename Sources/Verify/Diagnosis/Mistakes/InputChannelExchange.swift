import FerryModel
import FerryTensor

/// The channels that a convolution or a product reads stand in another order: two of them exchanged, all reversed,
/// regrouped.
struct InputChannelExchange: MistakeFamily {
  private static let advice =
    "the channels that this layer reads stand in another order in its weights: look at how they are read, at a shuffle "
    + "or a join before the layer"

  static func candidates(for scene: Scene) throws -> [Candidate] {
    let graph = scene.graph
    let orders = graph.nodes.indices.flatMap { index -> [Candidate] in
      let node = graph.nodes[index]
      guard (node.operation as? Conv)?.groups == 1 || node.operation is Gemm, graph.weights[node.inputs[1]] != nil,
        graph.fixedShape(node.inputs[1]).count >= 2
      else { return [] }
      let channels = graph.fixedShape(node.inputs[1])[1]
      guard channels > 1 else { return [] }
      let shuffles = (2...min(32, channels)).filter { channels % $0 == 0 && $0 < channels }.map { groups in
        candidate(
          graph, index, "with the input channels regrouped from \(groups)×\(channels / groups)",
          (0..<channels).map { $0 % groups * (channels / groups) + $0 / groups })
      }
      return [candidate(graph, index, "with the input channels in reverse order", (0..<channels).reversed())] + shuffles
    }
    return orders + exchanges(scene)
  }

  private static func candidate(
    _ graph: Graph, _ index: Int, _ change: String, parameters: Int = 0, _ order: [Int]
  ) -> Candidate {
    Candidate(
      mistake: "input-channels-exchanged", change: change + graph.words(for: index), advice: advice,
      freeParameters: parameters
    ) {
      let id = graph.nodes[index].inputs[1]
      guard let weight = graph.weights[id] else { return nil }
      let values = Values(shape: weight.shape.dimensions, elements: weight.doubles)
      return .graph(try graph.replacing(weight: id, with: values.taking(order, axis: 1).elements))
    }
  }

  /// Places of the result by which pairs are told apart.
  private static let probes = 12
  private static let mostMultiplications = 400_000_000

  /// The pair of input channels whose exchange gives what the worst channel lacks.
  ///
  /// Exchanged weights change the result by (w_j − w_i) · (x_i − x_j), which is known for every pair.
  private static func exchanges(_ scene: Scene) -> [Candidate] {
    guard let product = scene.product, (product.node.operation as? Conv)?.groups ?? 1 == 1, let target = scene.target,
      let index = scene.graph.nodes.firstIndex(where: { $0.name == product.node.name }), product.weight.shape.count >= 2
    else { return [] }
    let channels = product.weight.shape[1]
    let taps = product.columns.columnCount / max(1, channels)
    guard channels > 1, channels * channels * taps * probes <= mostMultiplications,
      let (worst, lacks) = worstChannel(scene, product, target)
    else { return [] }
    let shares = (0..<channels).map { channel in
      (0..<taps).flatMap { tap in
        lacks.map { product.columns.value(column: channel * taps + tap, outputChannel: worst, position: $0.position) }
      }
    }
    let count = lacks.count
    var best: (i: Int, j: Int, distance: Double)?
    for i in 0..<channels {
      for j in i + 1..<max(i + 1, channels) {
        var distance = 0.0
        for probe in 0..<count {
          var change = 0.0
          for tap in 0..<taps {
            let weights = product.weight(worst, j * taps + tap) - product.weight(worst, i * taps + tap)
            change += weights * (shares[i][tap * count + probe] - shares[j][tap * count + probe])
          }
          distance = max(distance, (lacks[probe].lack - change).magnitude)
          if distance >= best?.distance ?? .infinity { break }
        }
        if distance < best?.distance ?? .infinity { best = (i, j, distance) }
      }
    }
    guard let best, best.distance < 0.1 * (lacks.map(\.lack.magnitude).max() ?? 0) else { return [] }
    var order = Array(0..<channels)
    order.swapAt(best.i, best.j)
    return [
      candidate(
        scene.graph, index, "with input channels \(best.i) and \(best.j) exchanged", parameters: 2, order)
    ]
  }

  /// The channel that lacks most, and what it lacks at the places where that is most.
  private static func worstChannel(
    _ scene: Scene, _ product: ProductPlace, _ target: Values
  ) -> (channel: Int, lacks: [(position: Int, lack: Double)])? {
    let planes = scene.expected.planes
    guard planes.channels == product.channels else { return nil }
    var (worst, most) = (0, 0.0)
    for channel in 0..<planes.channels {
      planes.forEach(channel: channel) { index in
        let lack = (target.elements[index] - scene.beforeEnding.elements[index]).magnitude
        if lack > most { (worst, most) = (channel, lack) }
      }
    }
    let lacks = (0..<product.columns.positionCount).compactMap { position -> (position: Int, lack: Double)? in
      let index = product.columns.resultIndex(outputChannel: worst, channels: product.channels, position: position)
      let lack = target.elements[index] - scene.beforeEnding.elements[index]
      return lack.isFinite ? (position, lack) : nil
    }.sorted { ($1.lack.magnitude, $0.position) < ($0.lack.magnitude, $1.position) }
    return lacks.count >= probes ? (worst, Array(lacks.prefix(probes))) : nil
  }
}

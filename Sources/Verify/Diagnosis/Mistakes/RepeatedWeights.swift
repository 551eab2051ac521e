import FerryModel
import FerryTensor

/// A kernel that another layer of the network has as well, bit for bit: what comes of giving a layer the weights of
/// another one. The right ones are lost then, so that nothing can be undone: it takes from the golden whatever other
/// weights may account for, and is named only where nothing else explains the place.
struct RepeatedWeights: MistakeFamily {
  /// Fewer elements may be equal by chance.
  private static let leastElements = 8

  static func candidates(for scene: Scene) -> [Candidate] {
    guard let product = scene.product, scene.residual.error.isFinite, let twin = twin(of: product, scene) else {
      return []
    }
    let name = scene.graph[product.node.inputs[1]].name.printable
    return [
      Candidate(
        "other-weights",
        "with other weights: \(name) is \(scene.network[twin].name.printable) bit for bit"
          + scene.words(for: product.node),
        "two layers have the same weights, and the golden contradicts it: look at how names or the order of layers are "
          + "matched", changes: 3, freeParameters: scene.expected.count
      ) { scene.expected }
    ]
  }

  /// Another weight of the network with the same elements.
  private static func twin(of product: ProductPlace, _ scene: Scene) -> ValueID? {
    let elements = product.weight.elements
    guard elements.count >= leastElements, elements.contains(where: { $0 != elements[0] }) else { return nil }
    let name = scene.graph[product.node.inputs[1]].name
    return scene.network.weights.keys.sorted { $0.index < $1.index }.first { other in
      scene.network[other].name != name && scene.network.fixedShape(other) == product.weight.shape
        && scene.network.weights[other]?.doubles == elements
    }
  }
}

import FerryModel
import FerryTensor

/// The bundle's weights are all numbers of a shorter format, and the difference is as large as rounding to it makes it.
///
/// What was lost cannot be found again: the candidate takes from the golden what rounding may account for, provided
/// that the differences spread as rounding errors do.
struct RoundedWeights: MistakeFamily {
  /// Differences beyond so many standard deviations are none of rounding.
  private static let deviations = 7.0
  /// How much the mean square may differ from what rounding makes it.
  private static let spread = 0.5...1.6

  static func candidates(for scene: Scene) -> [Candidate] {
    guard let product = scene.product, let target = scene.target else { return [] }
    return [ReducedFormat.float16, .bfloat16].filter { $0.holds(product.weight.elements) }.map { format in
      Candidate(
        "weights-rounded", "within what rounding of the weights to \(format.rawValue) accounts for",
        "the bundle's weights are all numbers of \(format.rawValue), the reference's are not: convert from weights in "
          + "float32", changes: 2, freeParameters: product.weight.count
      ) { try explained(scene, product, target, format) }
    }
  }

  /// - Returns: the golden where the difference is one of rounding; nil if the differences do not spread so.
  private static func explained(
    _ scene: Scene, _ product: ProductPlace, _ target: Values, _ format: ReducedFormat
  ) throws -> Values? {
    // The error of a sum has the variance Σ x² · spacing² / 12.
    let graph = scene.ending.graph
    let variances = product.weight.elements.map { weight in
      let spacing = format.spacing(at: weight)
      return weight == 0 ? 0 : spacing * spacing / 12
    }
    guard let input = try scene.array(of: product.node.inputs[0]) else { return nil }
    var single = Graph(name: "variance")
    let x = single.add(Value(name: "x", shape: input.shape.map { Dimension($0) }))
    single.inputs = [x]
    let weight = single.add(Value(name: "w", shape: product.weight.shape.map { Dimension($0) }))
    single.weights[weight] = graph.weights[product.node.inputs[1]]
    let y = single.add(Value(name: "y", shape: scene.expected.shape.map { Dimension($0) }))
    single.nodes = [Node(name: "n", operation: product.node.operation, inputs: [x, weight], outputs: [y])]
    single.outputs = [y]
    single = try single.replacing(weight: weight, with: variances)
    guard let squares = try scene.run(single, [input.mapped { $0 * $0 }]), squares.shape == scene.expected.shape else {
      return nil
    }
    var (sum, count) = (0.0, 0.0)
    var before = scene.beforeEnding
    for index in before.elements.indices where target.elements[index].isFinite && squares.elements[index] > 0 {
      let difference = target.elements[index] - before.elements[index]
      let ratio = difference * difference / squares.elements[index]
      sum += ratio
      count += 1
      if ratio <= deviations * deviations { before.elements[index] += difference }
    }
    guard count >= 64, spread.contains((sum / count).squareRoot()) else { return nil }
    return try scene.ending.apply(before)
  }
}

import FerryModel
import FerryTensor

/// A suspect in double precision, with what many families ask of it.
final class Scene {
  let graph: Graph
  let network: Graph
  let readsNetworkInput: [Bool]
  /// Values that the place does not read. They are turned into double precision where they are tried.
  let others: [CapturedElsewhere]
  let inputs: [Values]
  let expected: Values
  let actual: Values
  let yardstick: Yardstick
  /// The graph's last activation, and what comes before it.
  let ending: Ending
  /// What the plain loops give before the last activation.
  let beforeEnding: Values
  /// What the plain loops give for the graph as it is.
  let base: Values
  /// How far `actual` is from what is expected.
  let residual: Yardstick.Residual
  let limits: Diagnostician.Limits
  let effort: Effort

  private let evaluate: Diagnostician.Evaluation
  private var arrays: [ValueID: Values] = [:]

  init(_ suspect: Suspect, limits: Diagnostician.Limits, evaluate: @escaping Diagnostician.Evaluation) throws {
    try suspect.validate()
    // Candidates read the weights again and again: a bundle's are unpacked once.
    graph = suspect.graph.nodes.count <= limits.nodes ? suspect.graph.unpacked() : suspect.graph
    network = suspect.network
    readsNetworkInput = suspect.readsNetworkInput
    others = suspect.others
    inputs = suspect.inputs.map { Values($0) }
    expected = Values(suspect.expected)
    actual = Values(suspect.actual)
    yardstick = Yardstick(expected: expected, tolerance: suspect.tolerance)
    residual = yardstick.measure(actual)
    self.limits = limits
    self.evaluate = evaluate
    effort = Effort(multiplications: limits.multiplications)
    (ending, beforeEnding, base) = try Self.results(of: graph, inputs, expected.shape, effort, evaluate)
  }

  /// The scene with something changed, which is what a second mistake is looked for in.
  init(_ scene: Scene, changed graph: Graph, inputs: [Values]) throws {
    self.graph = graph
    self.inputs = inputs
    others = []
    (network, readsNetworkInput, expected) = (scene.network, scene.readsNetworkInput, scene.expected)
    (yardstick, limits, evaluate, effort) = (scene.yardstick, scene.limits, scene.evaluate, scene.effort)
    (ending, beforeEnding, base) = try Self.results(of: graph, inputs, expected.shape, effort, evaluate)
    actual = base
    residual = yardstick.measure(actual)
  }

  /// What the graph gives before and after its last activation.
  private static func results(
    of graph: Graph, _ inputs: [Values], _ shape: [Int], _ effort: Effort, _ evaluate: Diagnostician.Evaluation
  ) throws -> (Ending, Values, Values) {
    let ending = try Ending(of: graph)
    _ = effort.spend(graph.multiplications())
    guard let before = try output(of: ending.graph, inputs, evaluate), before.shape == shape else {
      throw FerryError(.internalDefect, "a place that is to be diagnosed has no result")
    }
    return (ending, before, try ending.apply(before))
  }

  /// Whether the suspect is so large that only what costs little is tried.
  var isNetwork: Bool { graph.nodes.count > limits.nodes }

  /// The plain loops' result of a graph, on the suspect's inputs unless others are given.
  ///
  /// - Returns: nil if it has another shape than is expected, or would cost more than is left.
  func result(of graph: Graph, _ inputs: [Values]? = nil) throws -> Values? {
    guard graph.fixedShape(graph.outputs[0]) == expected.shape else { return nil }
    guard effort.spend(graph.multiplications()) else { return nil }
    return try Self.output(of: graph, inputs ?? self.inputs, evaluate)
  }

  /// Evaluates a graph of any shape.
  ///
  /// - Returns: nil if it would cost more than is left.
  func run(_ graph: Graph, _ inputs: [Values]) throws -> Values? {
    guard effort.spend(graph.multiplications()) else { return nil }
    return try Self.output(of: graph, inputs, evaluate)
  }

  /// What a graph gives, an input that it hands on included.
  private static func output(
    of graph: Graph, _ inputs: [Values], _ evaluate: Diagnostician.Evaluation
  ) throws -> Values? {
    if let position = graph.inputs.firstIndex(of: graph.outputs[0]) { return inputs[position] }
    return try evaluate(graph, inputs)[graph.outputs[0]]
  }

  /// What a value of the graph holds: an input, a weight, or what nodes compute.
  ///
  /// - Returns: nil if it would cost more than is left.
  func array(of id: ValueID) throws -> Values? {
    if let known = arrays[id] { return known }
    if let position = graph.inputs.firstIndex(of: id) { return inputs[position] }
    if let weight = graph.weights[id] { return Values(shape: weight.shape.dimensions, elements: weight.doubles) }
    let array = try run(graph.truncated(at: id), inputs)
    arrays[id] = array
    return array
  }

  /// The channels in which `actual` is outside the tolerance, in order.
  private(set) lazy var wrongChannels: [Int] = {
    let planes = expected.planes
    return (0..<planes.channels).filter { channel in
      var isWrong = false
      planes.forEach(channel: channel) { position in
        let error = (actual.elements[position] - expected.elements[position]).magnitude
        // Not "greater": NaN is wrong as well, unless it is expected.
        if !(error <= yardstick.allowed(expected.elements[position])),
          actual.elements[position] != expected.elements[position],
          !(actual.elements[position].isNaN && expected.elements[position].isNaN)
        {
          isWrong = true
        }
      }
      return isWrong
    }
  }()

  /// What should stand before the last activation, as far as the golden tells; NaN elsewhere, nil if nowhere.
  private(set) lazy var target: Values? = ending.inverse(expected)

  /// The convolution or product whose result stands before the last activation; nil if something else does.
  private(set) lazy var product: ProductPlace? = try? ProductPlace(self)

  /// " in NAME" where the place has several nodes.
  func words(for node: Node) -> String { graph.nodes.count > 1 ? " in \(node.name.printable)" : "" }

  /// Whether a normalisation of the source went into the place's weights.
  var isFolded: Bool {
    graph.nodes.contains {
      $0.sources.contains { $0.operatorName.contains("BatchNorm") } && !($0.operation is BatchNormalization)
    }
      || graph.weights.values.contains { $0.passes.contains { $0.hasPrefix("fold-batch-normalization") } }
  }
}

import FerryModel
import FerryRuntime
import FerryTensor

/// A small network, built node by node. Its first input axis is symbolic, so that batches of any size can run.
struct Network {
  private(set) var graph = Graph(name: "network")
  private var numbers = Numbers(17)

  // MARK: Building

  /// An input of channels, height and width for each sample, or of features alone.
  mutating func input(_ sample: [Int]) -> ValueID { input(shape: sample.map { Dimension($0) }) }

  /// An input whose samples have this shape.
  mutating func input(shape: [Dimension]) -> ValueID {
    let shape = [Dimension.symbol("batch")] + shape
    let id = graph.add(Value(name: "x\(graph.inputs.count)", shape: shape))
    graph.inputs.append(id)
    return id
  }

  mutating func weight(_ shape: [Int], scale: Float = 1) throws -> ValueID {
    let elements = numbers.array(shape.reduce(1, *)).map { $0 * scale }
    return graph.add(Weight(tensor: try Tensor(elements, shape: shape), sources: []), named: "w\(graph.values.count)")
  }

  mutating func apply(_ operation: any Operator, _ operands: [ValueID], named name: String? = nil) throws -> ValueID {
    let shape = try operation.outputShapes(for: operands.map { graph[$0].shape })[0]
    let output = graph.add(Value(name: "v\(graph.values.count)", shape: shape))
    let name = name ?? "\(operation.name)\(graph.nodes.count)"
    graph.nodes.append(Node(name: name, operation: operation, inputs: operands, outputs: [output]))
    return output
  }

  /// A convolution with a bias, padded to keep the size where the stride is 1.
  mutating func conv(
    _ x: ValueID, to channels: Int, kernel: Int = 1, stride: Int = 1, _ activation: Activation = .identity,
    named name: String? = nil
  ) throws -> ValueID {
    let inputChannels = graph[x].shape[1].value ?? 0
    return try conv(
      x, weights: [channels, inputChannels, kernel, kernel], stride: stride, groups: 1, activation, named: name)
  }

  mutating func depthwise(
    _ x: ValueID, kernel: Int = 3, stride: Int = 1, _ activation: Activation = .identity, named name: String? = nil
  ) throws -> ValueID {
    let channels = graph[x].shape[1].value ?? 0
    return try conv(
      x, weights: [channels, 1, kernel, kernel], stride: stride, groups: channels, activation, named: name)
  }

  private mutating func conv(
    _ x: ValueID, weights: [Int], stride: Int, groups: Int, _ activation: Activation, named name: String?
  ) throws -> ValueID {
    let pad = Dimension(weights[2] / 2)
    let window = try Window(
      kernel: [weights[2], weights[3]], strides: [stride, stride], dilations: [1, 1], pads: [pad, pad, pad, pad])
    // Values keep their size from layer to layer.
    let depth = weights[1] * weights[2] * weights[3]
    let operands = [x, try weight(weights, scale: (3 / Float(depth)).squareRoot()), try weight([weights[0]])]
    return try apply(Conv(window: window, groups: groups, activation: activation), operands, named: name)
  }

  mutating func dense(
    _ x: ValueID, to features: Int, _ activation: Activation = .identity
  ) throws -> ValueID {
    let depth = graph[x].shape[1].value ?? 0
    let operands = [x, try weight([features, depth], scale: (3 / Float(depth)).squareRoot()), try weight([features])]
    return try apply(Gemm(activation: activation), operands)
  }

  mutating func add(_ a: ValueID, _ b: ValueID) throws -> ValueID { try apply(Binary(.add), [a, b]) }
  mutating func multiply(_ a: ValueID, _ b: ValueID) throws -> ValueID { try apply(Binary(.multiply), [a, b]) }
  mutating func activate(_ a: ValueID, _ kind: Activation.Kind = .relu) throws -> ValueID {
    try apply(Activate(Activation(kind)), [a])
  }
  mutating func average(_ a: ValueID) throws -> ValueID { try apply(GlobalPool(.average), [a]) }

  /// Closes the network.
  mutating func model(_ outputs: ValueID...) throws -> Model {
    graph.outputs = outputs
    try graph.validate()
    return Model(name: "network", graph: graph)
  }
}

extension Model {
  /// Random inputs for so many samples; the same seed gives the same samples at the same places.
  func samples(_ batch: Int, seed: UInt64 = 1) throws -> [String: Tensor] {
    var inputs: [String: Tensor] = [:]
    for (index, id) in graph.inputs.enumerated() {
      let shape = [batch] + graph[id].shape.dropFirst().map { $0.value ?? 1 }
      let size = shape.dropFirst().reduce(1, *)
      let elements = (0..<batch).flatMap { sample -> [Float] in
        var numbers = Numbers(seed &* 1009 &+ UInt64(sample * 31 + index))
        return numbers.array(size)
      }
      inputs[graph[id].name] = try Tensor(elements, shape: shape)
    }
    return inputs
  }

  /// The kinds of steps for so many samples, conversions between layouts left out.
  func stepKinds(batch: Int = 1) throws -> [String] {
    let shapes = graph.inputs.map { id in [batch] + graph[id].shape.dropFirst().map { $0.value ?? 1 } }
    return try planSummary(inputShapes: shapes).stepLabels.map { label in
      String(label.prefix { $0 != ":" })
    }.filter { !["to channels-last", "to row-major", "copy"].contains($0) }
  }
}

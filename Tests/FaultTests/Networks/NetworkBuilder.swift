import FerryModel
import FerryTensor

/// Numbers that look random and are the same everywhere, between −scale and scale.
func noise(_ seed: UInt64, _ count: Int, scale: Float = 1) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  for _ in 0..<4 { state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB }
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Float(Int64(bitPattern: state) >> 40) * 0x1p-23 * scale
  }
}

/// Builds a small network node by node, with weights drawn from a seed. A node's value has the node's name.
struct NetworkBuilder {
  private(set) var graph: Graph
  private var seed: UInt64

  init(_ name: String, seed: UInt64) {
    graph = Graph(name: name)
    self.seed = seed * 1000
  }

  mutating func input(_ name: String, _ shape: [Int]) -> ValueID {
    let id = graph.add(Value(name: name, shape: shape.map { Dimension($0) }))
    graph.inputs.append(id)
    return id
  }

  mutating func weight(_ name: String, _ elements: [Float], _ shape: [Int]) throws -> ValueID {
    graph.add(Weight(tensor: try Tensor(elements, shape: shape), sources: [name]), named: name)
  }

  mutating func random(_ name: String, _ shape: [Int], scale: Float = 1, around center: Float = 0) throws -> ValueID {
    seed += 1
    return try weight(name, noise(seed, shape.reduce(1, *), scale: scale).map { center + $0 }, shape)
  }

  mutating func node(_ name: String, _ operation: any Operator, _ operands: [ValueID]) throws -> ValueID {
    let shape = try operation.outputShapes(for: operands.map { graph[$0].shape })[0]
    let output = graph.add(Value(name: name, shape: shape))
    graph.nodes.append(
      Node(
        name: name, operation: operation, inputs: operands, outputs: [output],
        sources: [SourceNode(name: name, operatorName: operation.name)]))
    return output
  }

  mutating func activation(_ name: String, _ activation: Activation, _ x: ValueID) throws -> ValueID {
    try node(name, Activate(activation), [x])
  }

  /// A convolution with random weights that keep the size of numbers about as it is.
  mutating func conv(
    _ name: String, _ x: ValueID, _ outputs: Int, kernel: [Int] = [1, 1], strides: [Int] = [1, 1],
    pads: [Int] = [0, 0, 0, 0], groups: Int = 1, bias: Bool = true, activation: Activation = .identity, gain: Float = 1
  ) throws -> ValueID {
    let channels = (graph[x].shape.fixed?[1] ?? 0) / groups
    let shape = [outputs, channels] + kernel
    let scale = gain * (6 / Float(channels * kernel[0] * kernel[1])).squareRoot()
    let w = try random("\(name).weight", shape, scale: scale)
    let b = bias ? [try random("\(name).bias", [outputs], scale: 0.5)] : []
    let window = try Window(kernel: kernel, strides: strides, dilations: [1, 1], pads: pads.map { Dimension($0) })
    return try node(name, Conv(window: window, groups: groups, activation: activation), [x, w] + b)
  }

  mutating func dense(_ name: String, _ x: ValueID, _ outputs: Int) throws -> ValueID {
    let features = graph[x].shape.fixed?[1] ?? 0
    let w = try random("\(name).weight", [outputs, features], scale: (3 / Float(features)).squareRoot())
    return try node(name, Gemm(), [x, w, try random("\(name).bias", [outputs], scale: 0.5)])
  }

  /// A normalisation whose four parameters differ in size, as trained ones do.
  mutating func norm(_ name: String, _ x: ValueID, epsilon: Float, gain: Float = 1) throws -> ValueID {
    let channels = graph[x].shape.fixed?[1] ?? 0
    let parameters = [
      try random("\(name).scale", [channels], scale: 0.4 * gain, around: gain),
      try random("\(name).bias", [channels], scale: 0.5, around: 0.2),
      try random("\(name).mean", [channels], scale: 0.4),
      try random("\(name).variance", [channels], scale: 0.35, around: 0.5),
    ]
    return try node(name, BatchNormalization(epsilon: epsilon), [x] + parameters)
  }

  mutating func pool(
    _ name: String, _ kind: Pool.Kind, _ x: ValueID, kernel: Int, stride: Int, pads: [Int], ceilMode: Bool = false
  ) throws -> ValueID {
    let window = try Window(
      kernel: [kernel, kernel], strides: [stride, stride], dilations: [1, 1], pads: pads.map { Dimension($0) })
    return try node(name, Pool(kind, window: window, ceilMode: ceilMode), [x])
  }

  mutating func resize(_ name: String, _ x: ValueID, to size: [Int], _ method: Resize.Method) throws -> ValueID {
    let extents = (graph[x].shape.fixed ?? []).prefix(2) + size
    return try node(name, Resize(method, axes: extents.map { Resize.Axis(size: Dimension($0)) }), [x])
  }

  /// The network with this output, and a golden of all its values for inputs of noise.
  mutating func closed(
    _ output: ValueID, isChannelsLast: Bool = false, forgetting hidden: [String] = []
  ) throws -> FaultScene {
    graph.outputs = [output]
    try graph.validate()
    let inputs = try graph.inputs.enumerated().map { index, id in
      let shape = graph[id].shape.fixed ?? []
      return try Tensor(noise(seed + 500 + UInt64(index), shape.reduce(1, *)).map { abs($0) }, shape: shape)
    }
    var golden = try GoldenDraft(of: graph, inputs: inputs, isChannelsLast: isChannelsLast)
    golden.layers.removeAll { hidden.contains($0.name) }
    return FaultScene(graph: graph, golden: golden, isChannelsLast: isChannelsLast, fileDigest: golden.digest)
  }
}

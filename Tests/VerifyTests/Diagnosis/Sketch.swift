import FerryModel
import FerryTensor

/// Numbers that look random and are the same everywhere, between −scale and scale.
func noise(_ seed: UInt64, _ count: Int, scale: Float = 1) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Float(Int64(bitPattern: state) >> 40) * 0x1p-23 * scale
  }
}

func noise(_ seed: UInt64, shape: [Int], scale: Float = 1) throws -> Tensor {
  try Tensor(noise(seed, shape.reduce(1, *), scale: scale), shape: shape)
}

/// A small bound graph, built node by node.
struct Sketch {
  private(set) var graph = Graph(name: "place")

  mutating func input(_ shape: [Int]) -> ValueID {
    let id = graph.add(Value(name: "x\(graph.inputs.count)", shape: shape.map { Dimension($0) }))
    graph.inputs.append(id)
    return id
  }

  mutating func weight(_ elements: [Float], _ shape: [Int], named name: String? = nil, passes: [String] = []) throws
    -> ValueID
  {
    let weight = Weight(tensor: try Tensor(elements, shape: shape), sources: [], passes: passes)
    return graph.add(weight, named: name ?? "w\(graph.values.count)")
  }

  mutating func vector(_ elements: [Float], named name: String? = nil) throws -> ValueID {
    try weight(elements, [elements.count], named: name)
  }

  mutating func node(_ operation: any Operator, _ operands: [ValueID], named name: String? = nil) throws -> ValueID {
    let shape = try operation.outputShapes(for: operands.map { graph[$0].shape })[0]
    let output = graph.add(Value(name: "v\(graph.values.count)", shape: shape))
    graph.nodes.append(
      Node(
        name: name ?? "\(operation.name)\(graph.nodes.count)", operation: operation, inputs: operands,
        outputs: [output]))
    return output
  }

  /// The graph with this output.
  mutating func closed(_ output: ValueID) throws -> Graph {
    var graph = graph
    graph.outputs = [output]
    try graph.validate()
    return graph
  }

  /// A graph of a single node.
  static func single(
    _ operation: any Operator, _ input: [Int], _ weights: [(elements: [Float], shape: [Int])] = []
  ) throws -> Graph {
    var sketch = Sketch()
    let x = sketch.input(input)
    let operands = try weights.map { try sketch.weight($0.elements, $0.shape) }
    return try sketch.closed(sketch.node(operation, [x] + operands))
  }
}

/// A convolution as tests vary it.
struct SketchedConvolution {
  var input = [1, 5, 13, 11]
  var outputs = 7
  var kernel = [3, 3]
  var strides = [1, 1]
  var dilations = [1, 1]
  var pads = [1, 1, 1, 1]
  var groups = 1
  var activation = Activation.identity
  /// nil for random ones.
  var weight: [Float]?
  var bias: [Float]? = noise(72, 7)

  var weightShape: [Int] { [outputs, input[1] / groups] + kernel }
  var randomWeight: [Float] { noise(71, weightShape.reduce(1, *), scale: 0.5) }

  func graph(passes: [String] = []) throws -> Graph {
    var sketch = Sketch()
    let x = sketch.input(input)
    let w = try sketch.weight(weight ?? randomWeight, weightShape, named: "conv.weight", passes: passes)
    let b = try bias.map { try sketch.vector($0, named: "conv.bias") }
    let window = try Window(
      kernel: kernel, strides: strides, dilations: dilations, pads: pads.map { Dimension($0) })
    let conv = try Conv(window: window, groups: groups, activation: activation)
    return try sketch.closed(sketch.node(conv, [x, w] + (b.map { [$0] } ?? []), named: "conv"))
  }

  /// The same convolution with some things changed.
  func with(_ change: (inout SketchedConvolution) -> Void) -> SketchedConvolution {
    var copy = self
    change(&copy)
    return copy
  }
}

/// Elements of an array in another order of axes.
func permuted(_ elements: [Float], _ shape: [Int], _ permutation: [Int]) throws -> [Float] {
  try Transpose(permutation: permutation).evaluate([ReferenceArray(shape: shape, elements: elements)])[0].elements
}

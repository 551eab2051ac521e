import FerryModel
import FerryTensor
import Testing

/// The changes that injections are made of. Nodes go by their names, so that an injection reads as what it does.
extension FaultScene {
  func index(_ node: String) throws -> Int {
    try #require(graph.nodes.firstIndex { $0.name == node }, "there is no node \(node)")
  }

  func node(_ name: String) throws -> Node { graph.nodes[try index(name)] }

  mutating func replace(_ node: String, with operation: any Operator) throws {
    graph.nodes[try index(node)].operation = operation
  }

  mutating func replace(_ node: String, with activation: Activation) throws {
    try replace(node, with: Activate(activation))
  }

  /// Changes a convolution's window, its groups and activation staying.
  mutating func pad(_ node: String, _ pads: [Int]) throws {
    let conv = try #require(try self.node(node).operation as? Conv)
    let window = try Window(
      kernel: conv.window.kernel, strides: conv.window.strides, dilations: conv.window.dilations,
      pads: pads.map { Dimension($0) })
    try replace(node, with: Conv(window: window, groups: conv.groups, activation: conv.activation))
  }

  /// Changes the activation that a convolution ends with.
  mutating func activate(_ node: String, _ activation: Activation) throws {
    let conv = try #require(try self.node(node).operation as? Conv)
    try replace(node, with: Conv(window: conv.window, groups: conv.groups, activation: activation))
  }

  mutating func pool(_ node: String, _ change: (Pool) throws -> Pool) throws {
    try replace(node, with: change(#require(try self.node(node).operation as? Pool)))
  }

  mutating func resize(_ node: String, _ change: (inout Resize.Method) -> Void) throws {
    let resize = try #require(try self.node(node).operation as? Resize)
    var method = resize.method
    change(&method)
    try replace(node, with: Resize(method, axes: resize.axes))
  }

  mutating func epsilon(_ node: String, _ epsilon: Float) throws {
    try replace(node, with: BatchNormalization(epsilon: epsilon))
  }

  /// Hands an operand on in place of computing; the node stays, so that its captured value still has a place.
  mutating func passOn(_ node: String, operand: Int = 0) throws {
    let index = try index(node)
    graph.nodes[index].inputs = [graph.nodes[index].inputs[operand]]
    graph.nodes[index].operation = Activate(.identity)
    graph.nodes[index].sources = [SourceNode(name: node, operatorName: "Identity")]
  }

  /// Gives a node other operands, by their places among its present ones.
  mutating func rewire(_ node: String, _ operands: [Int]) throws {
    let index = try index(node)
    let present = graph.nodes[index].inputs
    graph.nodes[index].inputs = operands.map { present[$0] }
  }

  /// Another node between a node and its first operand; what it gives has no name in the source.
  mutating func insert(_ operation: any Operator, _ weights: [ValueID] = [], before node: String) throws {
    let index = try index(node)
    let inputs = [graph.nodes[index].inputs[0]] + weights
    let shape = try operation.outputShapes(for: inputs.map { graph[$0].shape })[0]
    let value = graph.add(Value(name: "\(node) inserted", shape: shape, sourceNames: []))
    graph.nodes[index].inputs[0] = value
    graph.nodes.insert(
      Node(name: "\(node) inserted", operation: operation, inputs: inputs, outputs: [value]), at: index)
  }

  /// The graph as a converter with the wrong epsilon makes it: `norm2` folded into `pointwise`, in whose place another
  /// normalisation would have been. The sums before it are no captured value then.
  mutating func foldNormalization(epsilon: Float) throws {
    let parameters = try (1...4).map { try weight("norm2", $0).elements }
    let factors = zip(parameters[0], parameters[3]).map { $0 / ($1 + epsilon).squareRoot() }
    try edit("pointwise") { elements, shape in
      let size = elements.count / shape[0]
      for index in elements.indices { elements[index] *= factors[index / size] }
    }
    let offsets = factors.indices.map { parameters[1][$0] - parameters[2][$0] * factors[$0] }
    let pass = "fold-batch-normalization"
    let pointwise = try index("pointwise")
    let kernel = graph.nodes[pointwise].inputs[1]
    graph.weights[kernel]?.passes = [pass]
    let bias = graph.add(
      Weight(tensor: try Tensor(offsets, shape: [offsets.count]), sources: [], passes: [pass]), named: "folded.bias")
    let norm = try index("norm2")
    let removed = graph.nodes[pointwise].outputs[0]
    graph.nodes[pointwise].sources += graph.nodes[norm].sources
    graph.nodes[pointwise].inputs.append(bias)
    graph.nodes[pointwise].outputs = graph.nodes[norm].outputs
    graph.nodes.remove(at: norm)
    graph.removed.append(RemovedValue(name: graph[removed].name, pass: pass))
    graph.compact()
  }

  // MARK: Weights

  func weight(_ node: String, _ input: Int = 1) throws -> (elements: [Float], shape: [Int]) {
    let weight = try #require(graph.weights[self.node(node).inputs[input]])
    return (weight.tensor.floats(), weight.shape.dimensions)
  }

  /// Changes the elements of one of a node's weights: 1 is a convolution's kernel, 2 its bias; 1 to 4 are scale, bias,
  /// mean and variance of a normalisation.
  mutating func edit(_ node: String, _ input: Int = 1, _ change: (inout [Float], [Int]) throws -> Void) throws {
    var (elements, shape) = try weight(node, input)
    try change(&elements, shape)
    let id = try self.node(node).inputs[input]
    let present = try #require(graph.weights[id])
    graph.weights[id] = Weight(
      tensor: try Tensor(elements, shape: shape), sources: present.sources, passes: present.passes)
  }

  mutating func scale(_ node: String, _ input: Int = 1, by factor: Float) throws {
    try edit(node, input) { elements, _ in for index in elements.indices { elements[index] *= factor } }
  }

  /// Two slices along an axis in each other's places.
  mutating func exchange(_ node: String, _ input: Int = 1, axis: Int, _ i: Int, _ j: Int) throws {
    try edit(node, input) { elements, shape in
      var order = Array(0..<shape[axis])
      order.swapAt(i, j)
      elements = taking(order, of: elements, shape, axis: axis)
    }
  }

  /// The kernel's numbers with its axes in another order, laid into the same shape.
  mutating func permute(_ node: String, _ permutation: [Int]) throws {
    try edit(node) { elements, shape in elements = try permuted(elements, shape, permutation) }
  }

  /// One weight of a node in place of one of another node, or of the same.
  mutating func copy(_ source: String, _ from: Int, to node: String, _ to: Int) throws {
    let other = try weight(source, from).elements
    try edit(node, to) { elements, _ in elements = other }
  }
}

/// Elements with their axes in another order.
func permuted(_ elements: [Float], _ shape: [Int], _ permutation: [Int]) throws -> [Float] {
  try Transpose(permutation: permutation).evaluate([ReferenceArray(shape: shape, elements: elements)])[0].elements
}

/// Slices along an axis in another order.
func taking(_ order: [Int], of elements: [Float], _ shape: [Int], axis: Int) -> [Float] {
  let size = shape[(axis + 1)...].reduce(1, *)
  let outer = shape[..<axis].reduce(1, *)
  return (0..<outer).flatMap { row in
    order.flatMap { slice -> ArraySlice<Float> in
      let start = (row * shape[axis] + slice) * size
      return elements[start..<start + size]
    }
  }
}

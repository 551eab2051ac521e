import FerryModel
import FerryTensor

/// Changes to a bound graph, each of which gives a new graph whose shapes follow from the change.
extension Graph {
  /// The index of the node that computes a value; nil for inputs and weights.
  func producer(of id: ValueID) -> Int? { nodes.firstIndex { $0.outputs.contains(id) } }

  /// The graph with all weights in memory in row-major order.
  func unpacked() -> Graph {
    var graph = self
    for id in Set(nodes.flatMap(\.inputs)) {
      guard let weight = weights[id] else { continue }
      graph.weights[id] = Weight(tensor: weight.tensor, sources: weight.sources, passes: weight.passes)
    }
    return graph
  }

  func fixedShape(_ id: ValueID) -> [Int] { self[id].shape.fixed ?? [] }

  /// The graph with all shapes computed anew from its inputs'.
  ///
  /// - Throws: `invalidModel` if they do not fit an operator.
  func reshaped() throws -> Graph { try bound(toInputShapes: inputs.map { fixedShape($0) }) }

  /// The graph with another operator in a node, on the same inputs.
  func replacing(_ operation: any Operator, at index: Int) throws -> Graph {
    var graph = self
    graph.nodes[index].operation = operation
    return try graph.reshaped()
  }

  /// The graph with other numbers in a weight, of the same shape unless another is given.
  func replacing(weight id: ValueID, with elements: [Double], shape: [Int]? = nil) throws -> Graph {
    var graph = self
    let shape = shape ?? fixedShape(id)
    graph.weights[id] = Weight(tensor: try Tensor(elements, shape: shape), sources: weights[id]?.sources ?? [])
    graph[id].shape = shape.map { Dimension($0) }
    return graph
  }

  /// The graph in which a node hands on one of its inputs as it is.
  func bypassing(_ index: Int, input: Int = 0) throws -> Graph {
    var graph = self
    graph.nodes[index].inputs = [nodes[index].inputs[input]]
    graph.nodes[index].operation = Activate(.identity)
    return try graph.reshaped()
  }

  /// The graph with a node before an input of another. The new node has one input that is computed; weights are added
  /// to the graph for the others.
  func inserting(
    _ operation: any Operator, weights: [[Double]] = [], beforeInput input: Int, of index: Int
  ) throws -> Graph {
    var graph = self
    let id = try graph.append(operation, to: nodes[index].inputs[input], weights: weights, at: index)
    graph.nodes[index + 1].inputs[input] = id
    return try graph.reshaped()
  }

  /// The graph with a node after its output.
  func appending(_ operation: any Operator, weights: [[Double]] = []) throws -> Graph {
    var graph = self
    let id = try graph.append(operation, to: outputs[0], weights: weights, at: nodes.count)
    graph.outputs = [id]
    return try graph.reshaped()
  }

  /// Adds a node that reads a value and vectors of numbers.
  private mutating func append(
    _ operation: any Operator, to value: ValueID, weights: [[Double]], at index: Int
  ) throws -> ValueID {
    var operands = [value]
    for elements in weights {
      let weight = Weight(tensor: try Tensor(elements, shape: [elements.count]), sources: [])
      operands.append(add(weight, named: "diagnosis.weight\(values.count)"))
    }
    let shape = try operation.outputShapes(for: operands.map { self[$0].shape })[0]
    let result = add(Value(name: "diagnosis.value\(values.count)", shape: shape))
    nodes.insert(
      Node(name: "diagnosis.node\(values.count)", operation: operation, inputs: operands, outputs: [result]), at: index)
    return result
  }

  /// The part of the graph that computes one of its values. Identities of values stay as they are.
  func truncated(at id: ValueID) -> Graph {
    var graph = self
    var needed: Set<ValueID> = [id]
    var kept: [Node] = []
    for node in nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    graph.nodes = kept.reversed()
    graph.outputs = [id]
    return graph
  }

  /// " in NAME" where a graph has several nodes, so that people know which one is meant.
  func words(for index: Int) -> String { nodes.count > 1 ? " in \(nodes[index].name.printable)" : "" }
}

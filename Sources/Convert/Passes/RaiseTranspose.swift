import FerryModel
import FerryTensor

/// A network that takes its pictures with the channels last and scales them before it turns the axes is the same as one
/// that turns them first: the Transpose moves up to the input.
package struct RaiseTranspose: Pass {
  package static let name = "raise-transpose"
  package static let summary = "move a Transpose above the arithmetic with constants between it and an input"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard let transpose = node.operation as? Transpose, let above = patterns.producer(of: node.inputs[0]),
        let operand = Self.operand(of: graph.nodes[above], graph), patterns.isReadOnce(node.inputs[0]),
        Self.leadsToInput(operand, graph, patterns)
      else { continue }
      try Self.exchange(above, index, transpose, operand: operand, in: &graph)
      return 1
    }
    return 0
  }

  /// The only computed input of an operation with a constant; nil for any other node, or if the result has other
  /// extents.
  private static func operand(of node: Node, _ graph: Graph) -> ValueID? {
    guard node.operation is Binary else { return nil }
    let computed = node.inputs.filter { graph.weights[$0] == nil }
    guard computed.count == 1, graph[computed[0]].shape == graph[node.outputs[0]].shape else { return nil }
    return computed[0]
  }

  private static func leadsToInput(_ value: ValueID, _ graph: Graph, _ patterns: GraphPatterns) -> Bool {
    var value = value
    while !graph.inputs.contains(value) {
      guard patterns.isReadOnce(value), let above = patterns.producer(of: value),
        let operand = operand(of: graph.nodes[above], graph)
      else { return false }
      value = operand
    }
    return true
  }

  /// x → arithmetic → Transpose becomes x → Transpose → arithmetic with the constant's axes turned.
  private static func exchange(
    _ above: Int, _ below: Int, _ transpose: Transpose, operand: ValueID, in graph: inout Graph
  ) throws {
    var names = UniqueNames(graph)
    let (arithmetic, turning) = (graph.nodes[above], graph.nodes[below])
    let shape = graph[operand].shape
    let turned = graph.add(
      Value(
        name: names.unique("\(graph[operand].name)/transposed"), shape: transpose.permutation.map { shape[$0] },
        elementType: graph[operand].elementType, sourceNames: []))
    var inputs: [ValueID] = []
    for input in arithmetic.inputs {
      inputs.append(
        input == operand
          ? turned : try Self.turn(input, transpose.permutation, node: arithmetic.name, in: &graph, names: &names))
    }
    graph.nodes[above] = Node(
      name: turning.name, operation: transpose, inputs: [operand], outputs: [turned], sources: turning.sources)
    graph.nodes[below] = Node(
      name: arithmetic.name, operation: arithmetic.operation, inputs: inputs, outputs: turning.outputs,
      sources: arithmetic.sources)
    graph.compact()
  }

  /// The constant for a value whose axes have been turned: where it has as many, with its own turned alike.
  private static func turn(
    _ id: ValueID, _ permutation: [Int], node: String, in graph: inout Graph, names: inout UniqueNames
  ) throws -> ValueID {
    guard let weight = graph.weights[id], weight.shape.elementCount > 1 else { return id }
    let extents = weight.shape.dimensions
    let aligned = [Int](repeating: 1, count: permutation.count - extents.count) + extents
    let axes = ReferenceArray(shape: aligned, elements: weight.doubles)
    let numbers = try Transpose(permutation: permutation).evaluate([axes])[0]
    let elements = numbers.elements
    return try graph.addComputed(
      shape: numbers.shape, name: "\(graph[id].name)/transposed", from: [id], pass: Self.name, names: &names
    ) { elements }
  }
}

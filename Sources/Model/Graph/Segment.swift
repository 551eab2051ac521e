import FerryTensor

/// A part of a graph: what computes one value from the nearest of some others.
package struct Segment: Sendable {
  /// One output; weights and names are the whole graph's.
  package let graph: Graph
  /// The values of the whole graph that `graph.inputs` are, in that order.
  package let inputs: [ValueID]
  /// The nodes of the whole graph, in its order; the last one gives the value.
  package let nodes: [Int]
}

extension Graph {
  /// What computes `value` from the nearest of `boundaries` and of the graph's own inputs.
  ///
  /// - Parameter producers: for each value that a node gives, the node's place in `nodes`.
  /// - Returns: nil for an input or a weight, which nothing computes.
  package func segment(
    computing value: ValueID, from boundaries: Set<ValueID>, producers: [ValueID: Int]
  ) -> Segment? {
    guard let last = producers[value] else { return nil }
    var wanted: Set<Int> = [last]
    var stack = [last]
    while let index = stack.popLast() {
      for input in nodes[index].inputs where input != value && !boundaries.contains(input) {
        if let producer = producers[input], wanted.insert(producer).inserted { stack.append(producer) }
      }
    }
    let order = wanted.sorted()
    var part = Graph(name: name)
    var renumbered: [ValueID: ValueID] = [:]
    func carry(_ id: ValueID) -> ValueID {
      if let known = renumbered[id] { return known }
      let new = part.add(self[id])
      renumbered[id] = new
      if let weight = weights[id] { part.weights[new] = weight }
      return new
    }
    var inputs: [ValueID] = []
    var computed: Set<ValueID> = []
    for index in order {
      let node = nodes[index]
      for input in node.inputs where weights[input] == nil && !inputs.contains(input) {
        let isBoundary = boundaries.contains(input) && input != value
        if isBoundary || !computed.contains(input) { inputs.append(input) }
      }
      computed.formUnion(node.outputs)
    }
    part.inputs = inputs.map(carry)
    for index in order {
      var node = nodes[index]
      node.inputs = node.inputs.map(carry)
      // A boundary that one of these nodes computes as well is read, not computed.
      node.outputs = node.outputs.map { inputs.contains($0) ? part.add(unread(self[$0])) : carry($0) }
      part.nodes.append(node)
    }
    part.outputs = [carry(value)]
    return Segment(graph: part, inputs: inputs, nodes: order)
  }

  private func unread(_ value: Value) -> Value {
    var other = value
    other.name += "/unread"
    other.sourceNames = []
    return other
  }

  /// For each value that a node gives, the node's place in `nodes`.
  package var producers: [ValueID: Int] {
    var places: [ValueID: Int] = [:]
    for (index, node) in nodes.enumerated() { for output in node.outputs { places[output] = index } }
    return places
  }
}

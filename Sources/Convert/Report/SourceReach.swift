/// What of a source's graph the outputs depend on.
struct SourceReach {
  /// By the nodes' places in the file.
  let nodes: [Bool]
  /// The names that those nodes read, and the outputs.
  let names: Set<String>

  /// - Parameter outputs: the names that are wanted.
  init(_ graph: ONNXGraph, outputs: [String]) {
    var nodes = [Bool](repeating: false, count: graph.nodes.count)
    var names = Set(outputs)
    // The order of the nodes is a topological one.
    for node in graph.nodes.reversed() where node.outputs.contains(where: { !$0.isEmpty && names.contains($0) }) {
      nodes[node.index] = true
      names.formUnion(node.inputs)
    }
    self.nodes = nodes
    self.names = names
  }
}

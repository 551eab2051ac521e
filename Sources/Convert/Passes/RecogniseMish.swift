import FerryModel
import FerryTensor

/// x · tanh(softplus(x)), which exporters write as three nodes, becomes Mish.
package struct RecogniseMish: Pass {
  package static let name = "recognise-mish"
  package static let summary = "recognise x · tanh(softplus(x)) as Mish"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    var removed = Set<Int>()
    for (index, node) in graph.nodes.enumerated() {
      guard let binary = node.operation as? Binary, binary.kind == .multiply else { continue }
      for (gate, x) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let tanh = patterns.producer(of: gate), patterns.isReadOnce(gate),
          (graph.nodes[tanh].operation as? Activate)?.activation.kind == .tanh,
          let softplus = patterns.producer(of: graph.nodes[tanh].inputs[0]),
          patterns.isReadOnce(graph.nodes[tanh].inputs[0]), graph.nodes[softplus].inputs == [x],
          (graph.nodes[softplus].operation as? Unary)?.kind == .softplus
        else { continue }
        for before in [tanh, softplus] {
          graph.absorbBackwards(before, into: index, pass: Self.name)
          removed.insert(before)
        }
        graph.nodes[index].operation = Unary(.mish)
        graph.nodes[index].inputs = [x]
        break
      }
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return removed.count / 2
  }
}

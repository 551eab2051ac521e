import FerryModel
import FerryTensor

/// A Reshape to [first extent, all others] becomes Flatten, one that changes nothing goes, and of two changes of shape
/// in a row only the last stays.
package struct RecogniseFlatten: Pass {
  package static let name = "recognise-flatten"
  package static let summary = "recognise Reshape to a matrix as Flatten; drop Reshape that changes nothing"
  package static var fuses: Bool { false }

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    for (index, node) in graph.nodes.enumerated() {
      guard let target = graphShape(node, graph) else { continue }
      let input = node.inputs[0]
      let shape = graph[input].shape
      if target == shape, !graph.outputs.contains(node.outputs[0]) {
        graph.replace(node.outputs[0], by: input)
        graph.removeNodes([index])
        graph.compact()
        return 1
      }
      if let before = patterns.producer(of: input), graphShape(graph.nodes[before], graph) != nil,
        patterns.isReadOnce(input)
      {
        graph.removed += graph[input].sourceNames.map { RemovedValue(name: $0, pass: Self.name) }
        graph.nodes[index].inputs = [graph.nodes[before].inputs[0]]
        graph.nodes[index].operation = Reshape(shape: target)
        graph.nodes[index].sources = graph.nodes[before].sources + node.sources
        graph.removeNodes([before])
        graph.compact()
        return 1
      }
      if node.operation is Reshape, shape.count >= 2, target.count == 2, target[0] == shape[0],
        target[1] == (try Dimension.product(shape[1...]))
      {
        graph.nodes[index].operation = Flatten(axis: 1)
        return 1
      }
    }
    return 0
  }

  /// The shape that a node gives the same elements; nil if it does anything else.
  private func graphShape(_ node: Node, _ graph: Graph) -> [Dimension]? {
    node.operation is Reshape || node.operation is Flatten ? graph[node.outputs[0]].shape : nil
  }
}

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
    let shapes = graph.values.map(\.shape)
    var found = graph.dropNodes(pass: Self.name) { node in
      (node.operation is Reshape || node.operation is Flatten)
        && shapes[node.outputs[0].index] == shapes[node.inputs[0].index]
    }
    let patterns = GraphPatterns(graph)
    var removed = Set<Int>()
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard let target = graphShape(node, graph) else { continue }
      let input = node.inputs[0]
      let shape = graph[input].shape
      if let before = patterns.producer(of: input), graphShape(graph.nodes[before], graph) != nil,
        patterns.isReadOnce(input)
      {
        graph.nodes[index].inputs = [graph.nodes[before].inputs[0]]
        graph.nodes[index].operation = Reshape(shape: target)
        graph.absorbBackwards(before, into: index, pass: Self.name)
        removed.insert(before)
        found += 1
      } else if node.operation is Reshape, shape.count >= 2, target.count == 2, target[0] == shape[0],
        target[1] == (try Dimension.product(shape[1...]))
      {
        graph.nodes[index].operation = Flatten(axis: 1)
        found += 1
      }
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return found
  }

  /// The shape that a node gives the same elements; nil if it does anything else.
  private func graphShape(_ node: Node, _ graph: Graph) -> [Dimension]? {
    node.operation is Reshape || node.operation is Flatten ? graph[node.outputs[0]].shape : nil
  }
}

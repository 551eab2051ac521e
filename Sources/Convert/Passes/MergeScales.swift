import FerryModel
import FerryTensor

/// Constants a channel that a value is multiplied by, divided by or offset with one after the other, as a network
/// normalises its pictures, are one factor and one offset: a batch normalization.
package struct MergeScales: Pass {
  package static let name = "merge-scales"
  package static let summary = "merge successive constants a channel into one BatchNormalization"

  /// Of numbers around 1, as normalised pictures are, an offset of this size costs four bits.
  private static let largestOffset = 16.0

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    for index in graph.nodes.indices where graph.nodes[index].operation is Binary {
      let node = graph.nodes[index]
      guard let second = ChannelAffine(of: node, in: graph), graph[second.value].elementType == .float32,
        let before = patterns.producer(of: second.value), patterns.isReadOnce(second.value),
        graph[second.value].shape == graph[node.outputs[0]].shape,
        let first = ChannelAffine(of: graph.nodes[before], in: graph),
        graph[first.value].shape == graph[second.value].shape
      else { continue }
      let both = first.followed(by: second)
      // Where the offset is much larger than what remains, subtracting first keeps digits that one step would lose.
      guard both.bias.allSatisfy({ abs($0) <= Self.largestOffset }) else { continue }
      guard first.staysInRange, second.staysInRange, both.staysInRange else { continue }
      var names = UniqueNames(graph)
      graph.nodes[index].operation = BatchNormalization(epsilon: 0)
      graph.nodes[index].inputs =
        [both.value] + (try graph.addParameters(of: both, node: node.name, pass: Self.name, names: &names))
      graph.absorbBackwards(before, into: index, pass: Self.name)
      graph.removeNodes([before])
      graph.compact()
      return 1
    }
    return 0
  }
}

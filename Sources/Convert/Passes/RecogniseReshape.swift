import FerryModel
import FerryTensor

/// A Transpose that moves nothing but axes of extent 1 leaves every element where it is: a Reshape. The one channel of
/// a grey picture may stand first or last.
package struct RecogniseReshape: Pass {
  package static let name = "recognise-reshape"
  package static let summary = "recognise a Transpose that moves only axes of extent 1 as Reshape"
  package static var fuses: Bool { false }

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    var found = 0
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard let transpose = node.operation as? Transpose else { continue }
      let shape = graph[node.inputs[0]].shape
      let moved = transpose.permutation.filter { shape[$0] != 1 }
      guard moved == moved.sorted() else { continue }
      graph.nodes[index].operation = Reshape(shape: graph[node.outputs[0]].shape)
      found += 1
    }
    return found
  }
}

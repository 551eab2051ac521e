import FerryModel
import FerryTensor

/// A Slice that takes everything goes: a Gather of the only index of an axis is one.
package struct DropWholeSlice: Pass {
  package static let name = "drop-whole-slice"
  package static let summary = "drop a Slice that takes everything"
  package static var fuses: Bool { false }

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    var removed = Set<Int>()
    for (index, node) in graph.nodes.enumerated() {
      guard let slice = node.operation as? Slice, slice.counts == graph[node.inputs[0]].shape,
        slice.steps.allSatisfy({ $0 == 1 }), slice.starts.allSatisfy({ $0 == 0 }),
        !graph.outputs.contains(node.outputs[0])
      else { continue }
      graph.replace(node.outputs[0], by: node.inputs[0])
      removed.insert(index)
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return removed.count
  }
}

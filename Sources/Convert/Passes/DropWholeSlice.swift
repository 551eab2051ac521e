import FerryModel
import FerryTensor

/// A Slice that takes everything goes: a Gather of the only index of an axis is one.
package struct DropWholeSlice: Pass {
  package static let name = "drop-whole-slice"
  package static let summary = "drop a Slice that takes everything"
  package static var fuses: Bool { false }

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let values = graph.values
    return graph.dropNodes(pass: Self.name) { node in
      guard let slice = node.operation as? Slice else { return false }
      return slice.counts == values[node.inputs[0].index].shape && slice.steps.allSatisfy { $0 == 1 }
        && slice.starts.allSatisfy { $0 == 0 }
    }
  }
}

import FerryModel
import FerryTensor

/// A bias of zeros goes: some exporters write it, others leave it out.
package struct DropZeroBias: Pass {
  package static let name = "drop-zero-bias"
  package static let summary = "drop a bias of zeros from Conv, ConvTranspose and Gemm"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    var dropped: [ValueID] = []
    for (index, node) in graph.nodes.enumerated() {
      guard node.operation is Conv || node.operation is ConvTranspose || node.operation is Gemm, node.inputs.count == 3,
        let bias = graph.doubles(node.inputs[2]), bias.allSatisfy({ $0 == 0 })
      else { continue }
      graph.nodes[index].inputs.removeLast()
      dropped.append(node.inputs[2])
    }
    guard !dropped.isEmpty else { return 0 }
    let uses = graph.useCounts()
    for id in Set(dropped).sorted(by: { $0.index < $1.index }) where uses[id.index] == 0 {
      let names = graph[id].sourceNames + (graph.weights[id]?.sources ?? [])
      graph.removed += Set(names).sorted().map { RemovedValue(name: $0, pass: Self.name) }
    }
    graph.compact()
    return dropped.count
  }
}

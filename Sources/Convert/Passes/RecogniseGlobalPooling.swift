import FerryModel
import FerryTensor

/// A mean or maximum over height and width, and a pooling window that covers the whole input, become global pooling,
/// the first followed by Flatten where it drops the reduced axes.
package struct RecogniseGlobalPooling: Pass {
  package static let name = "recognise-global-pooling"
  package static let summary = "recognise ReduceMean over height and width, and windows as large as the input"
  package static var fuses: Bool { false }

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    var found = 0
    var index = 0
    while index < graph.nodes.count {
      let node = graph.nodes[index]
      let shape = node.inputs.first.map { graph[$0].shape } ?? []
      if let reduce = node.operation as? Reduce, let kind = Self.globalKind(reduce, rank: shape.count) {
        found += 1
        if reduce.keepsDimensions {
          graph.nodes[index].operation = GlobalPool(kind)
        } else {
          let name = "\(graph[node.outputs[0]].name)/pooled"
          let pooled = graph.add(Value(name: name, shape: [shape[0], shape[1], 1, 1], sourceNames: []))
          graph.nodes[index].operation = GlobalPool(kind)
          graph.nodes[index].outputs = [pooled]
          graph.nodes.insert(
            Node(
              name: "\(node.name)/flatten", operation: Flatten(axis: 1), inputs: [pooled], outputs: node.outputs,
              sources: node.sources), at: index + 1)
        }
      } else if let pool = node.operation as? Pool, Self.coversAll(pool, shape) {
        found += 1
        graph.nodes[index].operation = GlobalPool(pool.kind == .maximum ? .maximum : .average)
      }
      index += 1
    }
    if found > 0 { graph.compact() }
    return found
  }

  private static func globalKind(_ reduce: Reduce, rank: Int) -> GlobalPool.Kind? {
    guard rank == 4, reduce.axes == [2, 3] else { return nil }
    switch reduce.kind {
    case .mean: return .average
    case .maximum: return .maximum
    default: return nil
    }
  }

  private static func coversAll(_ pool: Pool, _ shape: [Dimension]) -> Bool {
    let window = pool.window
    return window.pads.allSatisfy { $0 == 0 } && window.dilations.allSatisfy { $0 == 1 }
      && Array(shape[2...]).fixed == window.kernel
  }
}

import FerryModel
import FerryTensor

/// An activation goes to the end of the convolution or product that it follows.
package struct FuseActivation: Pass {
  package static let name = "fuse-activation"
  package static let summary = "compute an activation at the end of the Conv, ConvTranspose or Gemm before it"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    var removed = Set<Int>()
    for (index, node) in graph.nodes.enumerated() {
      guard let activate = node.operation as? Activate, let before = patterns.producer(of: node.inputs[0]),
        patterns.isReadOnce(node.inputs[0]), let fused = try ending(graph.nodes[before].operation, activate.activation)
      else { continue }
      graph.nodes[before].operation = fused
      graph.absorb(index, into: before, pass: Self.name)
      removed.insert(index)
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return removed.count
  }

  /// The operator with the activation at its end; nil if it has one or cannot have one.
  private func ending(_ operation: any Operator, _ activation: Activation) throws -> (any Operator)? {
    switch operation {
    case let conv as Conv where conv.activation == .identity:
      try Conv(window: conv.window, groups: conv.groups, activation: activation)
    case let conv as ConvTranspose where conv.activation == .identity:
      try ConvTranspose(
        window: conv.window, outputPadding: conv.outputPadding, groups: conv.groups, activation: activation)
    case let gemm as Gemm where gemm.activation == .identity: Gemm(activation: activation)
    default: nil
    }
  }
}

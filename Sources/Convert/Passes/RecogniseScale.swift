import FerryModel
import FerryTensor

/// A constant number a channel that multiplies, divides, is added to or subtracted from the result of a convolution or
/// product is a batch normalization that was taken apart (TensorFlow's exporter does so after depthwise convolutions).
/// It becomes one with that factor or offset, which folds like any other.
package struct RecogniseScale: Pass {
  package static let name = "recognise-scale"
  package static let summary = "recognise a constant a channel after Conv, ConvTranspose or Gemm as BatchNormalization"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    var names = UniqueNames(graph)
    var found = 0
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard node.operation is Binary, let affine = ChannelAffine(of: node, in: graph),
        let before = patterns.producer(of: affine.value),
        patterns.isReadOnce(affine.value), Self.canFold(graph.nodes[before], graph), affine.staysInRange
      else { continue }
      graph.nodes[index].operation = BatchNormalization(epsilon: 0)
      graph.nodes[index].inputs =
        [affine.value]
        + (try graph.addParameters(of: affine, node: node.name, pass: Self.name, names: &names))
      found += 1
    }
    if found > 0 { graph.compact() }
    return found
  }

  /// Whether a batch normalization after this node would go into its weights.
  private static func canFold(_ node: Node, _ graph: Graph) -> Bool {
    let isPlain =
      switch node.operation {
      case let conv as Conv: conv.activation == .identity
      case let conv as ConvTranspose: conv.activation == .identity
      case let gemm as Gemm: gemm.activation == .identity
      default: false
      }
    return isPlain && node.inputs.dropFirst().allSatisfy { graph.weights[$0] != nil }
  }
}

import FerryModel
import FerryTensor

/// x · sigmoid(x), which exporters write as two nodes, becomes SiLU; x · hardSigmoid(x) with ONNX's HardSwish constants
/// becomes HardSwish.
package struct RecogniseSwish: Pass {
  package static let name = "recognise-swish"
  package static let summary = "recognise x · sigmoid(x) as SiLU and x · hardSigmoid(x) as HardSwish"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    var removed = Set<Int>()
    for (index, node) in graph.nodes.enumerated() {
      guard let binary = node.operation as? Binary, binary.kind == .multiply else { continue }
      for (gate, x) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let before = patterns.producer(of: gate), !removed.contains(before), patterns.isReadOnce(gate),
          graph.nodes[before].inputs == [x], let activate = graph.nodes[before].operation as? Activate,
          let product = Self.product(activate.activation)
        else { continue }
        graph.nodes[index].operation = Activate(product)
        graph.nodes[index].inputs = [x]
        graph.absorbBackwards(before, into: index, pass: Self.name)
        removed.insert(before)
        break
      }
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return removed.count
  }

  /// x times the activation of x, where that has a name.
  private static func product(_ activation: Activation) -> Activation? {
    switch activation.kind {
    case .sigmoid: Activation(.silu)
    case .hardSigmoid: Activation(.hardSwish, a: activation.a, b: activation.b)
    default: nil
    }
  }
}

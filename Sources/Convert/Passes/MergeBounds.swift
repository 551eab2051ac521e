import FerryModel
import FerryTensor

/// ReLU or Clip followed by Clip is one Clip between the bounds that remain.
package struct MergeBounds: Pass {
  package static let name = "merge-bounds"
  package static let summary = "merge ReLU or Clip with the Clip after it"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    for (index, node) in graph.nodes.enumerated() {
      guard let second = Self.bounds(node), let before = patterns.producer(of: node.inputs[0]),
        patterns.isReadOnce(node.inputs[0]), let first = Self.bounds(graph.nodes[before])
      else { continue }
      // The second one acts on whatever the first one lets through, its bounds included.
      let lower = min(max(first.lowerBound, second.lowerBound), second.upperBound)
      let upper = min(max(first.upperBound, second.lowerBound), second.upperBound)
      let isReLU = lower == 0 && upper == .infinity
      graph.nodes[before].operation = Activate(isReLU ? Activation(.relu) : Activation(.clip, a: lower, b: upper))
      graph.absorb(index, into: before, pass: Self.name)
      graph.removeNodes([index])
      graph.compact()
      return 1
    }
    return 0
  }

  private static func bounds(_ node: Node) -> ClosedRange<Float>? {
    guard let activation = (node.operation as? Activate)?.activation else { return nil }
    switch activation.kind {
    case .relu: return 0...Float.infinity
    case .clip where activation.a <= activation.b: return activation.a...activation.b
    default: return nil
    }
  }
}

import FerryModel
import FerryTensor

/// Padding of a pooling is stated in one way: a Pad before it becomes its own padding, and whether padding counts in a
/// mean is left unsaid where there is none.
package struct CanonicalisePooling: Pass {
  package static let name = "canonicalise-pooling"
  package static let summary = "take padding into the pooling after it; a mean without padding counts none"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    for index in graph.nodes.indices {
      guard let pool = graph.nodes[index].operation as? Pool else { continue }
      if pool.kind == .averageIncludingPadding, pool.window.pads.allSatisfy({ $0 == 0 }) {
        graph.nodes[index].operation = try Pool(.average, window: pool.window, ceilMode: pool.ceilMode)
        return 1
      }
      if try fusePad(into: index, pool, patterns, &graph) { return 1 }
    }
    return 0
  }

  private func fusePad(into index: Int, _ pool: Pool, _ patterns: GraphPatterns, _ graph: inout Graph) throws -> Bool {
    let node = graph.nodes[index]
    guard let before = patterns.producer(of: node.inputs[0]), patterns.isReadOnce(node.inputs[0]),
      let pad = graph.nodes[before].operation as? Pad, let kind = Self.kind(of: pool, after: pad)
    else { return false }
    let rank = pad.pads.count / 2
    let outer = pad.pads[..<2] + pad.pads[rank..<rank + 2]
    let inner = pad.pads[2..<rank] + pad.pads[(rank + 2)...]
    // A window of padding alone has a mean after a Pad, and none with padding of its own.
    guard outer.allSatisfy({ $0 == 0 }), inner.allSatisfy({ ($0.value ?? -1) >= 0 }),
      let window = try? Window(
        kernel: pool.window.kernel, strides: pool.window.strides, dilations: pool.window.dilations,
        pads: zip(pool.window.pads, inner).map { try $0 + $1 }),
      let fused = try? Pool(kind, window: window)
    else { return false }
    graph.nodes[index].operation = fused
    graph.nodes[index].inputs = [graph.nodes[before].inputs[0]]
    graph.absorbBackwards(before, into: index, pass: Self.name)
    graph.removeNodes([before])
    graph.compact()
    return true
  }

  /// What a pooling becomes that takes over the padding before it; nil if it cannot.
  private static func kind(of pool: Pool, after pad: Pad) -> Pool.Kind? {
    // In ceil mode a last window hangs over the pad's end, and counts there by other rules.
    guard pad.mode == .constant, !pool.ceilMode else { return nil }
    switch pool.kind {
    case .maximum: return pad.value == -.infinity ? .maximum : nil
    case .averageIncludingPadding: return pad.value == 0 ? .averageIncludingPadding : nil
    case .average:
      // What Pad adds counts; the window's own padding does not.
      return pad.value == 0 && pool.window.pads.allSatisfy { $0 == 0 } ? .averageIncludingPadding : nil
    }
  }
}

import FerryModel
import FerryTensor

/// Zeros that are added around the pixels before a convolution become the convolution's own padding; a Pad that adds
/// nothing goes.
package struct FusePad: Pass {
  package static let name = "fuse-pad"
  package static let summary = "take zero padding into the Conv after it; drop padding by nothing"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let dropped = graph.dropNodes(pass: Self.name) { node in
      (node.operation as? Pad)?.pads.allSatisfy { $0 == 0 } ?? false
    }
    let patterns = GraphPatterns(graph)
    var removed = Set<Int>()
    for index in graph.nodes.indices {
      if let before = try fuse(into: index, patterns, &graph) { removed.insert(before) }
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return dropped + removed.count
  }

  /// - Returns: the Pad that went into the node; nil if there is none.
  private func fuse(
    into index: Int, _ patterns: GraphPatterns, _ graph: inout Graph
  ) throws -> Int? {
    let node = graph.nodes[index]
    guard let conv = node.operation as? Conv, let before = patterns.producer(of: node.inputs[0]),
      let pad = graph.nodes[before].operation as? Pad, patterns.isReadOnce(node.inputs[0]), pad.mode == .constant,
      pad.value == 0, pad.pads.count == 2 * (conv.window.rank + 2)
    else { return nil }
    let (begin, end) = (pad.pads.prefix(pad.pads.count / 2), pad.pads.suffix(pad.pads.count / 2))
    let outer = begin.prefix(2) + end.prefix(2)
    let inner = begin.dropFirst(2) + end.dropFirst(2)
    guard outer.allSatisfy({ $0 == 0 }), inner.allSatisfy({ ($0.value ?? 0) >= 0 }) else { return nil }
    let pads = try zip(conv.window.pads, inner).map { try $0 + $1 }
    let window = try Window(
      kernel: conv.window.kernel, strides: conv.window.strides, dilations: conv.window.dilations, pads: pads)
    graph.nodes[index].operation = try Conv(window: window, groups: conv.groups, activation: conv.activation)
    graph.nodes[index].inputs[0] = graph.nodes[before].inputs[0]
    graph.absorbBackwards(before, into: index, pass: Self.name)
    return before
  }
}

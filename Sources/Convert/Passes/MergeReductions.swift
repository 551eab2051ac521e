import FerryModel
import FerryTensor

/// A mean (sum, maximum, minimum) of means is one over all their axes, and one over an axis that a Reshape joined
/// before is one over those that it joined.
package struct MergeReductions: Pass {
  package static let name = "merge-reductions"
  package static let summary = "merge a reduction of a reduction, and a Reshape that joins the axes it reduces"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      // Of integers a mean of means is rounded twice.
      guard let reduce = node.operation as? Reduce, graph[node.inputs[0]].elementType == .float32,
        let before = patterns.producer(of: node.inputs[0]),
        patterns.isReadOnce(node.inputs[0]), let merged = try Self.merged(reduce, graph.nodes[before], graph)
      else { continue }
      graph.nodes[index].operation = merged
      graph.nodes[index].inputs[0] = graph.nodes[before].inputs[0]
      graph.absorbBackwards(before, into: index, pass: Self.name)
      graph.removeNodes([before])
      graph.compact()
      return 1
    }
    return 0
  }

  /// The reduction of what `before` reads that gives the same; nil if there is none.
  private static func merged(_ reduce: Reduce, _ before: Node, _ graph: Graph) throws -> Reduce? {
    let shape = graph[before.inputs[0]].shape
    if let first = before.operation as? Reduce {
      guard first.kind == reduce.kind, first.keepsDimensions == reduce.keepsDimensions, isAssociative(first.kind) else {
        return nil
      }
      guard !first.keepsDimensions else {
        return Reduce(first.kind, axes: first.axes + reduce.axes, keepsDimensions: true)
      }
      // The second counts its axes without those that are gone.
      let left = shape.indices.filter { !first.axes.contains($0) }
      return Reduce(first.kind, axes: first.axes + reduce.axes.map { left[$0] }, keepsDimensions: false)
    }
    // Only the last axis may be a joined one: all others must be where they were.
    guard before.operation is Reshape || before.operation is Flatten, !reduce.keepsDimensions else { return nil }
    let joined = graph[before.outputs[0]].shape
    let last = joined.count - 1
    guard last >= 0, shape.count > joined.count, reduce.axes == [last], Array(shape[..<last]) == Array(joined[..<last]),
      try Dimension.product(shape[last...]) == joined[last]
    else { return nil }
    return Reduce(reduce.kind, axes: Array(last..<shape.count), keepsDimensions: false)
  }

  /// Whether reducing some axes and then others is reducing all. A mean is, since all its groups have one size.
  private static func isAssociative(_ kind: Reduce.Kind) -> Bool {
    [Reduce.Kind.mean, .sum, .maximum, .minimum].contains(kind)
  }
}

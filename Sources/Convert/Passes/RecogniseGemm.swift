import FerryModel
import FerryTensor

/// A product of features with a constant matrix becomes a fully connected layer, and a constant added to each output
/// its bias.
package struct RecogniseGemm: Pass {
  package static let name = "recognise-gemm"
  package static let summary = "recognise MatMul with a constant matrix, and Add after it, as Gemm"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    var patterns = GraphPatterns(graph)
    var names = UniqueNames(graph)
    var removed = Set<Int>()
    var found = 0
    for index in graph.nodes.indices {
      if try recogniseProduct(index, &graph, &names) {
        found += 1
      } else if let product = try takeBias(index, &graph, patterns, &names) {
        patterns.absorb(graph.nodes[index], into: product)
        removed.insert(index)
        found += 1
      }
    }
    graph.removeNodes(removed)
    if found > 0 { graph.compact() }
    return found
  }

  private func recogniseProduct(_ index: Int, _ graph: inout Graph, _ names: inout UniqueNames) throws -> Bool {
    let node = graph.nodes[index]
    guard node.operation is MatMul, graph[node.inputs[0]].shape.count == 2,
      let weight = graph.weights[node.inputs[1]], weight.shape.rank == 2
    else { return false }
    let (depth, outputs) = (weight.shape[0], weight.shape[1])
    let new = try graph.addComputed(
      shape: [outputs, depth], name: "\(node.name).weight", from: [node.inputs[1]], pass: Self.name, names: &names
    ) {
      let source = weight.doubles
      return (0..<outputs * depth).map { source[$0 % depth * outputs + $0 / depth] }
    }
    graph.nodes[index].operation = Gemm()
    graph.nodes[index].inputs = [node.inputs[0], new]
    return true
  }

  /// - Returns: the product that an addition went into; nil if the node is no such addition.
  private func takeBias(
    _ index: Int, _ graph: inout Graph, _ patterns: GraphPatterns, _ names: inout UniqueNames
  ) throws -> Int? {
    let node = graph.nodes[index]
    guard let binary = node.operation as? Binary, binary.kind == .add else { return nil }
    for (product, bias) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
      guard let before = patterns.producer(of: product), let gemm = graph.nodes[before].operation as? Gemm,
        gemm.activation == .identity, graph.nodes[before].inputs.count == 2, patterns.isReadOnce(product),
        let weight = graph.weights[bias],
        weight.shape.elementCount == graph[graph.nodes[before].inputs[1]].shape.first?.value,
        weight.shape.dimensions.last == weight.shape.elementCount, weight.shape.rank <= 2
      else { continue }
      var vector = bias
      if weight.shape.rank != 1 {
        vector = try graph.addComputed(
          shape: [weight.shape.elementCount], name: "\(node.name).bias", from: [bias], pass: Self.name, names: &names
        ) { weight.doubles }
      }
      // The bias may be stored after the product: constants have no order.
      graph.nodes[before].inputs.append(vector)
      graph.absorb(index, into: before, pass: Self.name)
      return before
    }
    return nil
  }
}

import FerryModel
import FerryTensor

/// A product of features with a constant matrix becomes a fully connected layer, and a constant added to each output
/// its bias.
package struct RecogniseGemm: Pass {
  package static let name = "recognise-gemm"
  package static let summary = "recognise MatMul with a constant matrix, and Add after it, as Gemm"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    for (index, node) in graph.nodes.enumerated() {
      if node.operation is MatMul, graph[node.inputs[0]].shape.count == 2, let weight = graph.weights[node.inputs[1]],
        weight.tensor.shape.rank == 2
      {
        let (depth, outputs) = (weight.tensor.shape[0], weight.tensor.shape[1])
        let source = weight.tensor.doubles()
        let transposed = (0..<outputs * depth).map { source[$0 % depth * outputs + $0 / depth] }
        let new = try graph.addComputed(
          transposed, shape: [outputs, depth], name: "\(node.name).weight", from: [node.inputs[1]], pass: Self.name)
        graph.nodes[index].operation = Gemm()
        graph.nodes[index].inputs = [node.inputs[0], new]
        graph.compact()
        return 1
      }
      guard let binary = node.operation as? Binary, binary.kind == .add else { continue }
      for (product, bias) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let before = patterns.producer(of: product), let gemm = graph.nodes[before].operation as? Gemm,
          gemm.activation == .identity, graph.nodes[before].inputs.count == 2, patterns.isReadOnce(product),
          let tensor = graph.weights[bias]?.tensor,
          tensor.shape.elementCount == graph[graph.nodes[before].inputs[1]].shape.first?.value,
          tensor.shape.dimensions.last == tensor.shape.elementCount, tensor.shape.rank <= 2
        else { continue }
        var vector = bias
        if tensor.shape.rank != 1 {
          vector = try graph.addComputed(
            tensor.doubles(), shape: [tensor.shape.elementCount], name: "\(node.name).bias", from: [bias],
            pass: Self.name)
        }
        // The bias may be stored after the product: constants have no order.
        graph.nodes[before].inputs.append(vector)
        graph.absorb(index, into: before, pass: Self.name)
        graph.removeNodes([index])
        graph.compact()
        return 1
      }
    }
    return 0
  }
}

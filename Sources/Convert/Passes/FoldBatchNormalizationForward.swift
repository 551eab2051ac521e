import FerryModel
import FerryTensor

/// A batch normalization of features that follows an activation goes into the product after it: weight[n, k] ·
/// factor[k] and bias[n] + Σ weight[n, k] · offset[k], in double precision.
package struct FoldBatchNormalizationForward: Pass {
  package static let name = "fold-batch-normalization-forward"
  package static let summary = "fold BatchNormalization of features into the Gemm after it"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    var folded = 0
    while try foldFirst(in: &graph) { folded += 1 }
    return folded
  }

  private func foldFirst(in graph: inout Graph) throws -> Bool {
    let patterns = GraphPatterns(graph)
    for (index, node) in graph.nodes.enumerated() {
      guard node.operation is Gemm, let before = patterns.producer(of: node.inputs[0]),
        let normalization = graph.nodes[before].operation as? BatchNormalization,
        patterns.isReadOnce(node.inputs[0]), let weight = graph.weights[node.inputs[1]]?.tensor,
        node.inputs.count == 2 || graph.weights[node.inputs[2]] != nil
      else { continue }
      let parameters = Array(graph.nodes[before].inputs.dropFirst())
      let numbers = parameters.compactMap { graph.doubles($0) }
      guard numbers.count == 4 else { continue }
      let (outputs, depth) = (weight.shape[0], weight.shape[1])
      let affine = (0..<depth).map {
        normalization.affine(
          scale: numbers[0][$0], bias: numbers[1][$0], mean: numbers[2][$0], variance: numbers[3][$0])
      }
      var scaled = weight.doubles()
      var bias = node.inputs.count == 3 ? graph.doubles(node.inputs[2]) ?? [] : [Double](repeating: 0, count: outputs)
      for n in 0..<outputs {
        for k in 0..<depth {
          bias[n] += scaled[n * depth + k] * affine[k].offset
          scaled[n * depth + k] *= affine[k].factor
        }
      }
      let newWeight = try graph.addComputed(
        scaled, shape: [outputs, depth], name: "\(node.name).weight",
        from: [node.inputs[1], parameters[0], parameters[3]],
        pass: Self.name)
      let newBias = try graph.addComputed(
        bias, shape: [outputs], name: "\(node.name).bias",
        from: Array(node.inputs.dropFirst(2)) + [node.inputs[1]] + parameters, pass: Self.name)
      let features = graph.nodes[before].inputs[0]
      graph.removed += graph[node.inputs[0]].sourceNames.map { RemovedValue(name: $0, pass: Self.name) }
      graph.nodes[index].inputs = [features, newWeight, newBias]
      graph.nodes[index].sources = graph.nodes[before].sources + node.sources
      graph.removeNodes([before])
      graph.compact()
      return true
    }
    return false
  }
}

import FerryModel
import FerryTensor

/// A batch normalization of features that follows an activation goes into the product after it: weight[n, k] ·
/// factor[k] and bias[n] + Σ weight[n, k] · offset[k], in double precision.
package struct FoldBatchNormalizationForward: Pass {
  package static let name = "fold-batch-normalization-forward"
  package static let summary = "fold BatchNormalization of features into the Gemm after it"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    var names = UniqueNames(graph)
    var removed = Set<Int>()
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard node.operation is Gemm, let before = patterns.producer(of: node.inputs[0]),
        let normalization = graph.nodes[before].operation as? BatchNormalization,
        patterns.isReadOnce(node.inputs[0]), let weight = graph.weights[node.inputs[1]],
        node.inputs.count == 2 || graph.weights[node.inputs[2]] != nil
      else { continue }
      guard try fold(normalization, before, into: index, weight, graph: &graph, names: &names) else { continue }
      removed.insert(before)
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return removed.count
  }

  private func fold(
    _ normalization: BatchNormalization, _ before: Int, into index: Int, _ weight: Weight, graph: inout Graph,
    names: inout UniqueNames
  ) throws -> Bool {
    let node = graph.nodes[index]
    let parameters = Array(graph.nodes[before].inputs.dropFirst())
    let numbers = parameters.compactMap { graph.doubles($0) }
    guard numbers.count == 4 else { return false }
    let (outputs, depth) = (weight.shape[0], weight.shape[1])
    let affine = (0..<depth).map {
      normalization.affine(scale: numbers[0][$0], bias: numbers[1][$0], mean: numbers[2][$0], variance: numbers[3][$0])
    }
    let (factors, offsets) = (affine.map(\.factor), affine.map(\.offset))
    let bias = node.inputs.count == 3 ? graph.doubles(node.inputs[2]) ?? [] : [Double](repeating: 0, count: outputs)
    let newWeight = try graph.addComputed(
      shape: [outputs, depth], name: "\(node.name).weight", from: [node.inputs[1], parameters[0], parameters[3]],
      pass: Self.name, names: &names
    ) {
      var elements = weight.doubles
      for n in 0..<outputs { for k in 0..<depth { elements[n * depth + k] *= factors[k] } }
      return elements
    }
    let newBias = try graph.addComputed(
      shape: [outputs], name: "\(node.name).bias",
      from: Array(node.inputs.dropFirst(2)) + [node.inputs[1]] + parameters, pass: Self.name, names: &names
    ) {
      let elements = weight.doubles
      var sums = bias
      for n in 0..<outputs { for k in 0..<depth { sums[n] += elements[n * depth + k] * offsets[k] } }
      return sums
    }
    graph.nodes[index].inputs = [graph.nodes[before].inputs[0], newWeight, newBias]
    graph.absorbBackwards(before, into: index, pass: Self.name)
    return true
  }
}

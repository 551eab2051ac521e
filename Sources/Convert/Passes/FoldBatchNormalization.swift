import FerryModel
import FerryTensor

/// A batch normalization that follows a convolution or a product goes into that one's weights: weight · factor and
/// bias · factor + offset for each output channel, in double precision.
package struct FoldBatchNormalization: Pass {
  package static let name = "fold-batch-normalization"
  package static let summary = "fold BatchNormalization into the Conv, ConvTranspose or Gemm before it"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    var patterns = GraphPatterns(graph)
    var removed = Set<Int>()
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard let normalization = node.operation as? BatchNormalization,
        let before = patterns.producer(of: node.inputs[0]), !removed.contains(before),
        patterns.isReadOnce(node.inputs[0]),
        let outputAxis = outputAxis(of: graph.nodes[before].operation)
      else { continue }
      guard try fold(normalization, index, into: before, outputAxis: outputAxis, graph: &graph) else { continue }
      removed.insert(index)
      patterns = GraphPatterns(graph)
    }
    graph.removeNodes(removed)
    if !removed.isEmpty { graph.compact() }
    return removed.count
  }

  /// The axis of the weight that counts output channels (of one group), for operators that can absorb a factor a
  /// channel.
  private func outputAxis(of operation: any Operator) -> Int? {
    switch operation {
    case let conv as Conv: conv.activation == .identity ? 0 : nil
    case let conv as ConvTranspose: conv.activation == .identity ? 1 : nil
    case let gemm as Gemm: gemm.activation == .identity ? 0 : nil
    default: nil
    }
  }

  private func fold(
    _ normalization: BatchNormalization, _ index: Int, into before: Int, outputAxis: Int, graph: inout Graph
  ) throws -> Bool {
    let parameters = graph.nodes[index].inputs.dropFirst()
    let inputs = graph.nodes[before].inputs
    guard let weight = graph.weights[inputs[1]]?.tensor, inputs.count == 2 || graph.weights[inputs[2]] != nil else {
      return false
    }
    let numbers = parameters.compactMap { graph.doubles($0) }
    guard numbers.count == 4 else { return false }
    let channels = numbers[0].count
    let affine = (0..<channels).map {
      normalization.affine(scale: numbers[0][$0], bias: numbers[1][$0], mean: numbers[2][$0], variance: numbers[3][$0])
    }
    // The output channel of a weight's element: along the output axis, plus the group's first for transposed
    // convolutions.
    let shape = weight.shape
    let stride = shape.strides[outputAxis]
    let groupOutputs = shape[outputAxis]
    let groupInputs = shape[0] / max(1, channels / groupOutputs)
    var scaled = weight.doubles()
    for position in scaled.indices {
      var channel = position / stride % groupOutputs
      if outputAxis == 1 { channel += position / shape.strides[0] / groupInputs * groupOutputs }
      scaled[position] *= affine[channel].factor
    }
    let bias = inputs.count == 3 ? graph.doubles(inputs[2]) ?? [] : [Double](repeating: 0, count: channels)
    let shifted = zip(bias, affine).map { $0 * $1.factor + $1.offset }
    let name = graph.nodes[before].name
    let newWeight = try graph.addComputed(
      scaled, shape: shape.dimensions, name: "\(name).weight", from: [inputs[1], parameters.first!, parameters.last!],
      pass: Self.name)
    let newBias = try graph.addComputed(
      shifted, shape: [channels], name: "\(name).bias", from: Array(inputs.dropFirst(2)) + Array(parameters),
      pass: Self.name)
    graph.nodes[before].inputs = [inputs[0], newWeight, newBias]
    graph.absorb(index, into: before, pass: Self.name)
    return true
  }
}

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
    var names = UniqueNames(graph)
    var removed = Set<Int>()
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard let normalization = node.operation as? BatchNormalization,
        let before = patterns.producer(of: node.inputs[0]), patterns.isReadOnce(node.inputs[0]),
        let outputAxis = outputAxis(of: graph.nodes[before].operation)
      else { continue }
      guard try fold(normalization, index, into: before, outputAxis: outputAxis, graph: &graph, names: &names) else {
        continue
      }
      removed.insert(index)
      patterns.absorb(node, into: before)
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
    _ normalization: BatchNormalization, _ index: Int, into before: Int, outputAxis: Int, graph: inout Graph,
    names: inout UniqueNames
  ) throws -> Bool {
    let parameters = graph.nodes[index].inputs.dropFirst()
    let inputs = graph.nodes[before].inputs
    guard let weight = graph.weights[inputs[1]], inputs.count == 2 || graph.weights[inputs[2]] != nil else {
      return false
    }
    let numbers = parameters.compactMap { graph.doubles($0) }
    guard numbers.count == 4 else { return false }
    let channels = numbers[0].count
    let affine = (0..<channels).map {
      normalization.affine(scale: numbers[0][$0], bias: numbers[1][$0], mean: numbers[2][$0], variance: numbers[3][$0])
    }
    let bias = inputs.count == 3 ? graph.doubles(inputs[2]) ?? [] : [Double](repeating: 0, count: channels)
    let shifted = zip(bias, affine).map { $0 * $1.factor + $1.offset }
    let name = graph.nodes[before].name
    let factors = affine.map(\.factor)
    guard (factors + shifted).allSatisfy(\.staysInRange) else { return false }
    let newWeight = try graph.addComputed(
      shape: weight.shape.dimensions, name: "\(name).weight",
      from: [inputs[1], parameters.first!, parameters.last!], pass: Self.name, names: &names
    ) { Self.scaled(weight, by: factors, outputAxis: outputAxis) }
    let newBias = try graph.addComputed(
      shape: [channels], name: "\(name).bias", from: Array(inputs.dropFirst(2)) + Array(parameters),
      pass: Self.name, names: &names
    ) { shifted }
    graph.nodes[before].inputs = [inputs[0], newWeight, newBias]
    graph.absorb(index, into: before, pass: Self.name)
    return true
  }

  /// The weight with each output channel multiplied by its factor. The output channel is the place along the output
  /// axis, plus the group's first for transposed convolutions.
  private static func scaled(_ weight: Weight, by factors: [Double], outputAxis: Int) -> [Double] {
    var elements = weight.doubles
    let shape = weight.shape
    guard !elements.isEmpty else { return elements }
    let (stride, groupOutputs) = (shape.strides[outputAxis], shape[outputAxis])
    let groups = outputAxis == 0 ? 1 : factors.count / groupOutputs
    let blocksOfGroup = elements.count / stride / groups
    elements.withUnsafeMutableBufferPointer { elements in
      for block in 0..<elements.count / stride {
        let factor = factors[block / blocksOfGroup * groupOutputs + block % groupOutputs]
        for position in block * stride..<(block + 1) * stride { elements[position] *= factor }
      }
    }
    return elements
  }
}

import FerryModel
import FerryTensor

/// A constant number a channel that multiplies, divides, is added to or subtracted from the result of a convolution or
/// product is a batch normalization that was taken apart (TensorFlow's exporter does so after depthwise convolutions).
/// It becomes one with that factor or offset, which folds like any other.
package struct RecogniseScale: Pass {
  package static let name = "recognise-scale"
  package static let summary = "recognise a constant a channel after Conv, ConvTranspose or Gemm as BatchNormalization"

  package init() {}

  package func run(on graph: inout Graph) throws -> Int {
    let patterns = GraphPatterns(graph)
    var names = UniqueNames(graph)
    var found = 0
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard let binary = node.operation as? Binary else { continue }
      for (value, constant) in [(0, 1), (1, 0)] {
        guard let before = patterns.producer(of: node.inputs[value]), patterns.isReadOnce(node.inputs[value]),
          Self.canFold(graph.nodes[before], graph),
          let parameter = Self.numbers(of: node.inputs[constant], for: graph[node.inputs[value]].shape, graph),
          let (scale, bias) = Self.affine(binary.kind, parameter, isLeft: constant == 0),
          (scale + bias).allSatisfy(\.staysInRange)
        else { continue }
        let ones = [Double](repeating: 1, count: scale.count)
        let zeros = [Double](repeating: 0, count: scale.count)
        let roles = [("scale", scale), ("bias", bias), ("mean", zeros), ("variance", ones)]
        var parameters: [ValueID] = []
        for (role, numbers) in roles {
          parameters.append(
            try graph.addComputed(
              shape: [numbers.count], name: "\(node.name).\(role)", from: [node.inputs[constant]], pass: Self.name,
              names: &names
            ) { numbers })
        }
        graph.nodes[index].operation = BatchNormalization(epsilon: 0)
        graph.nodes[index].inputs = [node.inputs[value]] + parameters
        found += 1
        break
      }
    }
    if found > 0 { graph.compact() }
    return found
  }

  /// Whether a batch normalization after this node would go into its weights.
  private static func canFold(_ node: Node, _ graph: Graph) -> Bool {
    let isPlain =
      switch node.operation {
      case let conv as Conv: conv.activation == .identity
      case let conv as ConvTranspose: conv.activation == .identity
      case let gemm as Gemm: gemm.activation == .identity
      default: false
      }
    return isPlain && node.inputs.dropFirst().allSatisfy { graph.weights[$0] != nil }
  }

  /// The constant as one number for each channel (axis 1) of a value of `shape`; nil if it is not one.
  private static func numbers(of id: ValueID, for shape: [Dimension], _ graph: Graph) -> [Double]? {
    guard let extents = graph.weights[id]?.shape.dimensions, let channels = shape[1].value, extents.count <= shape.count
    else { return nil }
    let aligned = [Int](repeating: 1, count: shape.count - extents.count) + extents
    guard aligned.enumerated().allSatisfy({ $1 == 1 || ($0 == 1 && $1 == channels) }), let numbers = graph.doubles(id)
    else { return nil }
    return numbers.count == channels ? numbers : [Double](repeating: numbers[0], count: channels)
  }

  /// The factor and offset a channel of an operation with a constant; nil if it has none.
  private static func affine(_ kind: Binary.Kind, _ c: [Double], isLeft: Bool) -> (scale: [Double], bias: [Double])? {
    let ones = c.map { _ in 1.0 }
    let zeros = c.map { _ in 0.0 }
    switch (kind, isLeft) {
    case (.multiply, _): return (c, zeros)
    case (.divide, false) where c.allSatisfy { $0 != 0 }: return (c.map { 1 / $0 }, zeros)
    case (.add, _): return (ones, c)
    case (.subtract, false): return (ones, c.map { -$0 })
    case (.subtract, true): return (ones.map { -$0 }, c)
    default: return nil
    }
  }
}

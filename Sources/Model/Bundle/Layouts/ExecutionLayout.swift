import FerryTensor

/// Chooses the layout in which the kernels read each weight, so that the bundle stores it as it is read.
public enum ExecutionLayout {
  /// The layout of one weight; see `choices(for:)`, which is quicker for many.
  public static func choose(for graph: Graph, weight: ValueID) -> TensorLayout {
    choices(for: graph)[weight] ?? .rowMajor
  }

  /// The layout of every weight: the one that all nodes reading it need, row-major where they differ.
  public static func choices(for graph: Graph) -> [ValueID: TensorLayout] {
    var needs: [ValueID: TensorLayout] = [:]
    func need(_ id: ValueID, _ layout: TensorLayout) {
      guard graph.weights[id] != nil else { return }
      needs[id] = needs[id] == nil || needs[id] == layout ? layout : .rowMajor
    }
    for node in graph.nodes {
      for (position, input) in node.inputs.enumerated() {
        need(input, position == 1 ? layout(of: node.operation, weight: graph.weights[input]?.shape) : .rowMajor)
      }
    }
    for output in graph.outputs { need(output, .rowMajor) }
    for id in graph.weights.keys where needs[id] == nil { needs[id] = .rowMajor }
    return needs
  }

  /// The layout that an operator's kernel reads its second input in.
  private static func layout(of operation: any Operator, weight shape: Shape?) -> TensorLayout {
    guard let shape else { return .rowMajor }
    let wanted: TensorLayout
    switch operation {
    case is Gemm: wanted = .panel16
    case let conv as Conv where conv.groups == 1: wanted = .panel16
    case let conv as Conv where conv.groups == shape.dimensions.first: wanted = .depthwise16
    case let conv as ConvTranspose where conv.groups == 1: wanted = .tapPanel16
    default: wanted = .rowMajor
    }
    // Grouped convolutions with more than one input a group do not fit depthwise16.
    return wanted.byteCount(of: shape, .float32) == nil ? .rowMajor : wanted
  }
}

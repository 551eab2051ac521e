import FerryModel

/// What a drawing colours alike.
enum OperatorFamily: String, CaseIterable {
  case convolution, depthwise, product, pooling, activation, normalization, elementwise, attention, shape, other, port
  case summary

  /// As the legend names it.
  var words: String {
    switch self {
    case .attention: "squeeze-excite"
    case .elementwise: "arithmetic"
    case .shape: "movement of elements"
    case .port: "input, output"
    case .summary: "many nodes"
    default: rawValue
    }
  }

  init(_ operation: any Operator) {
    switch operation {
    case let conv as Conv: self = conv.groups > 1 ? .depthwise : .convolution
    case is ConvTranspose: self = .convolution
    case is Gemm, is MatMul: self = .product
    case is Pool, is GlobalPool, is Reduce: self = .pooling
    case is Activate, is PRelu, is Softmax: self = .activation
    case is BatchNormalization: self = .normalization
    case is Binary: self = .elementwise
    case is Reshape, is Flatten, is Transpose, is Concat, is Slice, is Pad: self = .shape
    default: self = Self.byName[type(of: operation).name] ?? .other
    }
  }

  private static let byName: [String: OperatorFamily] = [
    "InstanceNormalization": .normalization, "LayerNormalization": .normalization, "Resize": .shape, "Expand": .shape,
    "Split": .shape, "Gather": .shape, "Unary": .elementwise,
  ]
}

/// How a node is called in a drawing.
struct NodeLabel {
  /// Operator, kernel, strides and activation: "Conv 3×3 /2 · relu". Nodes of repeated blocks are alike in it.
  let title: String
  /// What differs among those: "32 → 64".
  let detail: String
  let family: OperatorFamily

  init(_ node: Node, _ graph: Graph) {
    family = OperatorFamily(node.operation)
    func channels(_ id: ValueID?) -> String? {
      guard let id, graph[id].shape.count >= 2 else { return nil }
      return graph[id].shape[1].description
    }
    let change = channels(node.inputs.first).flatMap { before in
      channels(node.outputs.first).map { before == $0 ? before : "\(before) → \($0)" }
    }
    detail = change ?? node.outputs.first.map { graph[$0].shape.text } ?? ""
    switch node.operation {
    case let conv as Conv:
      let isDepthwise = channels(node.inputs.first) == "\(conv.groups)"
      let name = conv.groups == 1 ? "Conv" : isDepthwise ? "Depthwise" : "Grouped"
      title = name + Self.text(conv.window) + Self.text(conv.activation)
    case let conv as ConvTranspose: title = "ConvTranspose" + Self.text(conv.window) + Self.text(conv.activation)
    case let gemm as Gemm: title = "Gemm" + Self.text(gemm.activation)
    case let pool as Pool: title = (pool.kind == .maximum ? "MaxPool" : "AveragePool") + Self.text(pool.window)
    case let pool as GlobalPool: title = "Global \(pool.kind.rawValue) pool"
    case let activate as Activate: title = activate.activation.kind.rawValue
    case let binary as Binary: title = binary.kind.rawValue
    case let reduce as Reduce: title = "Reduce \(reduce.kind.rawValue)"
    default: title = type(of: node.operation).name
    }
  }

  private static func text(_ window: Window) -> String {
    let kernel = " " + window.kernel.map { "\($0)" }.joined(separator: "×")
    let strides = Set(window.strides)
    let stride = strides == [1] ? "" : strides.count == 1 ? " /\(window.strides[0])" : " /\(window.strides)"
    return kernel + stride + (Set(window.dilations) == [1] ? "" : " dilated \(window.dilations)")
  }

  private static func text(_ activation: Activation) -> String {
    activation.kind == .identity ? "" : " · \(activation.kind.rawValue)"
  }
}

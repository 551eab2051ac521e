import FerryModel

/// A graph as what it computes before its last activation, and that activation.
struct Ending {
  /// The graph without the activation; the graph itself if it ends with none.
  let graph: Graph
  /// An operator of one input that works element by element; nil if the graph ends with none.
  let function: (any Operator)?

  init(of graph: Graph) throws {
    (self.graph, function) = try Self.parts(of: graph)
  }

  private static func parts(of graph: Graph) throws -> (Graph, (any Operator)?) {
    guard let index = graph.producer(of: graph.outputs[0]) else { return (graph, nil) }
    let node = graph.nodes[index]
    if let activate = node.operation as? Activate {
      return activate.activation == .identity ? (graph, nil) : (graph.truncated(at: node.inputs[0]), activate)
    }
    if node.operation is Unary { return (graph.truncated(at: node.inputs[0]), node.operation) }
    if let activation = node.operation.lastActivation, activation != .identity,
      let bare = try node.operation.withActivation(.identity)
    {
      return (try graph.replacing(bare, at: index), Activate(activation))
    }
    if let (value, function) = product(node, graph) { return (graph.truncated(at: value), function) }
    return (graph, nil)
  }

  /// x · sigmoid(x) and x · hardSigmoid(x), as exporters write SiLU and HardSwish.
  private static func product(_ node: Node, _ graph: Graph) -> (ValueID, any Operator)? {
    guard let binary = node.operation as? Binary, binary.kind == .multiply else { return nil }
    for (x, gate) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
      guard let producer = graph.producer(of: gate), graph.nodes[producer].inputs == [x],
        let activation = graph.nodes[producer].operation.lastActivation
      else { continue }
      switch activation.kind {
      case .sigmoid: return (x, Activate(Activation(.silu)))
      case .hardSigmoid: return (x, Activate(Activation(.hardSwish, a: activation.a, b: activation.b)))
      default: continue
      }
    }
    return nil
  }

  func apply(_ values: Values) throws -> Values { try function.map { try $0.evaluate([values])[0] } ?? values }

  /// What the activation was applied to, element by element, to give `values`; NaN where that cannot be told.
  ///
  /// - Returns: nil if the activation tells nothing.
  func inverse(_ values: Values) -> Values? {
    guard let function else { return values }
    guard let activation = function.lastActivation else { return nil }
    return values.mapped(activation.inverse)
  }
}

extension Operator {
  /// The activation at the end of an operator that can have one; nil for the others.
  var lastActivation: Activation? {
    switch self {
    case let conv as Conv: conv.activation
    case let conv as ConvTranspose: conv.activation
    case let gemm as Gemm: gemm.activation
    case let activate as Activate: activate.activation
    default: nil
    }
  }

  /// The operator with another activation at its end; nil if it cannot have one.
  func withActivation(_ activation: Activation) throws -> (any Operator)? {
    switch self {
    case let conv as Conv: try Conv(window: conv.window, groups: conv.groups, activation: activation)
    case let conv as ConvTranspose:
      try ConvTranspose(
        window: conv.window, outputPadding: conv.outputPadding, groups: conv.groups, activation: activation)
    case is Gemm: Gemm(activation: activation)
    case is Activate: Activate(activation)
    default: nil
    }
  }
}

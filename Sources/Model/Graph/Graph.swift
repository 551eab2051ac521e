import FerryTensor

/// A network: values, the nodes that compute them in an order that respects their inputs, and the weights.
///
/// Dimensions are logical, in ONNX's order (N, C, H, W), whatever the source's and the execution layout.
public struct Graph: Sendable {
  public var name: String
  /// All values; a `ValueID` is an index here.
  public var values: [Value]
  public var nodes: [Node]
  /// The values that hold constants.
  public var weights: [ValueID: Weight]
  public var inputs: [ValueID]
  public var outputs: [ValueID]
  /// Values of the source that no value of this graph equals any more, and the pass that removed each.
  public var removed: [RemovedValue]
  /// Values of the source that no value of this graph equals any more, and that what is left still gives. Each reads
  /// values of the graph and those before it.
  public var recoverable: [RecoverableValue]
  /// Nodes of the source that passes dropped because they change nothing. Known while converting; a bundle's provenance
  /// keeps it.
  package var droppedNodes: [SourceNode] = []

  public init(name: String) {
    self.name = name
    values = []
    nodes = []
    weights = [:]
    inputs = []
    outputs = []
    removed = []
    recoverable = []
  }

  public subscript(id: ValueID) -> Value {
    get { values[id.index] }
    set { values[id.index] = newValue }
  }

  /// Adds a value and gives its identity.
  public mutating func add(_ value: Value) -> ValueID {
    values.append(value)
    return ValueID(values.count - 1)
  }

  public mutating func add(_ weight: Weight, named name: String) -> ValueID {
    let id = add(Value(name: name, shape: weight.shape.dimensions.map { Dimension($0) }))
    weights[id] = weight
    return id
  }

  /// The symbols that shapes are stated in, in order of appearance: those of the inputs, then those that only running
  /// tells.
  public var symbols: [String] {
    var seen: [String] = []
    for input in inputs {
      for symbol in self[input].shape.flatMap(\.symbols) where !seen.contains(symbol) { seen.append(symbol) }
    }
    return seen + nodes.compactMap(\.operation.count?.symbol)
  }

  /// The number of nodes by operator, most first.
  public var operatorCounts: [(name: String, count: Int)] {
    Dictionary(grouping: nodes, by: \.operation.name).map { (name: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  /// The number of nodes that read each value, an output of the graph counting once more.
  public func useCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: values.count)
    for node in nodes { for input in node.inputs { counts[input.index] += 1 } }
    for output in outputs { counts[output.index] += 1 }
    return counts
  }
}

/// Identifies a value within one graph.
public struct ValueID: Sendable, Hashable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}

/// What an input, a weight or a node's output holds: numbers of a shape.
public struct Value: Sendable {
  /// Unique in the graph: the source's own name where it has one.
  public var name: String
  public var shape: [Dimension]
  /// What the source holds there. A run holds `float32` everywhere: integers as whole numbers of at most 2^24, truth
  /// values as 0 and 1; the graph's inputs and outputs have this type for the caller.
  public var elementType: ElementType
  /// Every name of the source whose value this is: its own first, then those of dropped identities and the like.
  public var sourceNames: [String]

  public init(
    name: String, shape: [Dimension], elementType: ElementType = .float32, sourceNames: [String]? = nil
  ) {
    self.name = name
    self.shape = shape
    self.elementType = elementType
    self.sourceNames = sourceNames ?? [name]
  }
}

/// One operation.
public struct Node: Sendable {
  /// Unique in the graph.
  public var name: String
  public var operation: any Operator
  public var inputs: [ValueID]
  public var outputs: [ValueID]
  /// The nodes of the source that this one stands for.
  public var sources: [SourceNode]

  public init(
    name: String, operation: any Operator, inputs: [ValueID], outputs: [ValueID], sources: [SourceNode] = []
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
    self.sources = sources
  }
}

/// A node of the file that a graph was read from.
public struct SourceNode: Sendable, Hashable {
  public let name: String
  public let operatorName: String
  /// The node's place in the file, where names need not be unique. Known while converting; nil in a bundle's graph.
  package let index: Int?
  /// The pass that folded it into the node that now stands for it. Known while converting; nil if it is that node
  /// itself.
  package let pass: String?

  public init(name: String, operatorName: String) {
    self.init(name: name, operatorName: operatorName, index: nil)
  }

  package init(name: String, operatorName: String, index: Int?, pass: String? = nil) {
    self.name = name
    self.operatorName = operatorName
    self.index = index
    self.pass = pass
  }

  /// The same node, folded into another. The first pass that did so is the one that counts.
  package func folded(by pass: String) -> SourceNode {
    SourceNode(name: name, operatorName: operatorName, index: index, pass: self.pass ?? pass)
  }
}

public struct RemovedValue: Sendable, Hashable {
  public let name: String
  public let pass: String

  public init(name: String, pass: String) {
    self.name = name
    self.pass = pass
  }
}

import FerryTensor

/// A value of the source that a pass took out of the graph and that what is left in the graph still gives: what a
/// convolution computes before the activation at its end, say. Running needs none of them; a comparison with the
/// source's own layers computes them beside the graph.
public struct RecoverableValue: Sendable {
  /// Its name, shape and source names. The name is that of no value of the graph.
  public var value: Value
  /// The node that computes it, by the name that it had in the source.
  public var nodeName: String
  public var operation: any Operator
  /// Names of values and weights of the graph and of recoverable values before this one.
  public var inputs: [String]
  public var sources: [SourceNode]

  public init(value: Value, nodeName: String, operation: any Operator, inputs: [String], sources: [SourceNode]) {
    self.value = value
    self.nodeName = nodeName
    self.operation = operation
    self.inputs = inputs
    self.sources = sources
  }
}

extension Graph {
  /// The graph with a node for each recoverable value, and no recoverable ones any more.
  ///
  /// - Returns: the graph, which computes what it did before, and the values that were added.
  /// - Throws: `damagedBundle` for recoverable values that do not fit the graph.
  package func withRecoverableValues() throws -> (graph: Graph, recovered: Set<ValueID>) {
    var graph = self
    graph.recoverable = []
    var ids = Dictionary(values.enumerated().map { ($1.name, ValueID($0)) }, uniquingKeysWith: { first, _ in first })
    var nodeNames = Set(nodes.map(\.name))
    var recovered: Set<ValueID> = []
    for item in recoverable {
      let inputs = try item.inputs.map { name in
        guard let id = ids[name] else {
          throw FerryError(
            .damagedBundle, "the recoverable value \"\(item.value.name)\" reads \"\(name)\", which is not there")
        }
        return id
      }
      guard ids[item.value.name] == nil else {
        throw FerryError(.damagedBundle, "the recoverable value \"\(item.value.name)\" is in the graph")
      }
      let id = graph.add(item.value)
      ids[item.value.name] = id
      recovered.insert(id)
      var name = item.nodeName
      while !nodeNames.insert(name).inserted { name += "~" }
      graph.nodes.append(
        Node(name: name, operation: item.operation, inputs: inputs, outputs: [id], sources: item.sources))
    }
    guard !recovered.isEmpty else { return (graph, []) }
    do { try graph.validate() } catch let error as FerryError {
      throw FerryError(.damagedBundle, "a recoverable value contradicts the graph: \(error.message)")
    }
    return (graph, recovered)
  }

  /// The recoverable values as a graph of their own, for the bundle: its inputs are the values and weights that they
  /// read, its outputs the recoverable values.
  package func recoveryGraph() throws -> Graph {
    var graph = Graph(name: name)
    let own = Dictionary(values.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var ids: [String: ValueID] = [:]
    for name in recoverable.flatMap(\.inputs) where ids[name] == nil {
      guard var value = own[name] else { continue }
      value.sourceNames = []
      let id = graph.add(value)
      ids[name] = id
      graph.inputs.append(id)
    }
    for item in recoverable {
      let inputs = try item.inputs.map { name in
        guard let id = ids[name] else {
          throw FerryError(.internalDefect, "the recoverable value \"\(item.value.name)\" reads \"\(name)\"")
        }
        return id
      }
      let id = graph.add(item.value)
      ids[item.value.name] = id
      graph.nodes.append(
        Node(name: item.nodeName, operation: item.operation, inputs: inputs, outputs: [id], sources: item.sources))
      graph.outputs.append(id)
    }
    return graph
  }

  /// The recoverable values that `recoveryGraph()` was made of.
  ///
  /// - Throws: `damagedBundle` if its inputs are not those of this graph, its outputs not the values that its nodes
  ///   compute, if a node has several results or no name, and if a value stands for one that no pass removed.
  package func recoverableValues(of recovery: Graph) throws -> [RecoverableValue] {
    let own = Dictionary(values.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for input in recovery.inputs {
      let stated = recovery[input]
      guard let value = own[stated.name], value.shape == stated.shape, value.elementType == stated.elementType else {
        throw FerryError(.damagedBundle, "recoverable values read \"\(stated.name)\", which the graph does not have so")
      }
    }
    guard recovery.outputs == recovery.nodes.flatMap(\.outputs), recovery.removed.isEmpty else {
      throw FerryError(.damagedBundle, "the recoverable values are not the outputs of their graph")
    }
    let removed = Set(removed.map(\.name))
    return try recovery.nodes.map { node in
      guard node.outputs.count == 1, !node.name.isEmpty else {
        throw FerryError(
          .damagedBundle, "the node \"\(node.name)\" of recoverable values has several results or no name")
      }
      guard recovery[node.outputs[0]].sourceNames.allSatisfy(removed.contains) else {
        throw FerryError(
          .damagedBundle, "the recoverable value \"\(recovery[node.outputs[0]].name)\" is none that a pass removed")
      }
      return RecoverableValue(
        value: recovery[node.outputs[0]], nodeName: node.name, operation: node.operation,
        inputs: node.inputs.map { recovery[$0].name }, sources: node.sources)
    }
  }
}

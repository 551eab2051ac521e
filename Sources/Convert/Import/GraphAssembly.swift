import FerryModel
import FerryTensor

/// Puts a graph together node by node: keeps names unique and lets each operator say what it gives.
struct GraphAssembly {
  private(set) var graph: Graph
  /// How the axes of those weights were put into ONNX's order that `addRearrangedWeight` added.
  private(set) var axisOrders: [String: AxisOrder] = [:]
  private var weightIDs: [String: ValueID] = [:]
  private var valueNames: Set<String> = []
  private var nodeNames: Set<String> = []

  init(name: String) { graph = Graph(name: name) }

  func shape(of id: ValueID) -> [Dimension] { graph[id].shape }

  mutating func addInput(_ name: String, shape: [Dimension]) -> ValueID {
    let id = graph.add(Value(name: valueNames.insertUnique(name), shape: shape, sourceNames: [name]))
    graph.inputs.append(id)
    return id
  }

  /// A weight; the same name gives the same one.
  ///
  /// - Parameters:
  ///   - name: the source's name of the array.
  ///   - passes: what changed it.
  mutating func addWeight(_ tensor: Tensor, name: String, passes: [String] = []) -> ValueID {
    if let known = weightIDs[name] { return known }
    let id = graph.add(
      Weight(tensor: tensor, sources: [name], passes: passes), named: valueNames.insertUnique(name))
    weightIDs[name] = id
    return id
  }

  /// A weight whose axes were put into ONNX's order, and in no other way changed.
  mutating func addRearrangedWeight(_ tensor: Tensor, name: String, _ order: AxisOrder) -> ValueID {
    axisOrders[name] = order
    return addWeight(tensor, name: name, passes: [WeightFates.rearranged])
  }

  /// A constant that no array of the source holds.
  mutating func addConstant(_ tensor: Tensor, name: String) -> ValueID {
    let id = graph.add(Weight(tensor: tensor, sources: []), named: valueNames.insertUnique(name))
    graph[id].sourceNames = []
    return id
  }

  /// Calls a value by another name than the source's, which another value is to have.
  mutating func rename(_ id: ValueID, to name: String, exceptSourceName given: String) {
    graph[id].name = valueNames.insertUnique(name)
    graph[id].sourceNames.removeAll { $0 == given }
  }

  /// Adds a node with one result.
  ///
  /// - Parameters:
  ///   - node: the node's name, and the result's where `output` is nil.
  ///   - source: the node of the source that it comes from.
  ///   - output: the name of the result.
  ///   - isIntermediate: whether the source itself has no such value.
  mutating func add(
    _ operation: any Operator, _ inputs: [ValueID], node: String, source: SourceNode?, output: String? = nil,
    isIntermediate: Bool = false
  ) throws -> ValueID {
    let shapes = try operation.outputShapes(for: inputs.map { graph[$0].shape })
    let types = try operation.outputTypes(for: inputs.map { graph[$0].elementType })
    guard shapes.count == 1 else { throw FerryError(.internalDefect, "\(operation.name) has \(shapes.count) results") }
    let wish = output ?? node
    let name = valueNames.insertUnique(wish)
    let id = graph.add(
      Value(name: name, shape: shapes[0], elementType: types[0], sourceNames: isIntermediate ? [] : [wish]))
    graph.nodes.append(
      Node(
        name: nodeNames.insertUnique(node), operation: operation, inputs: inputs, outputs: [id],
        sources: source.map { [$0] } ?? []))
    return id
  }

  /// Another name of the source for a value: that of a layer which changes nothing.
  mutating func alias(_ name: String, _ id: ValueID) {
    if !graph[id].sourceNames.contains(name) { graph[id].sourceNames.append(name) }
  }

  /// Makes a value an output of the graph under this name; under "NAME/output" where an input or a weight bears it.
  mutating func addOutput(_ id: ValueID, name: String) throws {
    let isComputed = graph.nodes.contains { $0.outputs.contains(id) }
    guard isComputed, !graph.outputs.contains(id) else {
      let copy = try add(Activate(.identity), [id], node: "\(name)/copy", source: nil, output: "\(name)/output")
      give(name, to: copy)
      return graph.outputs.append(copy)
    }
    give(name, to: id)
    graph.outputs.append(id)
  }

  private mutating func give(_ name: String, to id: ValueID) {
    guard !graph.values.contains(where: { $0.name == name }) else { return }
    graph[id].name = name
    valueNames.insert(name)
  }
}

import FerryTensor

extension Graph {
  /// Checks what every reader of a graph relies on: indexes in range, each value produced once and before it is read,
  /// unique names, the right number of inputs, and shapes that agree with the operators'.
  ///
  /// - Throws: `invalidModel` for the first contradiction.
  public func validate() throws {
    var produced = [Bool](repeating: false, count: values.count)
    func check(_ id: ValueID, _ role: String) throws {
      guard values.indices.contains(id.index) else {
        throw FerryError(.invalidModel, "\(role) names value \(id.index) of \(values.count)")
      }
    }
    func produce(_ id: ValueID, _ role: String) throws {
      try check(id, role)
      guard !produced[id.index] else {
        throw FerryError(.invalidModel, "value \"\(self[id].name)\" is produced twice, the second time by \(role)")
      }
      produced[id.index] = true
    }
    for input in inputs { try produce(input, "an input") }
    for id in weights.keys.sorted(by: { $0.index < $1.index }) {
      try produce(id, "a weight")
      guard self[id].shape.fixed == weights[id]?.shape.dimensions else {
        throw FerryError(.invalidModel, "weight \"\(self[id].name)\" does not have the shape of its value")
      }
    }
    var nodeNames = Set<String>()
    for node in nodes {
      guard nodeNames.insert(node.name).inserted else {
        throw FerryError(.invalidModel, "two nodes are called \"\(node.name)\"")
      }
      try located(node.location) {
        guard node.operation.inputCount.contains(node.inputs.count) else {
          throw FerryError(
            .invalidModel, "\(node.operation.name) has \(node.inputs.count) inputs",
            supported: "\(node.operation.inputCount.lowerBound) to \(node.operation.inputCount.upperBound)")
        }
        for input in node.inputs {
          try check(input, "an input")
          guard produced[input.index] else {
            throw FerryError(.invalidModel, "value \"\(self[input].name)\" is read before it is produced")
          }
        }
        let shapes = try node.operation.outputShapes(for: node.inputs.map { self[$0].shape })
        guard shapes.count == node.outputs.count else {
          throw FerryError(
            .invalidModel, "\(node.operation.name) has \(node.outputs.count) outputs, not \(shapes.count)")
        }
        for (output, shape) in zip(node.outputs, shapes) {
          try produce(output, "a node")
          guard self[output].shape == shape else {
            throw FerryError(
              .invalidModel,
              "value \"\(self[output].name)\" is stated as \(self[output].shape.text), computed as \(shape.text)")
          }
        }
        let types = try node.operation.outputTypes(for: node.inputs.map { self[$0].elementType })
        for (output, type) in zip(node.outputs, types) where self[output].elementType != type {
          throw FerryError(
            .invalidModel,
            "value \"\(self[output].name)\" is stated as \(self[output].elementType.rawValue), computed as "
              + type.rawValue)
        }
      }
    }
    guard !outputs.isEmpty else { throw FerryError(.invalidModel, "the graph has no output") }
    for output in outputs {
      try check(output, "an output")
      guard produced[output.index] else {
        throw FerryError(.invalidModel, "output \"\(self[output].name)\" is never produced")
      }
    }
    try validateCounts()
    var names = Set<String>()
    for value in values where !names.insert(value.name).inserted {
      throw FerryError(.invalidModel, "two values are called \"\(value.name)\"")
    }
  }

  /// Drops nodes and weights that no output depends on and values that nothing names, and numbers the rest in order:
  /// inputs, then each node's weights and outputs.
  ///
  /// - Returns: the names of the weights that were dropped.
  @discardableResult
  public mutating func compact() -> [String] {
    var needed = Set(outputs)
    var kept: [Node] = []
    for node in nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    kept.reverse()
    var compacted = Graph(name: name)
    compacted.removed = removed
    compacted.recoverable = recoverable
    compacted.droppedNodes = droppedNodes
    var renumbered: [ValueID: ValueID] = [:]
    func carry(_ id: ValueID) -> ValueID {
      if let known = renumbered[id] { return known }
      let new = compacted.add(self[id])
      renumbered[id] = new
      compacted.weights[new] = weights[id]
      return new
    }
    compacted.inputs = inputs.map(carry)
    for var node in kept {
      node.inputs = node.inputs.map(carry)
      node.outputs = node.outputs.map(carry)
      compacted.nodes.append(node)
    }
    compacted.outputs = outputs.map(carry)
    let dropped = weights.keys.filter { renumbered[$0] == nil }.map { self[$0].name }.sorted()
    self = compacted
    return dropped
  }
}

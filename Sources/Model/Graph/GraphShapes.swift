import FerryTensor

extension Graph {
  /// Computes every value's element type anew from the inputs'.
  ///
  /// - Throws: `unsupportedType` located at a node that does not take such values.
  public mutating func inferTypes() throws {
    for node in nodes {
      let types = try located(node.location) {
        try node.operation.outputTypes(for: node.inputs.map { self[$0].elementType })
      }
      for (output, type) in zip(node.outputs, types) { self[output].elementType = type }
    }
  }

  /// The graph for inputs of the given sizes: every symbol, in shapes and in attributes, replaced by a number.
  ///
  /// - Parameter shapes: one for each input, in order.
  /// - Throws: `shapeMismatch` if a shape contradicts the declared one or another input's use of the same symbol.
  public func bound(toInputShapes shapes: [[Int]]) throws -> Graph {
    var graph = self
    var bindings = try symbolBindings(forInputShapes: shapes)
    for (input, shape) in zip(inputs, shapes) {
      _ = try Self.boundedCount(shape)
      graph[input].shape = shape.map { Dimension($0) }
    }
    for index in graph.nodes.indices {
      let node = nodes[index]
      try located(node.location) {
        let inputShapes = node.inputs.map { graph[$0].shape }
        if let count = node.operation.count {
          bindings[count.symbol] = try node.operation.largestCount(for: inputShapes).value
        }
        let operation = try node.operation.bound(bindings)
        graph.nodes[index].operation = operation
        for (output, shape) in zip(node.outputs, try operation.outputShapes(for: inputShapes)) {
          graph[output].shape = shape
        }
      }
      for output in node.outputs {
        let shape = graph[output].shape
        guard let extents = shape.fixed else {
          throw FerryError(
            .invalidModel, "the shape \(shape.text) is not settled by the inputs' shapes", at: node.location)
        }
        // What is empty for every input is meant so; what becomes empty is a sign of too small an input.
        guard try Self.boundedCount(extents) > 0 || self[output].shape.contains(0) else {
          throw FerryError(
            .shapeMismatch, "for inputs of this size the value \"\(graph[output].name)\" is empty: \(shape.text)",
            at: node.location, hint: "use a larger input")
        }
      }
    }
    return graph
  }

  /// The number of elements, far enough below the largest integer that what plans and kernels compute from it stays
  /// there too.
  private static func boundedCount(_ shape: [Int]) throws -> Int {
    let count = try Shape(shape).elementCount
    guard count <= 1 << 40 else {
      throw FerryError(
        .memoryBudget, "a value of shape \(shape.map { Dimension($0) }.text) is larger than any machine's memory",
        hint: "use a smaller batch or picture")
    }
    return count
  }

  private func symbolBindings(forInputShapes shapes: [[Int]]) throws -> [String: Int] {
    precondition(shapes.count == inputs.count)
    var bindings: [String: Int] = [:]
    for (input, shape) in zip(inputs, shapes) {
      let declared = self[input].shape
      func mismatch(_ reason: String) -> FerryError {
        FerryError(
          .shapeMismatch, "input \"\(self[input].name)\" has the shape \(shape.map { Dimension($0) }.text)\(reason)",
          supported: declared.text,
          hint: declared.fixed == nil ? nil : "convert with --input-shape to allow other sizes")
      }
      guard declared.count == shape.count else { throw mismatch("") }
      for (dimension, extent) in zip(declared, shape) {
        guard extent >= 1 || dimension == 0 else { throw mismatch(": every extent must be at least 1") }
        guard extent <= 1 << 31 else { throw mismatch("") }
        if let known = dimension.value {
          guard known == extent else { throw mismatch("") }
        } else if let name = dimension.symbolName {
          if let earlier = bindings.updateValue(extent, forKey: name), earlier != extent {
            throw mismatch(", but \(name) is \(earlier) elsewhere")
          }
        }
      }
    }
    return bindings
  }
}

extension Node {
  /// Where an error about this node is to be looked for in the source.
  public var location: FerryError.Location {
    FerryError.Location(node: sources.first?.name ?? name, operatorName: sources.first?.operatorName ?? operation.name)
  }
}

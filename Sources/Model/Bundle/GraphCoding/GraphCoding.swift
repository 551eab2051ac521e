import FerryTensor

/// The graph as a blob: what computes, without weights' elements and without the source's names. FORMAT.md specifies
/// it.
package enum GraphCoding {
  static let tag = Array("FGRA".utf8)
  /// The largest graph blob that is read: some hundred times that of a network of a thousand layers.
  static let byteLimit = 16 << 20

  /// - Throws: `unsupportedModel` for what the format cannot hold.
  package static func encode(_ graph: Graph) throws -> [UInt8] {
    var strings = StringTable()
    var expressions = ExpressionTable()
    var operations = OperationTable()
    var body = ByteWriter()
    body.count(strings.place(of: graph.name))
    body.count(graph.values.count)
    for value in graph.values {
      body.count(strings.place(of: value.name))
      guard value.shape.count <= ExpressionLimits.rank else {
        throw FerryError(
          .unsupportedModel, "value \"\(value.name)\" has \(value.shape.count) dimensions",
          supported: "up to \(ExpressionLimits.rank)")
      }
      body.count(value.shape.count)
      for dimension in value.shape { body.count(expressions.place(of: dimension)) }
    }
    func list(_ ids: some Collection<ValueID>) {
      body.count(ids.count)
      for id in ids { body.count(id.index) }
    }
    list(graph.inputs)
    list(graph.weights.keys.sorted { $0.index < $1.index })
    body.count(graph.nodes.count)
    for node in graph.nodes {
      body.count(strings.place(of: node.name))
      body.count(try operations.place(of: node.operation, strings: &strings, expressions: &expressions))
      list(node.inputs)
      list(node.outputs)
    }
    list(graph.outputs)
    let inputTypes = graph.inputs.map { graph[$0].elementType }
    if inputTypes.contains(where: { $0 != .float32 }) {
      body.count(inputTypes.count)
      for type in inputTypes { body.count(strings.place(of: type.rawValue)) }
    }

    var tables = ByteWriter()
    try expressions.write(to: &tables, strings: &strings)
    operations.write(to: &tables)
    var writer = ByteWriter()
    writer.append(tag)
    strings.write(to: &writer)
    writer.append(tables.bytes)
    writer.append(body.bytes)
    guard writer.bytes.count <= byteLimit else {
      throw FerryError(
        .unsupportedModel, "the graph takes \(writer.bytes.count) bytes", supported: "up to \(byteLimit)")
    }
    return writer.bytes
  }

  /// Reads a graph and validates it.
  ///
  /// - Parameters:
  ///   - origin: where the bytes begin in the file, for messages.
  ///   - tensors: the model's; each must be a weight of the graph, and the other way round.
  /// - Throws: `damagedBundle`; `unknownOperator` for one that this version does not have.
  package static func decode(_ bytes: UnsafeRawBufferPointer, at origin: Int, tensors: [StoredTensor]) throws -> Graph {
    var reader = ByteReader(bytes, at: origin, of: "the graph")
    guard bytes.count <= byteLimit else { throw reader.damaged("it has \(bytes.count) bytes, more than \(byteLimit)") }
    try reader.expect(tag)
    let strings = try reader.strings()
    let expressions = try reader.list(of: "expressions", size: 2) { try $0.expression(strings: strings) }
    let operations = try reader.list(of: "operations", size: 2) {
      try $0.operation(strings: strings, expressions: expressions)
    }
    var graph = Graph(name: try reader.text(from: strings))
    graph.values = try reader.list(of: "values", size: 2) { reader in
      Value(name: try reader.text(from: strings), shape: try reader.dimensions(from: expressions))
    }
    let valueCount = graph.values.count
    func ids() throws -> [ValueID] {
      try reader.list(of: "values") { ValueID(try $0.index(below: valueCount, of: "values")) }
    }
    graph.inputs = try ids()
    graph.weights = try weights(of: try ids(), in: graph, tensors: tensors, reader)
    graph.nodes = try reader.list(of: "nodes", size: 4) { reader in
      func ids() throws -> [ValueID] {
        try reader.list(of: "values") { ValueID(try $0.index(below: valueCount, of: "values")) }
      }
      let name = try reader.text(from: strings)
      let operation = operations[try reader.index(below: operations.count, of: "operations")]
      return Node(name: name, operation: operation, inputs: try ids(), outputs: try ids())
    }
    graph.outputs = try ids()
    if reader.remaining > 0 {
      let names = try reader.list(of: "input types") { try $0.text(from: strings) }
      guard names.count == graph.inputs.count else {
        throw reader.damaged("it has \(names.count) types for \(graph.inputs.count) inputs")
      }
      for (input, name) in zip(graph.inputs, names) {
        guard let type = ElementType(rawValue: name), type == .float32 || !type.isFloatingPoint else {
          throw reader.damaged("an input holds \"\(name.printable)\"")
        }
        graph[input].elementType = type
      }
    }
    try reader.finish()
    for input in graph.inputs {
      guard graph[input].shape.allSatisfy({ ($0.value ?? 0) >= 0 }) else {
        throw reader.damaged("input \"\(graph[input].name)\" has the shape \(graph[input].shape.text)")
      }
    }
    do {
      try graph.inferTypes()
      try graph.validate()
    } catch let error as FerryError {
      throw FerryError(
        .damagedBundle, "the graph contradicts itself: \(error.message)", at: error.location.at(byte: origin))
    }
    return graph
  }

  private static func weights(
    of ids: [ValueID], in graph: Graph, tensors: [StoredTensor], _ reader: ByteReader
  ) throws -> [ValueID: Weight] {
    guard ids.count == tensors.count else {
      throw reader.damaged("it has \(ids.count) weights, the manifest \(tensors.count) tensors")
    }
    // Both are in the graph's order, so that each finds its tensor without looking for it.
    var weights: [ValueID: Weight] = [:]
    weights.reserveCapacity(ids.count)
    var last = -1
    for (id, tensor) in zip(ids, tensors) {
      guard graph[id].name == tensor.name else {
        throw reader.damaged("the weight \"\(graph[id].name)\" stands where the manifest has \"\(tensor.name)\"")
      }
      guard id.index > last else { throw reader.damaged("the weight \"\(tensor.name)\" is out of order") }
      last = id.index
      weights[id] = Weight(stored: tensor, sources: [])
    }
    return weights
  }
}

extension FerryError.Location {
  /// The same place, at a byte of the file.
  func at(byte offset: Int) -> FerryError.Location {
    var location = self
    location.byteOffset = offset
    return location
  }
}

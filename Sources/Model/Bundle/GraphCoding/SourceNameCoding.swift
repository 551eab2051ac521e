import FerryTensor

/// What a graph stands for in its source, as a blob of its own: names of values, nodes and tensors, and what passes
/// removed.
package enum SourceNameCoding {
  static let tag = Array("FSRC".utf8)

  /// - Throws: `unsupportedModel` for names that readers would refuse.
  package static func encode(_ graph: Graph) throws -> [UInt8] {
    var strings = StringTable()
    var body = ByteWriter()
    func list(_ names: [String]) {
      body.count(names.count)
      for name in names { body.count(strings.place(of: name)) }
    }
    body.count(graph.values.count)
    for value in graph.values { list(value.sourceNames) }
    body.count(graph.nodes.count)
    for node in graph.nodes {
      body.count(node.sources.count)
      for source in node.sources {
        body.count(strings.place(of: source.name))
        body.count(strings.place(of: source.operatorName))
      }
    }
    let weights = graph.weights.sorted { $0.key.index < $1.key.index }
    body.count(weights.count)
    for (_, weight) in weights { list(weight.sources) }
    body.count(graph.removed.count)
    for removed in graph.removed {
      body.count(strings.place(of: removed.name))
      body.count(strings.place(of: removed.pass))
    }
    var writer = ByteWriter()
    writer.append(tag)
    strings.write(to: &writer)
    writer.append(body.bytes)
    guard writer.bytes.count <= GraphCoding.byteLimit else {
      throw FerryError(
        .unsupportedModel, "the source's names take \(writer.bytes.count) bytes",
        supported: "up to \(GraphCoding.byteLimit)")
    }
    return writer.bytes
  }

  /// Completes a graph by its source names.
  ///
  /// - Throws: `damagedBundle`.
  package static func decode(_ bytes: UnsafeRawBufferPointer, at origin: Int, into graph: inout Graph) throws {
    var reader = ByteReader(bytes, at: origin, of: "the source names")
    guard bytes.count <= GraphCoding.byteLimit else {
      throw reader.damaged("they have \(bytes.count) bytes, more than \(GraphCoding.byteLimit)")
    }
    try reader.expect(tag)
    let strings = try reader.strings()
    func checked(_ count: Int, _ expected: Int, _ what: String) throws {
      guard count == expected else {
        throw reader.damaged("they are stated for \(count) \(what), of which the graph has \(expected)")
      }
    }
    try checked(reader.count(of: "values"), graph.values.count, "values")
    for index in graph.values.indices {
      graph.values[index].sourceNames = try reader.list(of: "names") { try $0.text(from: strings) }
    }
    try checked(reader.count(of: "nodes"), graph.nodes.count, "nodes")
    for index in graph.nodes.indices {
      graph.nodes[index].sources = try reader.list(of: "nodes", size: 2) {
        SourceNode(name: try $0.text(from: strings), operatorName: try $0.text(from: strings))
      }
    }
    try checked(reader.count(of: "weights"), graph.weights.count, "weights")
    for id in graph.weights.keys.sorted(by: { $0.index < $1.index }) {
      graph.weights[id]?.sources = try reader.list(of: "names") { try $0.text(from: strings) }
    }
    graph.removed = try reader.list(of: "removed values", size: 2) {
      RemovedValue(name: try $0.text(from: strings), pass: try $0.text(from: strings))
    }
    try reader.finish()
  }
}

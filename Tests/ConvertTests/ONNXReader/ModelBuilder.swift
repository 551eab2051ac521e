/// Builds the messages of ONNX models. Field numbers stand here a second time, independent of the reader's schema.
enum Build {
  static func tensor(
    _ name: String, _ dims: [Int], type: Int = 1, raw: [UInt8]? = nil, _ more: (inout ProtoWriter) -> Void = { _ in }
  ) -> ProtoWriter {
    var tensor = ProtoWriter()
    for dim in dims { tensor.int(1, dim) }
    tensor.int(2, type)
    tensor.string(8, name)
    if let raw { tensor.bytes(9, raw) }
    more(&tensor)
    return tensor
  }

  static func external(_ name: String, _ dims: [Int], _ entries: KeyValuePairs<String, String>) -> ProtoWriter {
    tensor(name, dims) { tensor in
      for (key, value) in entries {
        var entry = ProtoWriter()
        entry.string(1, key)
        entry.string(2, value)
        tensor.message(13, entry)
      }
      tensor.int(14, 1)
    }
  }

  static func attribute(_ name: String, type: Int? = nil, _ value: (inout ProtoWriter) -> Void) -> ProtoWriter {
    var attribute = ProtoWriter()
    attribute.string(1, name)
    value(&attribute)
    if let type { attribute.int(20, type) }
    return attribute
  }

  static func node(
    _ operatorType: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String? = nil,
    _ attributes: [ProtoWriter] = []
  ) -> ProtoWriter {
    var node = ProtoWriter()
    for input in inputs { node.string(1, input) }
    for output in outputs { node.string(2, output) }
    if !name.isEmpty { node.string(3, name) }
    node.string(4, operatorType)
    for attribute in attributes { node.message(5, attribute) }
    if let domain { node.string(7, domain) }
    return node
  }

  enum Dim {
    case value(Int), param(String), none
  }

  static func value(_ name: String, _ dims: [Dim]? = nil, type: Int = 1) -> ProtoWriter {
    var tensor = ProtoWriter()
    tensor.int(1, type)
    if let dims {
      var shape = ProtoWriter()
      for dim in dims {
        var dimension = ProtoWriter()
        switch dim {
        case .value(let size): dimension.int(1, size)
        case .param(let symbol): dimension.string(2, symbol)
        case .none: break
        }
        shape.message(1, dimension)
      }
      tensor.message(2, shape)
    }
    var wrapped = ProtoWriter()
    wrapped.message(1, tensor)
    var value = ProtoWriter()
    value.string(1, name)
    value.message(2, wrapped)
    return value
  }

  static func graph(
    nodes: [ProtoWriter] = [node("Relu", ["x"], ["y"], name: "relu")], initializers: [ProtoWriter] = [],
    inputs: [ProtoWriter] = [value("x", [.param("batch"), .value(3)])], outputs: [ProtoWriter] = [value("y")],
    _ more: (inout ProtoWriter) -> Void = { _ in }
  ) -> ProtoWriter {
    var graph = ProtoWriter()
    for node in nodes { graph.message(1, node) }
    graph.string(2, "main")
    for initializer in initializers { graph.message(5, initializer) }
    for input in inputs { graph.message(11, input) }
    for output in outputs { graph.message(12, output) }
    more(&graph)
    return graph
  }

  static func opset(_ version: Int, domain: String? = nil) -> ProtoWriter {
    var opset = ProtoWriter()
    if let domain { opset.string(1, domain) }
    opset.int(2, version)
    return opset
  }

  static func model(
    _ graph: ProtoWriter? = Build.graph(), opsets: [ProtoWriter] = [opset(17)],
    _ more: (inout ProtoWriter) -> Void = { _ in }
  ) -> [UInt8] {
    var model = ProtoWriter()
    model.int(1, 8)
    model.string(2, "pytorch")
    model.string(3, "2.13")
    if let graph { model.message(7, graph) }
    for opset in opsets { model.message(8, opset) }
    more(&model)
    return model.bytes
  }

  /// A model with one initializer that its one node adds to the input.
  static func model(initializer: ProtoWriter) -> [UInt8] {
    model(graph(nodes: [node("Add", ["x", "w"], ["y"], name: "add")], initializers: [initializer]))
  }
}

import FerryModel
import FerryTensor

/// A graph in words.
enum GraphText {
  static func ports(_ graph: Graph, indentation: String = "") -> String {
    let rows =
      graph.inputs.map { ["input", graph[$0].name, graph[$0].shape.text] }
      + graph.outputs.map { ["output", graph[$0].name, graph[$0].shape.text] }
    return Format.table(rows, indentation: indentation)
  }

  static func operators(_ counts: [(name: String, count: Int)]) -> String {
    counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
  }

  static func layers(_ graph: Graph) -> String {
    Format.table(
      graph.nodes.map { node in
        [
          node.name, node.operation.name, node.outputs.map { graph[$0].shape.text }.joined(separator: ", "),
          attributes(node.operation),
        ]
      })
  }

  /// Each weight with what of the source went into it.
  static func tensors(_ graph: Graph, _ stored: StoredModel?) -> String {
    let layouts = Dictionary(
      stored?.tensors.map { ($0.name, $0.layout.rawValue) } ?? [], uniquingKeysWith: { a, _ in a })
    return Format.table(
      sortedWeights(graph).map { name, weight in
        [
          name, weight.shape.description, layouts[name] ?? "float32",
          weight.passes.isEmpty ? "equals the source's" : "changed by \(weight.passes.joined(separator: ", "))",
          weight.sources.isEmpty ? "" : "of \(weight.sources.joined(separator: ", "))",
        ]
      })
  }

  /// - Parameter source: the file that the weights come from; nil where the caller says it elsewhere.
  static func json(_ graph: Graph, layers: Bool, tensors: Bool, source: TensorSource? = nil) -> JSONValue {
    var object = JSONObject()
    func ports(_ ids: [ValueID]) -> JSONValue {
      .array(ids.map { ["name": .string(graph[$0].name), "shape": shape(graph[$0].shape)] })
    }
    object.set("inputs", ports(graph.inputs))
    object.set("outputs", ports(graph.outputs))
    if layers {
      object.set(
        "layers",
        .array(
          graph.nodes.map { node in
            [
              "name": .string(node.name), "operator": .string(node.operation.name),
              "inputs": .array(node.inputs.map { .string(graph[$0].name) }),
              "outputs": ports(node.outputs),
              "attributes": .string(attributes(node.operation)),
              "sources": .array(node.sources.map { .string($0.name) }),
            ]
          }))
    }
    if tensors {
      object.set(
        "tensors",
        .array(
          sortedWeights(graph).map { name, weight -> JSONValue in
            var object = JSONObject()
            object.set("name", .string(name))
            object.set("shape", .array(weight.shape.dimensions.map { .number(Double($0)) }))
            object.set("equalsSource", .bool(weight.passes.isEmpty))
            object.set("passes", .array(weight.passes.map { .string($0) }))
            object.set("sources", .array(weight.sources.map { .string($0) }))
            if let stored = weight.stored {
              object.set("layout", .string(stored.layout.rawValue))
              object.set("sha256", .string(stored.digest))
            }
            if let source { object.set("sourceFiles", source.json(of: weight)) }
            return .object(object)
          }))
    }
    return .object(object)
  }

  private static func shape(_ dimensions: [Dimension]) -> JSONValue {
    .array(
      dimensions.map { dimension in dimension.value.map { .number(Double($0)) } ?? .string(dimension.description) })
  }

  private static func sortedWeights(_ graph: Graph) -> [(String, Weight)] {
    graph.weights.sorted { $0.key.index < $1.key.index }.map { (graph[$0.key].name, $0.value) }
  }

  /// Attributes that say something: activations by name, nothing about what is absent.
  private static func attributes(_ operation: any Operator) -> String {
    let all = operation.attributes
    let activation = all.first { $0.name == "activation" }?.value.description
    return all.filter { attribute in
      if attribute.name == "activation" { return activation != "identity" }
      if attribute.name.hasPrefix("activation") { return activation == "clip" }
      if attribute.name == "dilations" { return attribute.value != .integers([1, 1]) }
      if attribute.name == "groups" { return attribute.value != .integer(1) }
      return true
    }.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
  }
}

import FerryModel
import FerryTensor

/// What differs between two models.
public struct ModelDifference: Sendable {
  public let name: String
  /// What the second bundle calls it, where that is something else.
  public let otherName: String?
  public let graph: GraphDifference
  /// Inputs and outputs: names, shapes, element types, layouts.
  public let ports: [JSONDifference]
  public let weights: [WeightDifference]
  /// How many weights both have.
  public let commonWeightCount: Int
  public let labels: [JSONDifference]
  /// Golden cases: the digests of their documents and arrays.
  public let goldens: [JSONDifference]
  /// Where the models come from. Long lists, the accounts of nodes and weights, are compared as a whole.
  public let provenance: [JSONDifference]

  public var isSame: Bool {
    otherName == nil && graph.isSame && ports.isEmpty && weights.isEmpty && labels.isEmpty && goldens.isEmpty
      && provenance.isEmpty
  }

  /// - Throws: `damagedBundle` for what cannot be read.
  init(_ first: StoredModel, _ second: StoredModel) throws {
    name = first.name
    otherName = first.name == second.name ? nil : second.name
    let graphs = (try first.graph(sourceNames: false), try second.graph(sourceNames: false))
    graph = GraphDifference(graphs.0, graphs.1)
    ports = JSONDifference.between(Self.ports(first), Self.ports(second))
    let pairs = WeightPairs(first, graphs.0, second, graphs.1, graph)
    commonWeightCount = pairs.pairs.count
    var weights: [WeightDifference] = []
    for (a, b) in pairs.pairs {
      let difference = try WeightDifference(a, b) {
        (try first.tensor(named: a.name), try second.tensor(named: b.name))
      }
      if let difference { weights.append(difference) }
    }
    weights += pairs.onlyFirst.map { WeightDifference($0, kind: .removed) }
    self.weights = weights + pairs.onlySecond.map { WeightDifference($0, kind: .added) }
    labels = JSONDifference.between(try Self.labels(first), try Self.labels(second))
    goldens = JSONDifference.between(try Self.goldens(first), try Self.goldens(second))
    provenance = JSONDifference.between(
      try Self.shortened(first.provenance()), try Self.shortened(second.provenance()))
  }

  private static func ports(_ model: StoredModel) -> JSONValue {
    func list(_ ports: [ModelPort]) -> JSONValue {
      .array(
        ports.map { port in
          [
            "name": .string(port.name), "elementType": .string(port.elementType.rawValue),
            "layout": .string(port.layout.rawValue),
            "shape": .array(
              port.extents.map { extent in
                switch extent {
                case .fixed(let value): .number(Double(value))
                case .symbolic(let text): .string(text)
                }
              }),
          ]
        })
    }
    return ["inputs": list(model.inputs), "outputs": list(model.outputs)]
  }

  private static func labels(_ model: StoredModel) throws -> JSONValue? {
    try model.labels().map { .array($0.map { .string($0) }) }
  }

  private static func goldens(_ model: StoredModel) throws -> JSONValue {
    var cases = JSONObject()
    for golden in model.goldens {
      var files = JSONObject()
      for name in golden.fileNames {
        let file = try golden.file(named: name)
        files.set(name, .string(withExtendedLifetime(file) { sha256Hexadecimal(file.bytes) }))
      }
      let document = ContentDigest(of: try golden.document().canonical()).hexadecimal
      cases.set(golden.name, ["document": .string(document), "files": .object(files)])
    }
    return .object(cases)
  }

  /// Provenance without what is compared elsewhere, its long lists by their digests.
  private static func shortened(_ provenance: JSONValue) throws -> JSONValue {
    guard case .object(let object) = provenance else { return provenance }
    var result = JSONObject()
    for member in object.members where member.key != "graph" {
      let isList = ["nodes", "weights", "removedValues"].contains(member.key)
      result.set(
        member.key,
        isList ? .string("SHA-256 \(ContentDigest(of: try member.value.canonical()).hexadecimal)") : member.value)
    }
    return .object(result)
  }
}

/// Which weights of two models stand for each other.
private struct WeightPairs {
  private(set) var pairs: [(StoredTensor, StoredTensor)] = []
  private(set) var onlyFirst: [StoredTensor] = []
  private(set) var onlySecond: [StoredTensor] = []

  init(
    _ first: StoredModel, _ firstGraph: Graph, _ second: StoredModel, _ secondGraph: Graph,
    _ difference: GraphDifference
  ) {
    var partners: [String: String] = [:]
    if difference.isByPlace {
      // What nodes in the same place read in the same place.
      for (a, b) in difference.pairs where firstGraph.nodes[a].operation.name == secondGraph.nodes[b].operation.name {
        for (x, y) in zip(firstGraph.nodes[a].inputs, secondGraph.nodes[b].inputs)
        where firstGraph.weights[x] != nil && secondGraph.weights[y] != nil {
          partners[firstGraph[x].name] = secondGraph[y].name
        }
      }
    }
    let others = Dictionary(second.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var taken = Set<String>()
    for tensor in first.tensors {
      guard let other = others[partners[tensor.name] ?? tensor.name], taken.insert(other.name).inserted else {
        onlyFirst.append(tensor)
        continue
      }
      pairs.append((tensor, other))
    }
    onlySecond = second.tensors.filter { !taken.contains($0.name) }
  }
}

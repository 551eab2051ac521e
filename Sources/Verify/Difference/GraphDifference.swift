import FerryModel
import FerryTensor

/// What differs between two graphs.
public struct GraphDifference: Sendable {
  /// A node that only one graph has, or that is not the same in both.
  public struct Node: Sendable, Equatable {
    /// As the first graph calls it, or the second where only that has it.
    public let name: String
    public let operatorName: String
    public let kind: Kind
    /// What is not the same: "strides [1, 1] → [2, 2]".
    public let details: [String]
  }

  public enum Kind: String, Sendable {
    case removed, added, changed
  }

  /// `Graph.structureDigest` of both.
  public let structureDigests: (first: String, second: String)
  /// In the first's order, then what only the second has.
  public let nodes: [Node]
  /// Whether nodes were compared by their place, since the graphs call them by other names.
  public let isByPlace: Bool
  /// How many nodes have another name in the same place; 0 unless compared by place.
  public let renamedCount: Int
  /// Pairs of nodes that stand for each other, by index.
  let pairs: [(first: Int, second: Int)]

  public var isSame: Bool { structureDigests.first == structureDigests.second && nodes.isEmpty && renamedCount == 0 }

  public init(_ first: Graph, _ second: Graph) {
    structureDigests = (first.structureDigest(), second.structureDigest())
    let places = Dictionary(uniqueKeysWithValues: second.nodes.enumerated().map { ($1.name, $0) })
    let common = first.nodes.count { places[$0.name] != nil }
    // Another exporter calls everything by other names: then the order of the nodes has to do.
    let isByPlace = common * 2 < min(first.nodes.count, second.nodes.count)
    self.isByPlace = isByPlace
    let pairs: [(first: Int, second: Int)]
    if isByPlace {
      pairs = (0..<min(first.nodes.count, second.nodes.count)).map { ($0, $0) }
    } else {
      pairs = first.nodes.indices.compactMap { index in places[first.nodes[index].name].map { (index, $0) } }
    }
    self.pairs = pairs
    renamedCount = isByPlace ? pairs.count { first.nodes[$0.first].name != second.nodes[$0.second].name } : 0
    let partners = Dictionary(uniqueKeysWithValues: pairs.map { ($0.first, $0.second) })
    let taken = Set(pairs.map(\.second))
    var nodes: [Node] = []
    for (index, node) in first.nodes.enumerated() {
      guard let partner = partners[index] else {
        nodes.append(Node(name: node.name, operatorName: node.operation.name, kind: .removed, details: []))
        continue
      }
      let details = Self.details(node, first, second.nodes[partner], second, comparesNames: !isByPlace)
      if !details.isEmpty {
        nodes.append(Node(name: node.name, operatorName: node.operation.name, kind: .changed, details: details))
      }
    }
    for (index, node) in second.nodes.enumerated() where !taken.contains(index) {
      nodes.append(Node(name: node.name, operatorName: node.operation.name, kind: .added, details: []))
    }
    self.nodes = nodes
  }

  private static func details(
    _ node: FerryModel.Node, _ graph: Graph, _ other: FerryModel.Node, _ otherGraph: Graph, comparesNames: Bool
  ) -> [String] {
    guard node.operation.name == other.operation.name else {
      return ["operator \(node.operation.name) → \(other.operation.name)"]
    }
    var details: [String] = []
    func compare(_ what: String, _ first: String, _ second: String) {
      if first != second { details.append("\(what) \(first) → \(second)") }
    }
    let attributes = node.operation.attributes
    let others = Dictionary(
      other.operation.attributes.map { ($0.name, $0.value.description) }, uniquingKeysWith: { first, _ in first })
    for attribute in attributes {
      compare(attribute.name, attribute.value.description, others[attribute.name] ?? "nothing")
    }
    for attribute in other.operation.attributes where !attributes.contains(where: { $0.name == attribute.name }) {
      compare(attribute.name, "nothing", attribute.value.description)
    }
    func names(_ ids: [ValueID], _ graph: Graph) -> String { ids.map { graph[$0].name }.joined(separator: ", ") }
    func shapes(_ ids: [ValueID], _ graph: Graph) -> String { ids.map { graph[$0].shape.text }.joined(separator: ", ") }
    compare("shape", shapes(node.outputs, graph), shapes(other.outputs, otherGraph))
    if comparesNames {
      compare("inputs", names(node.inputs, graph), names(other.inputs, otherGraph))
      compare("outputs", names(node.outputs, graph), names(other.outputs, otherGraph))
    } else if node.inputs.count != other.inputs.count {
      details.append("\(node.inputs.count) inputs → \(other.inputs.count)")
    }
    return details
  }
}

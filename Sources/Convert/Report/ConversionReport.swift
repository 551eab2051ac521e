import FerryModel
import FerryTensor

/// The account of a conversion: every node and weight of the source, what became of it, and why.
public struct ConversionReport: Sendable {
  public let source: SourceDescription
  /// What became of each node of the source, in the source's order.
  public let nodes: [NodeFate]
  public let nodeCount: Int
  /// The number of nodes by operator, most first.
  public let operators: [(name: String, count: Int)]
  public let passes: [(name: String, count: Int)]
  public let weights: [WeightFate]
  /// Values of the source that no value of the graph equals any more.
  public let removedValues: [RemovedValue]
  /// What the source cannot prove, and what only the user could settle.
  public let assumptions: [SettledAssumption]
  /// What a reader has to know besides, in sentences: which weights were matched by order and shape, and the like.
  public let notes: [String]
  public let weightCount: Int
  public let weightBytes: Int
  public let structureDigest: String
  public let weightsDigest: String

  init(
    source: SourceDescription, imported: ImportedModel, graph: Graph, passes: [(name: String, count: Int)],
    assumptions: [SettledAssumption]
  ) {
    self.source = source
    nodes = NodeFates.account(imported, graph: graph)
    weights = WeightFates.account(imported, graph: graph)
    notes = imported.notes
    nodeCount = graph.nodes.count
    operators = graph.operatorCounts
    self.passes = passes
    removedValues = graph.removed
    self.assumptions = assumptions
    weightCount = graph.weights.count
    weightBytes = graph.weights.values.reduce(0) { $0 + $1.tensor.byteCount }
    structureDigest = graph.structureDigest()
    weightsDigest = graph.weightsDigest()
  }

  public var sourceNodeCount: Int { nodes.count }

  /// How many of the source's nodes met each fate, in a fixed order.
  public var nodeFateCounts: [(fate: NodeFate.Fate, count: Int)] {
    let counts = Dictionary(grouping: nodes, by: \.fate).mapValues(\.count)
    return NodeFate.Fate.allCases.compactMap { fate in counts[fate].map { (fate, $0) } }
  }

  /// How many of the source's weights met each fate, in a fixed order.
  public var fateCounts: [(fate: WeightFate.Fate, count: Int)] {
    WeightFate.Fate.allCases.compactMap { fate in
      let count = weights.count { $0.fate == fate }
      return count > 0 ? (fate, count) : nil
    }
  }

  /// What the bundle keeps: all of it, unless that is more than a reader of bundles takes. Then the lists are left out,
  /// and `leftOut` names them.
  public var provenance: JSONValue {
    let whole = json
    let size = (try? whole.canonical().count) ?? .max
    guard size > JSONLimits().byteCount, case .object(var object) = whole else { return whole }
    let lists = ["nodes", "weights", "removedValues"]
    for name in lists { object.set(name, .array([])) }
    object.set("leftOut", .array(lists.map { .string($0) }))
    return .object(object)
  }

  /// As `--json` prints it.
  public var json: JSONValue {
    func number(_ value: Int) -> JSONValue { .number(Double(value)) }
    return [
      "source": [
        "file": .string(source.fileName), "format": .string(source.format), "bytes": number(source.byteCount),
        "sha256": .string(source.sha256), "producer": .string(source.producer),
        "opset": source.opset.map(number) ?? .null,
        "externalFiles": .array(
          source.externalFiles.map { ["name": .string($0.name), "sha256": .string($0.sha256)] }),
        "nodes": number(sourceNodeCount),
        "valueLayout": .string(source.isChannelsLast ? "channelsLast" : "channelsFirst"),
      ],
      "graph": [
        "nodes": number(nodeCount), "weights": number(weightCount), "weightBytes": number(weightBytes),
        "operators": .array(operators.map { ["name": .string($0.name), "count": number($0.count)] }),
        "structureDigest": .string(structureDigest), "weightsDigest": .string(weightsDigest),
      ],
      "passes": .array(passes.map { ["name": .string($0.name), "count": number($0.count)] }),
      "assumptions": .array(
        assumptions.map {
          [
            "key": .string($0.key), "value": .string($0.value), "reason": .string($0.reason),
            "given": .bool($0.isGiven),
          ]
        }),
      "notes": .array(notes.map { .string($0) }),
      "nodes": .array(
        nodes.map { node in
          [
            "name": .string(node.name), "operator": .string(node.operatorName), "fate": .string(node.fate.rawValue),
            "targets": .array(node.targets.map { .string($0) }), "pass": node.pass.map { .string($0) } ?? .null,
          ]
        }),
      "weights": .array(
        weights.map { weight -> JSONValue in
          var object = JSONObject()
          object.set("name", .string(weight.name))
          object.set("fate", .string(weight.fate.rawValue))
          object.set("targets", .array(weight.targets.map { .string($0) }))
          object.set("passes", .array(weight.passes.map { .string($0) }))
          object.set("bytes", number(weight.byteCount))
          object.set("rule", weight.rule.map { .string($0) } ?? .null)
          object.set("shape", weight.shape.map { .array($0.dimensions.map(number)) } ?? .null)
          object.set("axisOrder", weight.axisOrder?.json ?? .null)
          return .object(object)
        }),
      "removedValues": .array(removedValues.map { ["name": .string($0.name), "pass": .string($0.pass)] }),
    ]
  }
}

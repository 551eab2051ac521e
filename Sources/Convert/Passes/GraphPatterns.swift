import FerryModel
import FerryTensor

/// Who produces and who reads each value, as passes ask it.
struct GraphPatterns {
  private var producers: [ValueID: Int] = [:]
  private let uses: [Int]

  init(_ graph: Graph) {
    for (index, node) in graph.nodes.enumerated() { for output in node.outputs { producers[output] = index } }
    uses = graph.useCounts()
  }

  /// The index of the node that computes the value.
  func producer(of value: ValueID) -> Int? { producers[value] }

  /// Whether one node reads the value and no output of the graph is it.
  func isReadOnce(_ value: ValueID) -> Bool { uses[value.index] == 1 }
}

extension Graph {
  /// Merges node `second`, which reads the only result of node `first` and nothing else that is computed, into `first`:
  /// the result of `first` disappears by the named pass and `first` computes the result of `second`.
  ///
  /// The caller removes `second`.
  mutating func absorb(_ second: Int, into first: Int, pass: String) {
    removed += self[nodes[first].outputs[0]].sourceNames.map { RemovedValue(name: $0, pass: pass) }
    nodes[first].outputs = nodes[second].outputs
    nodes[first].sources += nodes[second].sources
  }

  /// Makes all that reads `value` read `other` instead, which equals it.
  mutating func replace(_ value: ValueID, by other: ValueID) {
    for index in nodes.indices { nodes[index].inputs = nodes[index].inputs.map { $0 == value ? other : $0 } }
    self[other].sourceNames += self[value].sourceNames
  }

  mutating func removeNodes(_ indexes: Set<Int>) {
    nodes = nodes.enumerated().filter { !indexes.contains($0.offset) }.map(\.element)
  }

  /// A weight's numbers in double precision.
  func doubles(_ id: ValueID) -> [Double]? { weights[id]?.tensor.doubles() }

  /// Adds a weight that a pass computed from others, in double precision.
  mutating func addComputed(
    _ elements: [Double], shape: [Int], name: String, from sources: [ValueID], pass: String
  ) throws -> ValueID {
    var unique = name
    let taken = Set(values.map(\.name))
    while taken.contains(unique) { unique += "~" }
    let origins = sources.compactMap { weights[$0] }
    var passes: [String] = []
    for pass in origins.flatMap(\.passes) + [pass] where !passes.contains(pass) { passes.append(pass) }
    let id = add(
      Weight(tensor: try Tensor(elements, shape: shape), sources: origins.flatMap(\.sources), passes: passes),
      named: unique)
    self[id].sourceNames = []
    return id
  }
}

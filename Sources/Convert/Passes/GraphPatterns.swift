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

  /// Takes note that `first` now computes what `second` computed, and that `second` is to be removed.
  mutating func absorb(_ second: Node, into first: Int) {
    for output in second.outputs { producers[output] = first }
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
    nodes[first].outputs = nodes[second].outputs
    nodes[first].sources += nodes[second].sources.map { $0.folded(by: pass) }
  }

  /// Merges the sources of a node that is to be removed into those of the node that reads its result.
  mutating func absorbBackwards(_ first: Int, into second: Int, pass: String) {
    nodes[second].sources = nodes[first].sources.map { $0.folded(by: pass) } + nodes[second].sources
  }

  /// Drops every node that `changesNothing` recognises: its only result equals its first input, and what reads the one
  /// reads the other instead. Nodes that compute an output of the graph stay.
  ///
  /// - Returns: how many nodes went.
  mutating func dropNodes(pass: String, where changesNothing: (Node) -> Bool) -> Int {
    let kept = Set(outputs)
    var removed = Set<Int>()
    var equals: [ValueID: ValueID] = [:]
    for (index, node) in nodes.enumerated() where !kept.contains(node.outputs[0]) && changesNothing(node) {
      let target = equals[node.inputs[0]] ?? node.inputs[0]
      equals[node.outputs[0]] = target
      self[target].sourceNames += self[node.outputs[0]].sourceNames
      droppedNodes += node.sources.map { $0.folded(by: pass) }
      removed.insert(index)
    }
    guard !removed.isEmpty else { return 0 }
    for index in nodes.indices { nodes[index].inputs = nodes[index].inputs.map { equals[$0] ?? $0 } }
    removeNodes(removed)
    compact()
    return removed.count
  }

  mutating func removeNodes(_ indexes: Set<Int>) {
    nodes = nodes.enumerated().filter { !indexes.contains($0.offset) }.map(\.element)
  }

  /// A weight's numbers in double precision.
  func doubles(_ id: ValueID) -> [Double]? { weights[id]?.doubles }

  /// Adds a weight that a pass computes from others, in double precision.
  ///
  /// - Parameter elements: called whenever the numbers are asked for. It should keep what is small and compute what is
  ///   large.
  mutating func addComputed(
    shape: [Int], name: String, from sources: [ValueID], pass: String, names: inout UniqueNames,
    elements: @escaping @Sendable () -> [Double]
  ) throws -> ValueID {
    let origins = sources.compactMap { weights[$0] }
    var passes: [String] = []
    for pass in origins.flatMap(\.passes) + [pass] where !passes.contains(pass) { passes.append(pass) }
    var weight = Weight(shape: try Shape(shape), origins: origins, passes: passes, elements: elements)
    // What is computed from what is computed is kept, so that no chain of computations grows with the file.
    if origins.contains(where: \.isComputed) { weight.tensor = weight.tensor }
    let id = add(weight, named: names.unique(name))
    self[id].sourceNames = []
    return id
  }
}

/// Names for new values that no value of a graph has.
struct UniqueNames {
  private var taken: Set<String>

  init(_ graph: Graph) { taken = Set(graph.values.map(\.name)) }

  mutating func unique(_ wanted: String) -> String {
    var name = wanted
    while !taken.insert(name).inserted { name += "~" }
    return name
  }
}

extension Double {
  /// Whether a weight that has this factor stays far from the end of single precision. Beyond it, what is computed in
  /// two steps may be finite where one step is not.
  var staysInRange: Bool { isFinite && magnitude <= 0x1p60 }
}

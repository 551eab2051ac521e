import FerryModel

/// What a drawing shows as one box: a node, a few that belong together, or many that there is no room for.
struct DrawingUnit {
  /// Consecutive nodes of the graph.
  let nodes: Range<Int>
  let title: String
  let detail: String
  let family: OperatorFamily
  /// What the box says when it is pointed at.
  let tip: String
}

/// A graph cut into units, and who reads whom. Units stand in topological order, as the nodes do.
struct DrawingUnits {
  private(set) var units: [DrawingUnit] = []
  /// The unit of each node.
  private(set) var unitOfNode: [Int]
  /// For each unit, the units whose results it reads, ascending, each once.
  private(set) var producers: [[Int]] = []
  /// For each unit, the inputs of the graph that it reads.
  private(set) var inputs: [[Int]] = []

  /// - Parameters:
  ///   - limit: the most units. Beyond it, consecutive nodes are put together.
  ///   - alone: nodes whose units stay by themselves even then; each makes up to two units more.
  init(_ graph: Graph, limit: Int, alone: Set<Int> = []) {
    unitOfNode = [Int](repeating: 0, count: graph.nodes.count)
    var producer: [ValueID: Int] = [:]
    for (index, node) in graph.nodes.enumerated() { for output in node.outputs { producer[output] = index } }
    let uses = graph.useCounts()
    var index = 0
    while index < graph.nodes.count {
      let end = Self.squeezeExcite(graph, at: index, producer, uses) ? index + 4 : index + 1
      append(index..<end, graph)
      index = end
    }
    if units.count > limit { summarise(graph, limit, alone) }
    for (number, unit) in units.enumerated() { for node in unit.nodes { unitOfNode[node] = number } }
    let places = Dictionary(graph.inputs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for (number, unit) in units.enumerated() {
      var read = Set<Int>()
      var ports = Set<Int>()
      for node in unit.nodes {
        for input in graph.nodes[node].inputs {
          if let source = producer[input], unitOfNode[source] != number { read.insert(unitOfNode[source]) }
          if let place = places[input] { ports.insert(place) }
        }
      }
      producers.append(read.sorted())
      inputs.append(ports.sorted())
    }
  }

  private mutating func append(_ range: Range<Int>, _ graph: Graph) {
    let labels = range.map { NodeLabel(graph.nodes[$0], graph) }
    let tip = range.map { index in
      let node = graph.nodes[index]
      return "\(node.name): \(node.outputs.map { graph[$0].shape.text }.joined(separator: ", "))"
    }.joined(separator: "\n")
    if range.count == 4 {
      units.append(
        DrawingUnit(
          nodes: range, title: "Squeeze-excite", detail: "\(labels[1].detail) → \(labels[3].detail)",
          family: .attention, tip: tip))
    } else {
      units.append(
        DrawingUnit(nodes: range, title: labels[0].title, detail: labels[0].detail, family: labels[0].family, tip: tip))
    }
  }

  /// Whether a global mean, two 1×1 convolutions and a multiplication by their result begin here.
  private static func squeezeExcite(
    _ graph: Graph, at index: Int, _ producer: [ValueID: Int], _ uses: [Int]
  ) -> Bool {
    guard index + 3 < graph.nodes.count else { return false }
    let nodes = graph.nodes[index..<index + 4].map { $0 }
    guard nodes[0].operation is GlobalPool, (nodes[1].operation as? Conv)?.window.kernel == [1, 1],
      (nodes[2].operation as? Conv)?.window.kernel == [1, 1], (nodes[3].operation as? Binary)?.kind == .multiply
    else { return false }
    let chained = (1...3).allSatisfy { step in
      let before = nodes[step - 1].outputs[0]
      return nodes[step].inputs.contains(before) && uses[before.index] == 1
    }
    return chained && nodes[3].inputs.contains(nodes[0].inputs[0])
  }

  /// Puts consecutive nodes together, so that no more than `limit` units remain.
  private mutating func summarise(_ graph: Graph, _ limit: Int, _ alone: Set<Int>) {
    let size = (units.count + limit - 1) / limit
    var cuts: [Range<Int>] = []
    var start = 0
    while start < units.count {
      func isAlone(_ unit: Int) -> Bool { units[unit].nodes.contains { alone.contains($0) } }
      let end = isAlone(start) ? start + 1 : (start + 1..<min(start + size, units.count)).first(where: isAlone)
      cuts.append(start..<(end ?? min(start + size, units.count)))
      start = cuts[cuts.count - 1].upperBound
    }
    units = cuts.map { cut in
      let part = units[cut]
      if let only = part.first, part.count == 1, cuts.count > 1, only.nodes.contains(where: { alone.contains($0) }) {
        return only
      }
      let range = (part.first?.nodes.lowerBound ?? 0)..<(part.last?.nodes.upperBound ?? 0)
      var counts: [String: Int] = [:]
      for index in range { counts[type(of: graph.nodes[index].operation).name, default: 0] += 1 }
      let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let words = most.prefix(3).map { "\($0.value) \($0.key)" } + (most.count > 3 ? ["…"] : [])
      return DrawingUnit(
        nodes: range, title: "\(range.count) nodes", detail: words.joined(separator: ", "), family: .summary,
        tip: "\(graph.nodes[range.lowerBound].name) to \(graph.nodes[range.upperBound - 1].name)")
    }
  }
}

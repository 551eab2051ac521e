import FerryModel

/// What is drawn of a graph: boxes, the blocks among them that stand for several, and the lines between them.
struct DrawingPlan {
  enum Content {
    case unit(DrawingUnit)
    case input(name: String, shape: String)
    case output(name: String, shape: String)
  }

  struct Box {
    let content: Content
    /// The shape of what it computes, where that is not what it reads.
    let newShape: String?
    var mark: DrawingMark?
  }

  struct Frame {
    /// Boxes of the block's first occurrence.
    let boxes: [Int]
    let count: Int
    /// Nodes of the other occurrences.
    let hiddenNodes: Int
    /// What the occurrences compute, first and last.
    let shapes: String
  }

  struct Line: Hashable {
    let from: Int
    let to: Int
  }

  private(set) var boxes: [Box] = []
  private(set) var frames: [Frame] = []
  /// In the order of the boxes they end at.
  private(set) var lines: [Line] = []
  let nodeCount: Int
  /// Boxes that stand for many nodes which have nothing to do with each other.
  let isSummary: Bool
  /// Lines that are left out.
  private(set) var hiddenLines = 0

  /// More boxes than this are put together, more lines left out.
  static let boxLimit = 400
  static let lineLimit = 1600
  static let portLimit = 40

  /// - Parameter marks: at most one for a node; if there are more, the first counts.
  init(_ graph: Graph, marks: [DrawingMark] = []) {
    nodeCount = graph.nodes.count
    let marks = Self.places(of: marks, graph)
    var cut = DrawingUnits(graph, limit: .max)
    // A marked unit is like no other, so that no repeated block hides it.
    let titles = cut.units.enumerated().map { number, unit in
      unit.nodes.contains { marks[$0] != nil } ? "\(unit.title)\u{0}\(number)" : unit.title
    }
    var blocks = RepeatedBlocks.find(titles: titles, details: cut.units.map(\.detail), producers: cut.producers)
    let drawn = cut.units.count - blocks.reduce(0) { $0 + $1.length * ($1.count - 1) }
    isSummary = drawn > Self.boxLimit
    if isSummary {
      cut = DrawingUnits(graph, limit: Self.boxLimit, alone: Set(marks.keys))
      blocks = []
    }
    addBoxes(graph, cut, blocks, marks)
  }

  /// The mark of each marked node, by its place in the graph.
  private static func places(of marks: [DrawingMark], _ graph: Graph) -> [Int: DrawingMark] {
    guard !marks.isEmpty else { return [:] }
    let byName = Dictionary(marks.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    var places: [Int: DrawingMark] = [:]
    for (index, node) in graph.nodes.enumerated() { places[index] = byName[node.name] }
    return places
  }

  private mutating func addBoxes(
    _ graph: Graph, _ cut: DrawingUnits, _ blocks: [RepeatedBlock], _ marks: [Int: DrawingMark]
  ) {
    for input in graph.inputs.prefix(Self.portLimit) {
      boxes.append(Box(content: .input(name: graph[input].name, shape: graph[input].shape.text), newShape: nil))
    }
    // Every unit is drawn as the one that stands in its place in the block's first occurrence.
    var standIn = Array(cut.units.indices)
    for block in blocks {
      for unit in block.all { standIn[unit] = block.start + (unit - block.start) % block.length }
    }
    var boxOfUnit = [Int](repeating: 0, count: cut.units.count)
    for (number, unit) in cut.units.enumerated() where standIn[number] == number {
      boxOfUnit[number] = boxes.count
      // The one that tells more, where a box stands for several marked nodes.
      let marked = unit.nodes.compactMap { marks[$0] }
      let mark = marked.first { $0.kind == .divergent } ?? marked.first
      boxes.append(Box(content: .unit(unit), newShape: Self.newShape(unit, graph), mark: mark))
    }
    var seen = Set<Line>()
    func connect(_ from: Int, _ to: Int) {
      guard seen.insert(Line(from: from, to: to)).inserted else { return }
      if lines.count < Self.lineLimit { lines.append(Line(from: from, to: to)) } else { hiddenLines += 1 }
    }
    for number in cut.units.indices where standIn[number] == number {
      for port in cut.inputs[number] where port < Self.portLimit { connect(port, boxOfUnit[number]) }
      for producer in cut.producers[number] {
        let from = boxOfUnit[standIn[producer]]
        if from < boxOfUnit[number] { connect(from, boxOfUnit[number]) }
      }
    }
    for block in blocks { addFrame(block, graph, cut, boxOfUnit) }
    var producer: [ValueID: Int] = [:]
    for (index, node) in graph.nodes.enumerated() { for output in node.outputs { producer[output] = index } }
    for output in graph.outputs.prefix(Self.portLimit) {
      boxes.append(Box(content: .output(name: graph[output].name, shape: graph[output].shape.text), newShape: nil))
      if let node = producer[output] { connect(boxOfUnit[standIn[cut.unitOfNode[node]]], boxes.count - 1) }
    }
  }

  private mutating func addFrame(
    _ block: RepeatedBlock, _ graph: Graph, _ cut: DrawingUnits, _ boxOfUnit: [Int]
  ) {
    func shape(_ unit: Int) -> String {
      cut.units[unit].nodes.last.flatMap { graph.nodes[$0].outputs.first }.map { Self.text(graph[$0].shape) } ?? ""
    }
    let (first, last) = (shape(block.first.upperBound - 1), shape(block.all.upperBound - 1))
    let hidden = block.all.dropFirst(block.length).reduce(0) { $0 + cut.units[$1].nodes.count }
    frames.append(
      Frame(
        boxes: block.first.map { boxOfUnit[$0] }, count: block.count, hiddenNodes: hidden,
        shapes: first == last ? first : "\(first) … \(last)"))
  }

  private static func newShape(_ unit: DrawingUnit, _ graph: Graph) -> String? {
    guard let first = unit.nodes.first, let last = unit.nodes.last, let output = graph.nodes[last].outputs.first else {
      return nil
    }
    let shape = graph[output].shape
    let before = graph.nodes[first].inputs.first.map { graph[$0].shape }
    return shape == before ? nil : text(shape)
  }

  /// Without the batch, which says nothing about a layer.
  private static func text(_ shape: [Dimension]) -> String {
    shape.count > 1 ? Array(shape.dropFirst()).text : shape.text
  }
}

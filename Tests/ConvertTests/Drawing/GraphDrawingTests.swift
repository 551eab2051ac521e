import FerryConvert
import FerryModel
import FerryTensor
import FerryVerify
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a drawing's XML holds.
private final class DrawingReader: NSObject, XMLParserDelegate {
  var drawn = 0
  var hidden = 0
  var stated = 0
  var texts: [String] = []
  var names = Set<String>()
  private var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    names.insert(name)
    text = ""
    let nodes = Int(attributes["data-nodes"] ?? "") ?? 0
    switch attributes["class"]?.split(separator: " ").first {
    case "node": drawn += nodes
    case "repeat": hidden += nodes
    default: if name == "svg" { stated = nodes }
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if name == "text" || name == "title" { texts.append(text) }
  }

  /// - Returns: nil unless the text is well-formed.
  static func read(_ svg: String) -> DrawingReader? {
    let reader = DrawingReader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    return parser.parse() ? reader : nil
  }
}

@Suite("Drawings") struct GraphDrawingTests {
  private func graph(_ folder: String) throws -> Graph {
    try Converter.convert(onnx: GoldenCases.root.appendingPathComponent("\(folder)/model.onnx").path).graph
  }

  /// Every node of the graph is drawn or counted in a repeated block, and the picture is well-formed.
  @Test(arguments: GoldenCases.networks) func everyNodeIsAccountedFor(folder: String) throws {
    let graph = try graph(folder)
    let svg = GraphDrawing(graph, title: folder).svg
    let read = try #require(DrawingReader.read(svg))
    #expect(read.stated == graph.nodes.count)
    #expect(read.drawn + read.hidden == graph.nodes.count)
    #expect(read.texts.contains(folder))
    #expect(GraphDrawing(graph, title: folder).svg == svg)
  }

  @Test func repeatedBlocksAreDrawnOnce() throws {
    // Two middle units of six separable convolutions and a sum.
    let read = try #require(
      DrawingReader.read(GraphDrawing(try graph("networks/xception-ts17-folded-dynamic"), title: "x").svg))
    #expect(read.hidden > 0)
    #expect(read.texts.contains("× 2"))
  }

  @Test func hostileNamesStayText() throws {
    let name = "</text><script>alert(1)</script>&\"'\u{1B}[31m\u{202E}\u{0}\u{FFFE}"
    var graph = Graph(name: name)
    let input = graph.add(Value(name: name, shape: [.symbol(name), 3]))
    let output = graph.add(Value(name: name + "2", shape: [.symbol(name), 3]))
    graph.inputs = [input]
    graph.outputs = [output]
    graph.nodes = [Node(name: name, operation: Activate(Activation(.relu)), inputs: [input], outputs: [output])]
    let svg = GraphDrawing(graph, title: name).svg
    let read = try #require(DrawingReader.read(svg))
    #expect(!read.names.contains("script"))
    #expect(read.texts.contains { $0.hasPrefix("</text><script>alert(1)</script>&\"'") })
    #expect(svg.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && ![0x202E, 0xFFFE].contains($0.value)) })
  }

  /// A chain of operators that never repeats, longer than any page.
  private func chain(_ count: Int, _ kind: (Int) -> Activation.Kind) throws -> Graph {
    var graph = Graph(name: "chain")
    var last = graph.add(Value(name: "x", shape: [1, 8]))
    graph.inputs = [last]
    for index in 0..<count {
      let next = graph.add(Value(name: "v\(index)", shape: [1, 8]))
      graph.nodes.append(
        Node(name: "n\(index)", operation: Activate(Activation(kind(index))), inputs: [last], outputs: [next]))
      last = next
    }
    graph.outputs = [last]
    return graph
  }

  @Test func thePictureOfAHugeGraphIsBounded() throws {
    var state: UInt64 = 7
    let graph = try chain(60_000) { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return [.relu, .sigmoid, .tanh, .silu, .hardSigmoid][Int(state >> 33) % 5]
    }
    let svg = GraphDrawing(graph, title: "huge").svg
    #expect(svg.utf8.count < 1 << 20)
    let read = try #require(DrawingReader.read(svg))
    #expect(read.drawn + read.hidden == 60_000)
    #expect(read.texts.contains { $0.contains("60000 nodes; too many for a page") })
  }

  @Test func aHugeRepetitionIsOneBlock() throws {
    let graph = try chain(30_000) { $0 % 3 == 0 ? .relu : .tanh }
    let read = try #require(DrawingReader.read(GraphDrawing(graph, title: "long").svg))
    // The first node reads the input, not a node, and so begins no block.
    #expect(read.drawn == 6)
    #expect(read.hidden == 29_994)
    #expect(read.texts.contains("× 9999"))
  }
}

@Suite("Repeated blocks") struct RepeatedBlockTests {
  private func find(_ titles: String, _ producers: [[Int]]? = nil) -> [RepeatedBlock] {
    let titles = titles.map { String($0) }
    return RepeatedBlocks.find(
      titles: titles, details: titles, producers: producers ?? titles.indices.map { $0 == 0 ? [] : [$0 - 1] })
  }

  @Test func chainsRepeat() {
    #expect(find("sabcabcabcz") == [RepeatedBlock(start: 1, length: 3, count: 3)])
    #expect(find("abcdefgh").isEmpty)
    // Two nodes alike are not worth a frame.
    #expect(find("aab").isEmpty)
  }

  @Test func whatIsLeftBesideABlockIsFoundToo() {
    #expect(
      find("xababababyccccz") == [
        RepeatedBlock(start: 1, length: 2, count: 4), RepeatedBlock(start: 10, length: 1, count: 4),
      ])
  }

  @Test func blocksBeginWhereFewResultsCross() {
    // s [a b +] [a b +] [a b +] with + reading the block's input as well: cut only behind a sum.
    let producers = [[], [0], [1], [0, 2], [3], [4], [3, 5], [6], [7], [6, 8]]
    #expect(find("sab+ab+ab+", producers) == [RepeatedBlock(start: 1, length: 3, count: 3)])
  }

  @Test func anOccurrenceThatIsReadFromOutsideIsTheLast() {
    // The end reads what the first block computed; then what the second did.
    #expect(find("sabcabcabcz", [[], [0], [1], [2], [3], [4], [5], [6], [7], [8], [3, 9]]).isEmpty)
    #expect(
      find("sabcabcabcz", [[], [0], [1], [2], [3], [4], [5], [6], [7], [8], [6, 9]])
        == [RepeatedBlock(start: 1, length: 3, count: 2)])
  }

  @Test func anotherWiringIsAnotherBlock() {
    let producers = [[], [0], [1], [2, 0], [3], [4], [5, 1]]
    #expect(find("sab+ab+", producers).isEmpty)
  }
}

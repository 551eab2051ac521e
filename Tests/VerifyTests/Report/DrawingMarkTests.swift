import FerryModel
import FerryVerify
import Testing

@Suite("Marked drawings")
struct DrawingMarkTests {
  private func mark(_ node: String, _ kind: DrawingMark.Kind = .divergent) -> DrawingMark {
    DrawingMark(node: node, kind: kind, caption: "here <\(node.count)>")
  }

  private func nodes(_ page: ReportReader) -> Int {
    (page.all("g", "node") + page.all("g", "repeat")).reduce(0) { $0 + Int($1.number("data-nodes")) }
  }

  @Test("a repeated block does not hide a marked node")
  func blocks() throws {
    let graph = try DemoNetwork().graph
    // The third occurrence of a block that is drawn once.
    let name = "features/stage4/unit4/depthwise"
    #expect(!GraphDrawing(graph, title: "x").svg.contains("\(name):"))
    let drawing = GraphDrawing(graph, title: "x", marks: [mark(name)])
    let page = try #require(ReportReader.read(drawing.svg))
    let marked = page.all("g", "divergent")
    #expect(marked.count == 1 && drawing.markedBoxes.count == 1)
    #expect(page.all("text", "caption", within: "divergent").map(\.text) == ["here <31>"])
    #expect(page.all("title", within: "divergent").first?.text.hasPrefix("\(name):") == true)
    #expect(page.all("rect", "box", within: "divergent").first?.number("x") == Double(drawing.markedBoxes[0].x))
    // Nothing is lost, and what repeats beside it is still drawn once.
    #expect(nodes(page) == graph.nodes.count)
    #expect(!page.all("g", "repeat").isEmpty)
  }

  @Test("without marks a drawing says nothing of them")
  func withoutMarks() throws {
    let graph = try DemoNetwork().graph
    let plain = GraphDrawing(graph, title: "x").svg
    #expect(!plain.contains("halo") && !plain.contains("caption"))
    #expect(GraphDrawing(graph, title: "x", marks: [mark("no such node")]).svg == plain)
  }

  @Test("a marked node of a huge graph has a box of its own")
  func summary() throws {
    var graph = Graph(name: "chain")
    var last = graph.add(Value(name: "x", shape: [1, 8]))
    graph.inputs = [last]
    var random = SplitMix64(seed: 3)
    let kinds: [Activation.Kind] = [.relu, .sigmoid, .tanh, .silu, .hardSigmoid]
    for index in 0..<20_000 {
      let next = graph.add(Value(name: "v\(index)", shape: [1, 8]))
      let kind = kinds[Int(random.next() % 5)]
      graph.nodes.append(
        Node(name: "n\(index)", operation: Activate(Activation(kind)), inputs: [last], outputs: [next]))
      last = next
    }
    graph.outputs = [last]
    let drawing = GraphDrawing(graph, title: "x", marks: [mark("n12345"), mark("n0", .failing)])
    let page = try #require(ReportReader.read(drawing.svg))
    #expect(page.all("g", "divergent").map { $0.number("data-nodes") } == [1])
    #expect(page.all("g", "failing").map { $0.number("data-nodes") } == [1])
    #expect(nodes(page) == 20_000)
  }

  @Test("in a page: no style of its own, a group for others to use")
  func element() throws {
    let graph = try DemoNetwork(units: 2).graph
    let page = try #require(ReportReader.read(GraphDrawing(graph, title: "x", marks: []).element(identifier: "d")))
    #expect(page.all("style").isEmpty && page.all("rect", "page").isEmpty)
    #expect(page.all("g", "drawn").first?.attributes["id"] == "d")
    let rules = GraphDrawing.styleRules
    let selectors = (rules.light + rules.dark).joined().split(separator: "}").flatMap {
      $0.prefix { $0 != "{" }.split(separator: ",")
    }
    #expect(selectors.count > 30 && selectors.allSatisfy { $0.hasPrefix(".drawn ") })
  }
}

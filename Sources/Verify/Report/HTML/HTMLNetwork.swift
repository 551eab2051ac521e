import FerryModel
import FerryTensor

/// The network as a drawing in which the divergent node is marked, and what stands around it in reading size.
struct HTMLNetwork {
  private let drawing: GraphDrawing
  private let marks: [DrawingMark]

  init(_ report: VerificationReport, _ graph: Graph) {
    marks = Self.marks(report, graph)
    drawing = GraphDrawing(graph, title: "The network \(graph.name)", marks: marks)
  }

  /// The first divergent node of each case, then others that are wrong by themselves.
  private static func marks(_ report: VerificationReport, _ graph: Graph) -> [DrawingMark] {
    let reports = report.cases.compactMap(\.layers)
    let first = reports.compactMap(\.firstDivergent)
    let others = reports.flatMap { report in
      report.worstFirst.map { report.layers[$0] }.prefix { $0.isWrongByItself }.prefix(DrawingMark.limit)
    }
    var seen = Set<String>()
    var marks: [DrawingMark] = []
    let kinds: [([Layer], DrawingMark.Kind)] = [(first, .divergent), (others, .failing)]
    for (layers, kind) in kinds {
      for layer in layers {
        guard let node = node(of: layer, graph), seen.insert(node).inserted else { continue }
        let error = layer.isWrongByItself ? layer.isolated?.error ?? 0 : layer.cumulative.error
        let words = error.isFinite ? brief(error) : "no number"
        marks.append(
          DrawingMark(node: node, kind: kind, caption: kind == .divergent ? "first divergent, \(words)" : words))
      }
    }
    return marks
  }

  /// The node of the graph that computes a layer: what gives its value, or the last that it names.
  private static func node(of layer: Layer, _ graph: Graph) -> String? {
    let names = Set(layer.place.nodes.map(\.name))
    let node =
      graph.nodes.last { $0.outputs.contains { graph[$0].name == layer.place.value } }
      ?? graph.nodes.last { names.contains($0.name) }
    return node?.name
  }

  var section: Markup {
    """
    <section class="page" id="network">
    <h2>Network</h2>
    \(closeup)
    <figure style="--natural:\(drawing.size.width)px">
    \(Markup(trusted: drawing.element(identifier: "drawing")))
    <figcaption>\(caption)</figcaption>
    </figure>
    </section>
    """
  }

  private var caption: String {
    let words = "Blocks that repeat are drawn once, with their number."
    guard !drawing.markedBoxes.isEmpty else { return "The network as it runs. \(words)" }
    return "The network as it runs, the divergent node framed. \(words)"
  }

  /// The part around the first mark, where the whole is drawn too small to read or reaches over several screens.
  private var closeup: Markup {
    let isLarge = drawing.size.width > 1300 || drawing.size.height > 1100
    guard isLarge, let box = drawing.markedBoxes.first else { return "" }
    let (width, height) = (min(900, drawing.size.width), 420)
    let x = max(0, min(drawing.size.width - width, box.x + box.width / 2 - width / 2))
    let y = max(drawing.size.y, min(drawing.size.y + drawing.size.height - height, box.y + box.height / 2 - height / 2))
    return """
      <figure style="--natural:\(width)px">
      <svg class="closeup network" viewBox="\(x) \(y) \(width) \(height)" role="img">
      <title>The network around the divergent node</title>
      <use href="#drawing"/>
      </svg>
      <figcaption>Around the divergent node.</figcaption>
      </figure>
      """
  }
}

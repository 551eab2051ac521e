import FerryTensor

/// Checks that every value has exactly one producer, which comes before all that read it.
enum GraphWiring {
  static func check(_ graph: ONNXGraph, storedNames: [String], opset: Int?, into findings: inout Findings) {
    var producers: [String: Producer] = [:]

    func produce(_ name: String, _ producer: Producer, at location: FerryError.Location) {
      guard let first = producers.updateValue(producer, forKey: name) else { return }
      producers[name] = first
      findings.add(
        .invalidModel,
        "the value \"\(name)\" is produced twice, by \(first.words(graph)) and by \(producer.words(graph))",
        at: location)
    }
    for name in storedNames {
      guard !name.isEmpty else {
        findings.add(.invalidModel, "an initializer has no name")
        continue
      }
      produce(name, .initializer, at: .init(tensor: name))
    }
    for input in graph.inputs {
      guard !input.name.isEmpty else {
        findings.add(.invalidModel, "a graph input has no name")
        continue
      }
      produce(input.name, .input, at: .init(tensor: input.name))
    }
    for node in graph.nodes {
      for output in node.outputs where !output.isEmpty {
        produce(output, .node(node.index), at: node.location(opset: opset))
      }
    }

    var later: [(node: ONNXNode, input: String, producer: Int)] = []
    for node in graph.nodes {
      for input in Set(node.inputs).sorted() where !input.isEmpty {
        switch producers[input] {
        case nil:
          findings.add(
            .invalidModel, "the node reads \"\(input)\", which nothing produces", at: node.location(opset: opset))
        case .node(let producer) where producer >= node.index: later.append((node, input, producer))
        default: break
        }
      }
    }
    report(later, graph, producers, opset, &findings)

    if graph.outputs.isEmpty { findings.add(.invalidModel, "the graph has no outputs") }
    var outputs: Set<String> = []
    for output in graph.outputs {
      if !outputs.insert(output.name).inserted {
        findings.add(.invalidModel, "the graph output is listed twice", at: .init(tensor: output.name))
      } else if producers[output.name] == nil {
        findings.add(
          .invalidModel, "nothing produces the graph output \"\(output.name)\"", at: .init(tensor: output.name))
      }
    }
  }

  private enum Producer {
    case input, initializer
    case node(Int)

    func words(_ graph: ONNXGraph) -> String {
      switch self {
      case .input: "a graph input"
      case .initializer: "an initializer"
      case .node(let index): "node \"\(graph.nodes[index].displayName)\""
      }
    }
  }

  /// Tells nodes in the wrong order from nodes that no order helps. The search for a cycle follows the whole graph, so
  /// only the first findings get one; of all it is true that the value is read before it is produced.
  private static func report(
    _ later: [(node: ONNXNode, input: String, producer: Int)], _ graph: ONNXGraph, _ producers: [String: Producer],
    _ opset: Int?, _ findings: inout Findings
  ) {
    guard !later.isEmpty else { return }
    var readers = [[Int]](repeating: [], count: graph.nodes.count)
    for node in graph.nodes {
      for input in node.inputs {
        if case .node(let producer) = producers[input] { readers[producer].append(node.index) }
      }
    }
    for (count, (node, input, producer)) in later.enumerated() {
      let isCycle = count < 20 && leads(from: node.index, to: producer, readers)
      findings.add(
        .invalidModel,
        isCycle
          ? "the node reads \"\(input)\", which is computed from the node's own result"
          : "the node reads \"\(input)\" before node \"\(graph.nodes[producer].displayName)\" produces it",
        at: node.location(opset: opset), hint: isCycle ? nil : "write the nodes in topological order")
    }
  }

  private static func leads(from start: Int, to end: Int, _ readers: [[Int]]) -> Bool {
    var seen: Set<Int> = [start]
    var open = [start]
    while let node = open.popLast() {
      if node == end { return true }
      for reader in readers[node] where seen.insert(reader).inserted { open.append(reader) }
    }
    return false
  }
}

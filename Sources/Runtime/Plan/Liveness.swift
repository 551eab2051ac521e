import FerryModel

/// Who reads each value, and who has yet to.
package struct Liveness {
  /// Positions of the nodes that read a value, once for each operand.
  private var readers: [ValueID: [Int]] = [:]
  /// Reads that are still to come; being an output is one that never ends.
  private var remaining: [ValueID: Int] = [:]
  private let outputs: Set<ValueID>
  private let inputs: [[ValueID]]

  package init(_ graph: Graph) {
    outputs = Set(graph.outputs)
    inputs = graph.nodes.map(\.inputs)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs {
        readers[input, default: []].append(index)
        remaining[input, default: 0] += 1
      }
    }
    for output in outputs { remaining[output, default: 0] += 1 }
  }

  package func remainingUses(_ value: ValueID) -> Int { remaining[value] ?? 0 }

  package func readers(of value: ValueID) -> [Int] { readers[value] ?? [] }

  /// The node that alone reads the value, once, and nobody else wants it.
  package func soleReader(of value: ValueID) -> Int? {
    guard let readers = readers[value], readers.count == 1, !outputs.contains(value) else { return nil }
    return readers[0]
  }

  /// The node has read its inputs.
  package mutating func finish(_ node: Int) {
    for input in inputs[node] { remaining[input, default: 0] -= 1 }
  }
}

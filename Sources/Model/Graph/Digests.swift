import FerryTensor

extension Graph {
  /// SHA-256, in hexadecimal, of what the network computes: operators, attributes, edges and logical shapes, with
  /// symbols numbered in order of appearance. No names and no weights go into it, so the same network gives the same
  /// digest whichever file it came from.
  public func structureDigest() -> String {
    let symbols = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { ($1, "s\($0)") })
    func text(_ dimensions: [Dimension]) -> String {
      dimensions.map { $0.renamed(symbols).description }.joined(separator: ",")
    }
    func text(_ attribute: Attribute) -> String {
      if case .dimensions(let all) = attribute.value { return "\(attribute.name)=[\(text(all))]" }
      return "\(attribute.name)=\(attribute.value)"
    }
    // Values are numbered in the order in which the canonical walk meets them.
    var numbers: [ValueID: Int] = [:]
    func number(_ id: ValueID) -> Int {
      if let known = numbers[id] { return known }
      numbers[id] = numbers.count
      return numbers.count - 1
    }
    var lines = inputs.map { "input \(number($0)) \(text(self[$0].shape))" }
    for index in canonicalOrder() {
      let node = nodes[index]
      let operands = node.inputs.map { id in
        guard weights[id] != nil else { return "\(number(id))" }
        let shape = self[id].shape
        // Where constants are broadcast, leading extents of 1 say nothing, and exporters differ in them.
        return "w(\(text(node.operation.broadcasts ? Array(shape.drop { $0 == 1 }) : shape)))"
      }
      let results = node.outputs.map { "\(number($0))(\(text(self[$0].shape)))" }
      let attributes = node.operation.attributes.map(text)
      lines.append("\(node.operation.name) \(operands) \(results) \(attributes)")
    }
    lines.append("outputs \(outputs.map { number($0) })")
    return ContentDigest(of: Array(lines.joined(separator: "\n").utf8)).hexadecimal
  }

  /// SHA-256, in hexadecimal, of all weights in the order in which the canonical walk reads them, row-major `float32`.
  public func weightsDigest() -> String {
    var hash = ContentHash()
    for index in canonicalOrder() {
      for input in nodes[index].inputs {
        guard let weight = weights[input] else { continue }
        if weight.elementType == .float32 {
          weight.tensor.withUnsafeBytes { hash.update($0) }
          weight.releasePages()
        } else {
          weight.tensor.floats().withUnsafeBytes { hash.update($0) }
        }
      }
    }
    return hash.digest().hexadecimal
  }

  /// Indexes of the nodes in an order that depends on the network alone: depth first from the outputs, inputs in order.
  private func canonicalOrder() -> [Int] {
    var producer: [ValueID: Int] = [:]
    for (index, node) in nodes.enumerated() { for output in node.outputs { producer[output] = index } }
    var order: [Int] = []
    var visited = [Bool](repeating: false, count: nodes.count)
    // A stack of its own: networks are deeper than the program's.
    for output in outputs {
      guard let root = producer[output], !visited[root] else { continue }
      visited[root] = true
      var stack: [(node: Int, next: Int)] = [(root, 0)]
      while let top = stack.last {
        if top.next < nodes[top.node].inputs.count {
          stack[stack.count - 1].next += 1
          if let source = producer[nodes[top.node].inputs[top.next]], !visited[source] {
            visited[source] = true
            stack.append((source, 0))
          }
        } else {
          order.append(top.node)
          stack.removeLast()
        }
      }
    }
    return order
  }
}

extension Operator {
  /// Whether operands are aligned from the last axis on.
  fileprivate var broadcasts: Bool { self is Binary || self is PRelu }
}

extension Dimension {
  fileprivate func renamed(_ names: [String: String]) -> Dimension {
    (try? terms.reduce(Dimension(constant)) { sum, term in
      let atom: Dimension =
        switch term.atom {
        case .symbol(let name): .symbol(names[name] ?? name)
        case .quotient(let a, let divisor): try a.renamed(names).dividedRoundingDown(by: divisor)
        case .ratio(let a, let b): try a.renamed(names).dividedRoundingDown(by: b.renamed(names))
        case .product(let a, let b): try a.renamed(names) * b.renamed(names)
        case .maximum(let a, let b): try .maximum(a.renamed(names), b.renamed(names))
        }
      return try sum + atom * Dimension(term.coefficient)
    }) ?? self
  }
}

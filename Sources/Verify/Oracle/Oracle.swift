import FerryModel
import FerryRuntime
import FerryTensor

/// What a network's values are, but for rounding: the graph in double precision, fast enough for whole networks.
///
/// It has the meaning of `Graph.evaluate<Double>`, the operators' plain loops. Convolutions and matrix products run on
/// OpenBLAS, what else takes time in large networks in loops of its own; all other operators are the plain loops
/// themselves. Results agree with those to some 1e-14 of the largest element, and do not depend on the number of
/// threads.
///
/// **What it can tell.** The oracle computes the *bundle's* graph with the bundle's weights: constants that passes
/// folded, rounded to `float32` as they are stored, included. How far the runtime is from it is the runtime's rounding,
/// or a defect of its kernels or its plan. How far a framework's capture is from it is that framework's rounding, and
/// whatever else the framework computed otherwise than the bundle says. It does not judge conversion: where an importer
/// misread an attribute or a pass folded wrongly, oracle and runtime agree with each other and the reference is far
/// from both; and a weight's rounding after folding, up to half a unit in its last place, counts as the reference's
/// distance.
package enum Oracle {
  /// Runs a bound graph in double precision. Arrays of values that are read no more are released, except those in
  /// `keep`.
  ///
  /// - Parameters:
  ///   - graph: a graph whose symbols are bound to numbers.
  ///   - inputs: the arrays of the graph's inputs, in order, of the shapes that it states.
  ///   - keep: values whose arrays are wanted besides the outputs.
  ///   - threads: 1 to 256; nil for as many as the process may use cores.
  ///   - progress: called after each node with the part of the work that is done, from 0 to 1.
  /// - Returns: the arrays of the outputs and of `keep`; inputs that no node reads may be among them.
  /// - Throws: `missingInput` or `shapeMismatch` for inputs that are not the graph's, `memoryBudget` for more than the
  ///   machine has, `usage` for another number of threads, `missingTool` where there is no OpenBLAS, and what operators
  ///   throw, located at the node.
  package static func evaluate(
    _ graph: Graph, _ inputs: [ReferenceArray<Double>], keep: Set<ValueID> = [], threads: Int? = nil,
    progress: (_ done: Double) -> Void = { _ in }
  ) throws -> [ValueID: ReferenceArray<Double>] {
    try check(inputs, of: graph)
    let workers = try Workers(threads: threads)
    try requireMemory(for: graph, keep: keep, threads: workers.count)
    return try workers.openBLAS.withoutThreads { try runAll(graph, inputs, keep, on: workers, progress) }
  }

  private static func runAll(
    _ graph: Graph, _ inputs: [ReferenceArray<Double>], _ keep: Set<ValueID>, on workers: Workers,
    _ progress: (_ done: Double) -> Void
  ) throws -> [ValueID: ReferenceArray<Double>] {
    let total = graph.nodes.reduce(0.0) { $0 + graph.work($1) }
    var done = 0.0
    var arrays = Dictionary(zip(graph.inputs, inputs), uniquingKeysWith: { $1 })
    var uses = graph.useCounts()
    for id in keep where uses.indices.contains(id.index) { uses[id.index] += 1 }
    for node in graph.nodes {
      let operands = node.inputs.map { id in
        arrays[id] ?? graph.weights[id].map { ReferenceArray(weight: $0) } ?? ReferenceArray(zeros: [0])
      }
      let results = try located(node.location) { try run(node.operation, operands, on: workers) }
      for (output, result) in zip(node.outputs, results) where uses[output.index] > 0 { arrays[output] = result }
      for input in node.inputs {
        uses[input.index] -= 1
        if uses[input.index] == 0 { arrays[input] = nil }
      }
      done += graph.work(node)
      progress(min(1, done / total))
    }
    return arrays
  }

  /// One node: in a loop of the oracle's own where there is one for this case of the operator, else in the plain loops.
  private static func run(
    _ operation: any Operator, _ operands: [ReferenceArray<Double>], on workers: Workers
  ) throws -> [ReferenceArray<Double>] {
    if let fast = operation as? any OracleOperator {
      // Loops over raw memory rely on the shapes.
      let shapes = try operation.outputShapes(for: operands.map { $0.shape.map { Dimension($0) } })
      if let shape = shapes.first?.fixed, let result = try fast.compute(operands, shape: shape, on: workers) {
        return [result]
      }
    }
    return try operation.evaluate(operands)
  }

  private static func check(_ inputs: [ReferenceArray<Double>], of graph: Graph) throws {
    guard inputs.count == graph.inputs.count else {
      throw FerryError(
        .missingInput, "the graph has \(graph.inputs.count) inputs, and \(inputs.count) arrays are given")
    }
    for (id, array) in zip(graph.inputs, inputs) where graph[id].shape != array.shape.map({ Dimension($0) }) {
      throw FerryError(
        .shapeMismatch, "input \"\(graph[id].name)\" has the shape \(array.shape.map { Dimension($0) }.text)",
        supported: graph[id].shape.text)
    }
  }
}

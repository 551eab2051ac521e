import FerryModel
import FerryRuntime
import FerryTensor

/// The comparison of one golden case with one network.
struct LayerRun {
  /// With its symbols.
  let graph: Graph
  /// For the case's inputs.
  let bound: Graph
  let recovered: Set<ValueID>
  let captured: CapturedLayers
  let inputs: [String: Tensor]
  let session: SessionOptions
  let tolerance: Tolerance
  let producers: [ValueID: Int]
  /// Captured values, as the reference had them, that another one can be computed from.
  private let boundaries: [ValueID: Tensor]
  private let boundaryIDs: Set<ValueID>
  /// Values of which only a run tells how many rows they have.
  private let counted: Set<ValueID>

  /// Elements of all values that one run hands out; a network of large values is run several times.
  private static let elementsPerRun = 64 << 20

  init(
    graph: Graph, bound: Graph, recovered: Set<ValueID>, captured: CapturedLayers, inputs: [String: Tensor],
    session: SessionOptions, tolerance: Tolerance
  ) {
    self.graph = graph
    self.bound = bound
    self.recovered = recovered
    self.captured = captured
    self.inputs = inputs
    self.session = session
    self.tolerance = tolerance
    producers = bound.producers
    let symbols = Set(graph.counts.map(\.symbol))
    let counted = Set(
      captured.present.map(\.value).filter { graph[$0].shape.contains { !symbols.isDisjoint(with: $0.symbols) } })
    var boundaries: [ValueID: Tensor] = [:]
    for item in captured.present where producers[item.value] != nil {
      // Rows that only running counts are fewer than the bound graph has.
      let shape = item.expected.shape.dimensions
      guard !counted.contains(item.value), bound[item.value].shape.fixed == shape, !shape.contains(0) else { continue }
      boundaries[item.value] = item.expected
    }
    self.boundaries = boundaries
    boundaryIDs = Set(boundaries.keys)
    self.counted = counted
  }

  // MARK: As the network runs

  /// Every captured value beside that of a run from the case's inputs, and both beside the oracle if it is asked for.
  ///
  /// - Returns: the layers, and what the oracle took; nil without it.
  func compareCumulatively(usesOracle: Bool) throws -> (layers: [Layer], oracleCost: OracleCost?) {
    var layers: [Layer] = []
    var cost = OracleCost(seconds: 0, runs: 0)
    var rest = captured.present[...]
    while let first = rest.first {
      var batch = [first]
      var elements = first.expected.shape.elementCount
      rest.removeFirst()
      while let next = rest.first, elements + next.expected.shape.elementCount <= Self.elementsPerRun {
        batch.append(next)
        elements += next.expected.shape.elementCount
        rest.removeFirst()
      }
      // What cannot be compared is not computed: a golden of a few numbers could ask for a value of many.
      let values = batch.filter { mismatch(of: $0) == nil }.map(\.value)
      let results = try run(values)
      let truths = usesOracle ? try truth(of: values, &cost) : [:]
      layers += batch.map { item in
        let outcome = outcome(item) { results[item.value] }
        var layer = Layer(name: item.name, place: place(of: item), cumulative: outcome, isolated: nil)
        if let truth = truths[item.value], let result = results[item.value] {
          // Rows that the data cut off are in the bound graph's arrays: such values have no budget.
          layer.budget = try? Oracle.budget(
            ferry: result, reference: item.expected, oracle: truth, tolerance: tolerance)
        }
        return layer
      }
    }
    return (layers, usesOracle ? cost : nil)
  }

  /// The values in double precision, from the case's inputs.
  private func truth(of values: [ValueID], _ cost: inout OracleCost) throws -> [ValueID: ReferenceArray<Double>] {
    let arrays = try bound.inputs.map { id in
      guard let tensor = inputs[bound[id].name] else {
        throw FerryError(.missingInput, "the input \"\(bound[id].name)\" is missing")
      }
      return ReferenceArray<Double>(tensor)
    }
    let clock = ContinuousClock()
    let start = clock.now
    let truths = try Oracle.evaluate(bound, arrays, keep: Set(values), threads: session.threads)
    cost.seconds += (clock.now - start) / .seconds(1)
    cost.runs += 1
    return truths
  }

  /// Runs the network and hands out inner values.
  func run(_ values: [ValueID]) throws -> [ValueID: Tensor] {
    var results: [ValueID: Tensor] = [:]
    var observed = graph
    observed.outputs = []
    for value in values where !observed.outputs.contains(value) {
      if producers[value] == nil {
        results[value] = inputs[graph[value].name]
      } else {
        observed.outputs.append(value)
      }
    }
    guard !observed.outputs.isEmpty else { return results }
    let names = observed.outputs.map { graph[$0].name }
    observed.compact()
    // An input that nothing of these needs is gone.
    let needed = Set(observed.inputs.map { observed[$0].name })
    let outputs = try Model(name: graph.name, graph: observed).session(session)
      .run(inputs.filter { needed.contains($0.key) })
    for value in values { if let output = outputs[graph[value].name] { results[value] = output } }
    guard names.allSatisfy({ outputs[$0] != nil }) else {
      throw FerryError(.internalDefect, "a run did not give all that it was asked for")
    }
    return results
  }

  // MARK: Each place by itself

  /// What computes a captured value from the captured values before it; nil for an input.
  func segment(of item: CapturedLayers.Present) -> Segment? {
    bound.segment(computing: item.value, from: boundaryIDs, producers: producers)
  }

  /// What the reference had where a segment begins, in its order.
  func referenceInputs(of segment: Segment) throws -> [Tensor] {
    try segment.inputs.map { id in
      guard let tensor = boundaries[id] ?? inputs[bound[id].name] else {
        throw FerryError(.internalDefect, "a segment begins at \"\(bound[id].name)\", which nothing gives")
      }
      return try tensor.given(to: bound[id])
    }
  }

  /// A captured value computed from what the reference had before it.
  func compute(_ segment: Segment) throws -> Tensor {
    let tensors = try referenceInputs(of: segment)
    let names = segment.inputs.map { bound[$0].name }
    let model = Model(name: bound.name, graph: segment.graph)
    let outputs = try model.session(session).run(
      Dictionary(zip(names, tensors), uniquingKeysWith: { first, _ in first }))
    guard let output = outputs.values.first, outputs.count == 1 else {
      throw FerryError(.internalDefect, "a segment gave \(outputs.count) outputs")
    }
    return output
  }

  /// nil for a value that nothing computes.
  func compareInIsolation(_ item: CapturedLayers.Present) -> LayerOutcome? {
    guard let segment = segment(of: item) else { return nil }
    return outcome(item) { try compute(segment) }
  }

  /// Why a captured value cannot be compared with the graph's, whatever it holds; nil if it can.
  func mismatch(of item: CapturedLayers.Present) -> FerryError? {
    guard !counted.contains(item.value), let shape = bound[item.value].shape.fixed,
      shape != item.expected.shape.dimensions
    else { return nil }
    return FerryError(
      .shapeMismatch, "the shape is \(bound[item.value].shape.text), where \(item.expected.shape) is expected")
  }

  private func outcome(_ item: CapturedLayers.Present, _ result: () throws -> Tensor?) -> LayerOutcome {
    do {
      if let mismatch = mismatch(of: item) { throw mismatch }
      guard let actual = try result() else {
        throw FerryError(.internalDefect, "\"\(item.name)\" was not computed")
      }
      return .compared(try Comparison(actual: actual, expected: item.expected, tolerance: tolerance))
    } catch let error as FerryError {
      return .failed(error)
    } catch {
      return .failed(FerryError(.internalDefect, "\(error)"))
    }
  }

  // MARK: Words

  private func place(of item: CapturedLayers.Present) -> LayerPlace {
    let nodes = segment(of: item)?.nodes ?? []
    return LayerPlace(
      value: graph[item.value].name,
      nodes: nodes.map { index in
        let node = graph.nodes[index]
        // A recovered value's node was given another name than the one in the graph that does the same and more.
        var name = node.name
        while node.outputs.contains(where: recovered.contains), name.hasSuffix("~") { name.removeLast() }
        return LayerPlace.Node(
          name: name, operation: node.operation.name, summary: NodeLabel(node, graph).title, sources: node.sources)
      },
      isRecovered: recovered.contains(item.value), isOutput: item.isOutput)
  }
}

extension Tensor {
  /// The numbers in the type in which a value of the graph is given to it.
  fileprivate func given(to value: Value) throws -> Tensor {
    if elementType == value.elementType { return self }
    guard value.elementType != .float32 else { return try Tensor(floats(), shape: shape.dimensions) }
    guard let whole = try whole(as: value.elementType) else {
      throw FerryError(
        .typeMismatch, "the captured value holds \(elementType.rawValue)", supported: value.elementType.rawValue)
    }
    return whole
  }
}

import FerryTensor

extension Graph {
  /// The most elements that `evaluate` holds at a time, those that a node reads and writes together. The graph must be
  /// bound.
  package func largestLiveElementCount() throws -> Int {
    func count(_ id: ValueID) throws -> Int { try Shape(self[id].shape.fixed ?? []).elementCount }
    var uses = useCounts()
    var live = try inputs.reduce(0) { $0 + (try count($1)) }
    var largest = live
    for node in nodes {
      live = try node.outputs.reduce(live) { $0 + (try count($1)) }
      largest = max(largest, live)
      for input in node.inputs where weights[input] == nil {
        uses[input.index] -= 1
        if uses[input.index] == 0 { live -= try count(input) }
      }
    }
    return largest
  }

  /// Runs the graph on the operators' plain loops.
  ///
  /// The graph must be bound. Arrays of values that are read no more are released, except those in `keep`.
  ///
  /// - Returns: the arrays of the outputs and of `keep`.
  public func evaluate<Scalar: ReferenceScalar>(
    _ inputArrays: [ReferenceArray<Scalar>], keep: Set<ValueID> = []
  ) throws -> [ValueID: ReferenceArray<Scalar>] {
    var arrays: [ValueID: ReferenceArray<Scalar>] = Dictionary(uniqueKeysWithValues: zip(inputs, inputArrays))
    var uses = useCounts()
    for id in keep { if values.indices.contains(id.index) { uses[id.index] += 1 } }
    for node in nodes {
      let operands = node.inputs.map { id in
        arrays[id] ?? weights[id].map { ReferenceArray<Scalar>($0.tensor) } ?? ReferenceArray(zeros: [0])
      }
      let results = try located(node.location) { try node.operation.evaluate(operands) }
      for (output, result) in zip(node.outputs, results) where uses[output.index] > 0 { arrays[output] = result }
      for input in node.inputs {
        uses[input.index] -= 1
        if uses[input.index] == 0 { arrays[input] = nil }
      }
    }
    return arrays
  }
}

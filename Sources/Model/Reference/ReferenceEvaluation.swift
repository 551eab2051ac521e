import FerryTensor

extension Graph {
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

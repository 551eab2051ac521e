import FerryTensor

/// Recognises a file that was exported without its parameters: they are declared as graph inputs and have no data.
enum MissingParameters {
  /// Inputs of an operator that hold parameters in every network that was trained.
  private static let parameterSlots: [String: Range<Int>] = [
    "Conv": 1..<3, "ConvTranspose": 1..<3, "BatchNormalization": 1..<5, "Gemm": 1..<3,
  ]
  /// How PyTorch names its parameters.
  private static let endings = [".weight", ".bias", ".running_mean", ".running_var", ".num_batches_tracked"]

  /// - Parameter storedNames: the names of all initializers, readable or not, and of inputs that are given otherwise.
  static func finding(in graph: ONNXGraph, storedNames: Set<String>) -> FerryError? {
    let inputs = Set(graph.inputs.map(\.name)).subtracting(storedNames)
    var missing: Set<String> = Set(inputs.filter { name in endings.contains { name.hasSuffix($0) } })
    var filled = false
    for node in graph.nodes where node.domain.isEmpty {
      guard let slots = parameterSlots[node.operatorType] else { continue }
      for name in node.inputs.indices.filter(slots.contains).map({ node.inputs[$0] }) {
        if inputs.contains(name) { missing.insert(name) }
        filled = filled || storedNames.contains(name)
      }
    }
    // One input alone may be meant as an input.
    guard missing.count >= 2, !filled else { return nil }
    let inOrder = graph.inputs.map(\.name).filter(missing.contains)
    let shown = inOrder.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
    return FerryError(
      .missingParameters,
      "the file holds no parameters: \(inOrder.count) of its \(graph.inputs.count) inputs are parameters without data"
        + " (\(shown)\(inOrder.count > 3 ? ", …" : ""))",
      hint: "export it again with export_params=True")
  }
}

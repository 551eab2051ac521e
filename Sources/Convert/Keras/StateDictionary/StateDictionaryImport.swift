import FerryModel
import FerryTensor

/// Networks of the package pytorchcv from their state dictionaries, stored in HDF5 by PyTorch's names.
package enum StateDictionaryImport {
  package static let trunks: [any PyTorchTrunk] = [PyTorchMobileNet(), PyTorchXception(), PyTorchEfficientNet()]

  /// The names that `--architecture` takes.
  package static let names = trunks.map(\.name)

  /// Builds the graph.
  ///
  /// - Parameters:
  ///   - tensors: every array by PyTorch's name, in the file's order.
  ///   - leftOut: the arrays that a rule has left out.
  ///   - architecture: one of `names`; nil to recognise it.
  ///   - inputShape: batch, channels, height and width, as PyTorch has them; nil for the network's standard size.
  ///   - outputs: names of modules whose results are the outputs; empty for the network's own.
  /// - Throws: one `FerryError` that lists every array which is missing, has no place or has another shape.
  package static func run(
    tensors: [KerasWeightTable.Variable], leftOut: [KerasLeftOut] = [], architecture: String?,
    inputShape: [Dimension]?, outputs: [String] = [], assumptions: Assumptions
  ) throws -> ImportedModel {
    try run(
      tensors: tensors, leftOut: leftOut, architecture: architecture, among: trunks, inputShape: inputShape,
      outputs: outputs, assumptions: assumptions)
  }

  /// The same for other trunks than the built-in ones.
  package static func run(
    tensors all: [KerasWeightTable.Variable], leftOut: [KerasLeftOut] = [], architecture: String?,
    among trunks: [any PyTorchTrunk], inputShape: [Dimension]?, outputs: [String] = [], assumptions: Assumptions
  ) throws -> ImportedModel {
    func isCounter(_ variable: KerasWeightTable.Variable) -> Bool {
      (variable.name ?? variable.path).hasSuffix("num_batches_tracked")
    }
    let (tensors, counters) = (all.filter { !isCounter($0) }, all.filter(isCounter))
    let state = try StateModules(tensors)
    let match = try StateDictionaryRecognition.match(state, architecture: architecture, among: trunks)
    let head = try StateDictionaryHead(match)

    let shape = try shape(inputShape, match, assumptions)
    let settled = try match.trunk.settle(assumptions)
    var plan = ModulePlan(
      inputChannels: match.inputChannels, widths: state.widths, epsilon: settled.epsilon,
      padsAsTensorFlow: settled.padsAsTensorFlow)
    let features = match.trunk.lay(&plan, prefix: match.prefix)
    let layout = try head.lay(
      &plan, on: features, pooling: match.prefix + match.trunk.pooling, title: match.trunk.title, assumptions)

    var graph = try StateDictionaryGraph(plan, state, name: match.trunk.name, inputShape: shape)
    try graph.setOutputs(outputs.isEmpty ? [layout.last] : outputs)
    var weights = tensors.map { variable in
      let isUnused = layout.unused.contains { variable.name?.hasPrefix("\($0).") ?? false }
      return ImportedWeight(
        name: variable.path, byteCount: variable.tensor.byteCount, shape: variable.tensor.shape,
        use: isUnused
          ? .leftOut(.unused, rule: "head.normalization=unused")
          : graph.readPaths.contains(variable.path) ? .read : .unreached)
    }
    weights += counters.map {
      ImportedWeight(
        name: $0.path, byteCount: $0.tensor.byteCount, shape: $0.tensor.shape,
        use: .leftOut(.counter, rule: "counter of training steps"))
    }
    weights += leftOut.map {
      ImportedWeight(name: $0.path, byteCount: $0.byteCount, use: .leftOut($0.fate, rule: $0.rule))
    }
    let origin =
      architecture == nil
      ? "\(match.trunk.name) is recognised by the names and shapes of all weights" : "\(match.trunk.name), as told"
    return ImportedModel(
      graph: graph.assembly.graph, nodes: graph.nodes, weights: weights, notes: [origin] + layout.notes)
  }

  private static func shape(
    _ given: [Dimension]?, _ match: StateDictionaryMatch, _ assumptions: Assumptions
  ) throws -> [Dimension] {
    let channels = match.inputChannels
    guard let given else {
      let size = match.trunk.standardSize
      assumptions.state(
        "input-shape", "batchx\(channels)x\(size)x\(size)",
        because: "weights do not tell the size of the pictures; this is \(match.trunk.title)'s own, and --input-shape "
          + "gives another")
      return [.symbol("batch"), Dimension(channels), Dimension(size), Dimension(size)]
    }
    guard given.count == 4, given[1].value == channels else {
      throw FerryError(
        .usage, "--input-shape \(given.text) does not fit \(match.trunk.title), whose first convolution reads "
          + "\(channels) channels", supported: "batchx\(channels)xheightxwidth")
    }
    return given
  }
}

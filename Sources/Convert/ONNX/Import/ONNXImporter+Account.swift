import FerryModel
import FerryTensor

extension ONNXImporter {
  /// The graph with the account of the file's nodes and weights; after `run`.
  var imported: ImportedModel {
    let reached = SourceReach(model.graph, outputs: graph.outputs.map { graph[$0].name })
    let nodes = model.graph.nodes.map { node in
      ImportedNode(
        name: node.displayName, operatorName: node.operatorType, outcome: outcomes[node.index],
        isReached: reached.nodes[node.index], outputs: node.outputs)
    }
    return ImportedModel(graph: graph, nodes: nodes, weights: importedWeights(reached: reached))
  }

  func importedWeights(reached: SourceReach?) -> [ImportedWeight] {
    model.graph.initializers.map { initializer in
      let name = initializer.name
      let use: ImportedWeight.Use =
        if isRead(name) {
          reached?.names.contains(name) ?? true ? .read : .unreached
        } else if let rule = WeightFates.counterRule(name, initializer.tensor) {
          .leftOut(.counter, rule: rule)
        } else {
          .unused
        }
      return ImportedWeight(
        name: name, byteCount: initializer.tensor.byteCount, shape: initializer.tensor.shape, use: use)
    }
  }

  func chosenOutputs(_ names: [String]) throws -> [(name: String, elementType: ElementType?)] {
    let own = model.graph.outputs.map { (name: $0.name, elementType: $0.elementType) }
    return try names.isEmpty
      ? own
      : names.map { name in
        guard let operand = environment[name], case .value = operand else {
          let known = environment.compactMap { if case .value = $1 { $0 } else { nil } }
          throw FerryError.unknownOutput(name, among: known)
        }
        return own.first { $0.name == name } ?? (name, nil)
      }
  }
}

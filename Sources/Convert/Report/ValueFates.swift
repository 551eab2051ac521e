import FerryModel

extension Graph {
  /// Takes note of the values of the source that the import itself left out: sizes, constants, what no output depends
  /// on. After the passes, which note what they remove, every value of the source is then in the graph or in `removed`.
  mutating func noteRemovedValues(of source: ImportedModel) {
    var known = Set(values.flatMap(\.sourceNames))
    known.formUnion(removed.map(\.name))
    for (node, fate) in zip(source.nodes, NodeFates.account(source, graph: self)) {
      guard let reason = fate.fate.removal else { continue }
      for name in node.outputs where !name.isEmpty && known.insert(name).inserted {
        removed.append(RemovedValue(name: name, pass: reason))
      }
    }
  }
}

extension NodeFate.Fate {
  /// What took away a result of a node that met this fate, in the words of `RemovedValue.pass`; nil if passes must have
  /// said it.
  fileprivate var removal: String? {
    switch self {
    case .folded, .noEffect: nil
    // One of several results, which nothing reads.
    case .carried: "unused"
    // Another name of a constant; another name of a value is known.
    case .constant, .identity, .dropout: "constant"
    case .constantFolded: "fold-constants"
    case .shapeArithmetic: "shape-arithmetic"
    case .unused: "unused"
    }
  }
}

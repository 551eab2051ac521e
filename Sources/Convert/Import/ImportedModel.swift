import FerryModel

/// A source's network as a graph, before any pass, with the account of every node and weight of the source.
struct ImportedModel {
  var graph: Graph
  /// Every node (layer) of the source; `SourceNode.index` in the graph is the place in this list.
  var nodes: [ImportedNode]
  /// Every stored array of the source.
  var weights: [ImportedWeight]
  /// What a reader of the report has to know besides: "conv2d_2 is taken for …, by order and shape".
  var notes: [String] = []
}

/// One node or layer of a source.
struct ImportedNode {
  let name: String
  let operatorName: String
  let outcome: ImportOutcome
  /// Whether an output depends on it.
  let isReached: Bool
  /// The names under which its results are known in the source.
  let outputs: [String]
}

/// One stored array of a source.
struct ImportedWeight {
  enum Use {
    /// Something that an output depends on reads it.
    case read
    /// Only what no output depends on reads it.
    case unreached
    case unused
    /// A rule that is stated leaves it out.
    case leftOut(WeightFate.Fate, rule: String)
  }

  /// As `Weight.sources` calls it.
  let name: String
  let byteCount: Int
  let use: Use
}

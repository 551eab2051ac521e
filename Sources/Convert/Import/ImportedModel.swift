import FerryModel
import FerryTensor

/// A source's network as a graph, before any pass, with the account of every node and weight of the source.
package struct ImportedModel {
  package var graph: Graph
  /// Every node (layer) of the source; `SourceNode.index` in the graph is the place in this list.
  package var nodes: [ImportedNode]
  /// Every stored array of the source.
  package var weights: [ImportedWeight]
  /// What a reader of the report has to know besides: "conv2d_2 is taken for …, by order and shape".
  package var notes: [String] = []
  /// By the names of stored arrays: how their axes were put into ONNX's order.
  package var axisOrders: [String: AxisOrder] = [:]
}

/// One node or layer of a source.
package struct ImportedNode {
  package let name: String
  package let operatorName: String
  package let outcome: ImportOutcome
  /// Whether an output depends on it.
  package let isReached: Bool
  /// The names under which its results are known in the source.
  package let outputs: [String]
}

/// One stored array of a source.
package struct ImportedWeight {
  package enum Use {
    /// Something that an output depends on reads it.
    case read
    /// Only what no output depends on reads it.
    case unreached
    case unused
    /// A rule that is stated leaves it out.
    case leftOut(WeightFate.Fate, rule: String)
  }

  /// As `Weight.sources` calls it.
  package let name: String
  package let byteCount: Int
  /// As the source states it; nil where it was left out before that was of interest.
  package var shape: Shape?
  package let use: Use
}

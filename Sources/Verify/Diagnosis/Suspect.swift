import FerryModel
import FerryTensor

/// One place of a network that is wrong by itself, with what the reference had before and after it.
package struct Suspect: Sendable {
  /// Computes the captured value from captured values; bound to numbers, one output. Often one node, sometimes a few,
  /// the whole network if nothing inside it was captured. Weights as in the bundle.
  package let graph: Graph
  /// What the reference had, float32, in the order of `graph.inputs`, in the graph's axes (N, C, H, W).
  package let inputs: [Tensor]
  /// What the reference gave, in the graph's axes.
  package let expected: Tensor
  /// What this runtime gave for these inputs, in the graph's axes.
  package let actual: Tensor
  /// What the comparison of `actual` with `expected` did not pass.
  package let tolerance: Tolerance
  /// The whole network, bound as well, for the weights of other places. Values and nodes have the names that they have
  /// in `graph`.
  package let network: Graph
  /// For each input, whether it is an input of the network itself: a picture, say.
  package let readsNetworkInput: [Bool]
  /// What the reference had elsewhere, of the same shape as `expected`; the likeliest ones first.
  package let others: [CapturedElsewhere]

  package init(
    graph: Graph, inputs: [Tensor], expected: Tensor, actual: Tensor, tolerance: Tolerance, network: Graph,
    readsNetworkInput: [Bool], others: [CapturedElsewhere] = []
  ) {
    self.graph = graph
    self.inputs = inputs
    self.expected = expected
    self.actual = actual
    self.tolerance = tolerance
    self.network = network
    self.readsNetworkInput = readsNetworkInput
    self.others = others
  }

  /// - Throws: `internalDefect` if the parts do not fit each other, as no file can make them.
  func validate() throws {
    let shapes = graph.inputs.map { graph[$0].shape.fixed }
    guard graph.outputs.count == 1, inputs.count == graph.inputs.count, readsNetworkInput.count == inputs.count,
      shapes == inputs.map(\.shape.dimensions), others.allSatisfy({ $0.tensor.shape == expected.shape }),
      graph[graph.outputs[0]].shape.fixed == expected.shape.dimensions
    else {
      throw FerryError(.internalDefect, "a place that is to be diagnosed does not fit its captured values")
    }
  }
}

/// A value that the reference had and that a suspect place does not read.
package struct CapturedElsewhere: Sendable {
  /// As it was captured.
  package let name: String
  /// In the graph's axes.
  package let tensor: Tensor
  /// Whether it was there before the place, so that the place might have read it.
  package let isBefore: Bool
  /// Whether the graph has a place of its own for it: not if it is recovered beside the graph.
  package let isOwnPlace: Bool

  package init(name: String, tensor: Tensor, isBefore: Bool, isOwnPlace: Bool) {
    self.name = name
    self.tensor = tensor
    self.isBefore = isBefore
    self.isOwnPlace = isOwnPlace
  }
}

import FerryModel

/// Between the axes of Keras's values (channels last) and those of the graph, where rank 4 is N×C×H×W and every
/// other rank is as Keras has it.
enum KerasAxes {
  /// From N×H×W×C to N×C×H×W.
  static let toGraph = [0, 3, 1, 2]
  /// From N×C×H×W to N×H×W×C.
  static let fromGraph = [0, 2, 3, 1]

  /// The graph's axis that is Keras's axis, both counted from the front.
  static func graphAxis(_ axis: Int, rank: Int) -> Int { rank == 4 ? fromGraph[axis] : axis }

  /// The shape that Keras states for a value of the graph.
  static func stated(_ shape: [Dimension]) -> [Dimension] {
    shape.count == 4 ? fromGraph.map { shape[$0] } : shape
  }

  /// The graph's shape for one that Keras states.
  static func held(_ shape: [Dimension]) -> [Dimension] {
    shape.count == 4 ? toGraph.map { shape[$0] } : shape
  }

  /// A permutation of Keras's axes as one of the graph's.
  static func held(_ permutation: [Int]) -> [Int] {
    permutation.count == 4 ? toGraph.map { fromGraph[permutation[$0]] } : permutation
  }

  /// Whether the elements lie in the same order with channels first and last.
  static func keepsOrder(_ shape: [Dimension]) -> Bool {
    shape.count != 4 || shape[1] == 1 || (shape[2] == 1 && shape[3] == 1)
  }
}

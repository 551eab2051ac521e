import FerryModel
import FerryTensor

/// An array in double precision, in the graph's axes.
typealias Values = ReferenceArray<Double>

/// One mistake that the model, or the golden, may have: with what undoes it.
struct Candidate {
  /// What is to be compared with the golden.
  enum Trial {
    /// A changed graph. It is evaluated on the suspect's inputs, or on others that stand in their place.
    case graph(Graph, inputs: [Values]? = nil)
    /// The result itself, where it follows from what is known already.
    case output(Values)
  }

  let mistake: String
  let change: String
  let advice: String
  /// How many things differ from the model as it is.
  var changes = 1
  /// How many numbers come from the golden itself.
  var freeParameters = 0
  /// Whether it is true whatever the numbers say, such as a NaN among the weights; then it is always reported.
  var isFact = false
  /// Makes the trial; nil if it comes to nothing. A `FerryError` says that the change is not possible here.
  let trial: () throws -> Trial?
}

extension Candidate {
  /// A candidate that changes the graph.
  init(
    _ mistake: String, _ change: String, _ advice: String, changes: Int = 1, graph: @escaping () throws -> Graph?
  ) {
    self.init(mistake: mistake, change: change, advice: advice, changes: changes) {
      try graph().map { .graph($0) }
    }
  }

  /// A candidate whose result is computed directly.
  init(
    _ mistake: String, _ change: String, _ advice: String, changes: Int = 1, freeParameters: Int = 0,
    output: @escaping () throws -> Values?
  ) {
    self.init(
      mistake: mistake, change: change, advice: advice, changes: changes, freeParameters: freeParameters
    ) {
      try output().map { .output($0) }
    }
  }
}

/// One kind of mistake: lists the candidates that a place allows.
protocol MistakeFamily: Sendable {
  /// Whether it is tried on whole networks, which are expensive to evaluate.
  static var suitsNetworks: Bool { get }

  /// The candidates in the order of their likelihood. Cheap: what costs is done in their trials.
  ///
  /// - Throws: what evaluating a part of the place throws.
  static func candidates(for scene: Scene) throws -> [Candidate]
}

extension MistakeFamily {
  static var suitsNetworks: Bool { false }
}

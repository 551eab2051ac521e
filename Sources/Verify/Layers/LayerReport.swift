import FerryModel
import FerryTensor

/// What comparing a model with the layers of a golden case came to: every captured value is compared, cannot be, which
/// is a failure, was removed by a named pass, or is unknown, which is one as well.
public struct LayerReport: Sendable {
  /// The captured values that the graph has or can recover, in the case's order; each was compared, or says why not.
  public var layers: [Layer]
  /// Captured values that neither the graph has any more nor can be computed from it, with the pass that took each.
  public var removed: [RemovedValue]
  /// Captured values that nothing is known of: the golden belongs to another network.
  public var unknown: [String]
  /// What explains the first layers if the inputs themselves are at fault; nil if they do not seem to be.
  public var inputDiagnosis: Diagnosis?
  /// What computing the network in double precision took; nil without the oracle.
  public var oracleCost: OracleCost?

  public init(
    layers: [Layer], removed: [RemovedValue] = [], unknown: [String] = [], inputDiagnosis: Diagnosis? = nil,
    oracleCost: OracleCost? = nil
  ) {
    self.layers = layers
    self.removed = removed
    self.unknown = unknown
    self.inputDiagnosis = inputDiagnosis
    self.oracleCost = oracleCost
  }

  /// How many captured values were compared, in both views where there are two.
  public var comparedCount: Int { layers.count(where: \.isCompared) }

  /// How many the graph has and were not compared: their shape or type is another one, or computing them failed.
  public var incomparableCount: Int { layers.count - comparedCount }

  public var capturedCount: Int { layers.count + removed.count + unknown.count }

  /// The part of the captured values that was compared, from 0 to 1.
  public var coverage: Double { capturedCount == 0 ? 0 : Double(comparedCount) / Double(capturedCount) }

  public var passed: Bool { !layers.isEmpty && unknown.isEmpty && layers.allSatisfy(\.passed) }

  /// Where the network goes wrong: the first layer that is wrong by itself.
  public var firstDivergent: Layer? { layers.first { !$0.passed } }
}

/// One captured value and the two ways in which it was compared.
public struct Layer: Sendable {
  /// The value's name in the source, as it was captured.
  public let name: String
  /// What computes it, from the nearest captured values before it.
  public let place: LayerPlace
  /// The value of a run from the case's inputs: what a user gets, with all that gathers on the way.
  public let cumulative: LayerOutcome
  /// The value computed from what the reference itself had there: the defect of this place alone. nil if the value is
  /// an input of the graph.
  public var isolated: LayerOutcome?
  /// How far this runtime and the reference are from the truth; nil without the oracle.
  public var budget: ErrorBudget?
  /// What explains the difference of a layer that is wrong by itself.
  public var diagnosis: Diagnosis?
  /// Where in the value the error sits, for the worst layers.
  public var picture: ErrorPicture?

  public init(
    name: String, place: LayerPlace, cumulative: LayerOutcome, isolated: LayerOutcome?, budget: ErrorBudget? = nil,
    diagnosis: Diagnosis? = nil, picture: ErrorPicture? = nil
  ) {
    self.name = name
    self.place = place
    self.cumulative = cumulative
    self.isolated = isolated
    self.budget = budget
    self.diagnosis = diagnosis
    self.picture = picture
  }

  /// Whether every view of it came to a comparison.
  public var isCompared: Bool { cumulative.comparison != nil && isolated.map { $0.comparison != nil } ?? true }

  public var verdict: Verdict {
    guard let isolated else { return cumulative.passed ? .passed : .defect }
    guard isolated.passed, cumulative.comparison != nil else { return .defect }
    return cumulative.passed ? .passed : .accumulated
  }

  /// Every part of the network lies between some captured values and the next. Where all of them are right by
  /// themselves, what gathers along the network is rounding that the network amplifies, in the reference as well; the
  /// outputs say whether it matters.
  public var passed: Bool { verdict != .defect }

  public enum Verdict: String, Sendable {
    /// Within the tolerance in both views.
    case passed
    /// Right by itself; as the network runs, what came before it has carried it beyond the tolerance.
    case accumulated
    /// Wrong by itself, or not to be compared.
    case defect
  }
}

/// What computes a captured value.
public struct LayerPlace: Sendable {
  /// The value of the graph, as inspect prints it.
  public let value: String
  /// The nodes between the nearest captured values and this one, the one that gives it last.
  public let nodes: [Node]
  /// Whether a pass took the value out of the graph and it was computed beside it for the comparison.
  public let isRecovered: Bool
  public let isOutput: Bool

  public struct Node: Sendable {
    public let name: String
    /// The operator's name in the graph.
    public let operation: String
    /// The operator with its attributes, for people: "Conv 3×3, stride 2, pads [0, 0, 1, 1], relu6".
    public let summary: String
    public let sources: [SourceNode]

    public init(name: String, operation: String, summary: String, sources: [SourceNode]) {
      self.name = name
      self.operation = operation
      self.summary = summary
      self.sources = sources
    }
  }

  public init(value: String, nodes: [Node], isRecovered: Bool = false, isOutput: Bool = false) {
    self.value = value
    self.nodes = nodes
    self.isRecovered = isRecovered
    self.isOutput = isOutput
  }
}

/// A comparison, or why there is none.
public enum LayerOutcome: Sendable {
  case compared(Comparison)
  case failed(FerryError)

  public var comparison: Comparison? { if case .compared(let comparison) = self { comparison } else { nil } }
  public var passed: Bool { comparison?.passed ?? false }
}

/// What the oracle took for one case.
public struct OracleCost: Sendable, Equatable {
  /// Of the clock on the wall, for all runs together, without anything else that comparing takes.
  public var seconds: Double
  /// How often the network was computed in double precision: more than once where its captured values are too many to
  /// be kept at a time.
  public var runs: Int

  public init(seconds: Double, runs: Int) {
    self.seconds = seconds
    self.runs = runs
  }
}

/// Two distances from the oracle, which computes the same graph on the same inputs in double precision.
public struct ErrorBudget: Sendable {
  /// Of what this runtime computed, from the case's inputs.
  public let ferry: Comparison
  /// Of what the reference framework captured.
  public let reference: Comparison

  public init(ferry: Comparison, reference: Comparison) {
    self.ferry = ferry
    self.reference = reference
  }
}

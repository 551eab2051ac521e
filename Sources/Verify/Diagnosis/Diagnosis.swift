/// Which mistakes would explain why a layer differs from its golden.
public struct Diagnosis: Sendable {
  /// The largest error as it stands, relative to max|expected|.
  public let error: Double
  /// The candidates that make the error smaller, the best first.
  public let explanations: [Explanation]

  public init(error: Double, explanations: [Explanation]) {
    self.error = error
    self.explanations = explanations
  }

  /// The explanation to name; nil if no candidate accounts for most of the error.
  public var best: Explanation? { explanations.first { $0.isWhole } ?? explanations.first { $0.error < error / 10 } }
}

/// One candidate mistake that was tried.
public struct Explanation: Sendable {
  /// The kind of mistake, the same for all its spellings: "symmetric-padding", "batch-normalization-epsilon".
  public let mistake: String
  /// What was changed, so that it reads on after "the error is …": "with padding [1, 1, 1, 1] in place of [0, 0, 1, 1]".
  public let change: String
  /// What people should do about it.
  public let advice: String
  /// The largest error that is left, relative to max|expected|.
  public let error: Double
  /// Whether what is left is within the case's tolerance.
  public let isWhole: Bool

  public init(mistake: String, change: String, advice: String, error: Double, isWhole: Bool) {
    self.mistake = mistake
    self.change = change
    self.advice = advice
    self.error = error
    self.isWhole = isWhole
  }
}

/// Which mistakes would explain why a layer differs from its golden.
public struct Diagnosis: Sendable {
  /// The largest error as it stands, relative to max|expected|; infinite if one side alone is NaN or infinite
  /// somewhere.
  public let error: Double
  /// The candidates that make the error much smaller, the best first.
  public let explanations: [Explanation]
  /// How many candidates were tried.
  public let triedCount: Int
  /// Whether all that could be tried was: false if the limit on multiplications ended it.
  public let isComplete: Bool

  public init(error: Double, explanations: [Explanation], triedCount: Int = 0, isComplete: Bool = true) {
    self.error = error
    self.explanations = explanations
    self.triedCount = triedCount
    self.isComplete = isComplete
  }

  /// The explanation to name; nil if no candidate accounts for most of the error.
  public var best: Explanation? { explanations.first { $0.isWhole } ?? explanations.first { $0.error < error / 10 } }
}

/// One candidate mistake that was tried.
public struct Explanation: Sendable {
  /// The kind of mistake, the same for all its spellings: "symmetric-padding", "batch-normalization-epsilon"; two
  /// joined by + where it takes both.
  public let mistake: String
  /// What was changed, so that it reads on after "the error is …": "with padding [1, 1, 1, 1] in place of [0, 0, 1,
  /// 1]".
  public let change: String
  /// What people should do about it.
  public let advice: String
  /// The largest error that is left, relative to max|expected|.
  public let error: Double
  /// Whether what is left is within the case's tolerance.
  public let isWhole: Bool
  /// How many numbers were taken from the golden itself to explain it: 0 for a mistake that is simply undone, two for
  /// each channel where factors and offsets were fitted. The fewer, the more the explanation says.
  public let freeParameters: Int

  public init(
    mistake: String, change: String, advice: String, error: Double, isWhole: Bool, freeParameters: Int = 0
  ) {
    self.mistake = mistake
    self.change = change
    self.advice = advice
    self.error = error
    self.isWhole = isWhole
    self.freeParameters = freeParameters
  }
}

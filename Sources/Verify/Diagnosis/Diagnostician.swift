import FerryModel

/// Tells which mistake would explain that a place of a network differs from its golden.
///
/// The model is taken to be wrong and the golden to be right: each candidate changes the model (or the inputs, or the
/// result) as the one who made the golden would have had it, and what comes out is compared with the golden. Everything
/// is computed in double precision. The same suspect gives the same diagnosis.
package enum Diagnostician {
  /// Evaluates a bound graph: `Graph.evaluate`, or something faster that means the same.
  package typealias Evaluation = (Graph, [ReferenceArray<Double>]) throws -> [ValueID: ReferenceArray<Double>]

  /// What a diagnosis may cost, and how much it tells.
  package struct Limits: Sendable {
    /// Multiplications that all candidates together may take. The plain loops do 1 to 2·10⁹ in a second.
    package var multiplications: Int
    /// A suspect of more nodes counts as a network: only mistakes in its inputs and its result are tried.
    package var nodes: Int
    /// Explanations that are handed back.
    package var explanations: Int

    package init(multiplications: Int = 20_000_000_000, nodes: Int = 32, explanations: Int = 10) {
      self.multiplications = multiplications
      self.nodes = nodes
      self.explanations = explanations
    }
  }

  /// Tries all candidates of `MistakeCatalogue` until nothing better can come; if none is whole, also those on top of
  /// the best ones.
  ///
  /// - Returns: no explanations if the suspect is within its tolerance, and if no candidate accounts for the
  ///   difference.
  /// - Throws: `internalDefect` for a suspect whose parts do not fit each other, `shapeMismatch` if `actual` has
  ///   another shape than `expected`, and what evaluating the suspect's own graph throws.
  package static func diagnose(
    _ suspect: Suspect, limits: Limits = Limits(), evaluate: @escaping Evaluation = { try $0.evaluate($1) }
  ) throws -> Diagnosis {
    let comparison = try Comparison(actual: suspect.actual, expected: suspect.expected, tolerance: suspect.tolerance)
    guard !comparison.passed else { return Diagnosis(error: comparison.peakError, explanations: []) }
    let scene = try Scene(suspect, limits: limits, evaluate: evaluate)
    var jury = Jury(scene)
    for family in MistakeCatalogue.all where family.suitsNetworks || !scene.isNetwork {
      for candidate in try family.candidates(for: scene) { try jury.hear(candidate) }
      if jury.isSettled { break }
    }
    if !scene.isNetwork { try jury.hearPairs() }
    return Diagnosis(
      error: scene.residual.error, explanations: jury.explanations(limit: limits.explanations),
      triedCount: jury.triedCount, isComplete: !scene.effort.isExhausted)
  }
}

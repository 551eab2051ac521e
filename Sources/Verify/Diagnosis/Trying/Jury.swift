import FerryModel
import FerryTensor

/// Tries candidates on a suspect, keeps those that explain something and ranks them.
struct Jury {
  fileprivate struct Kept {
    let explanation: Explanation
    let changes: Int
    /// What was evaluated, where a graph was.
    let trial: (graph: Graph, inputs: [Values])?
  }

  private let scene: Scene
  private let screen: Screen?
  private var kept: [Kept] = []
  private(set) var triedCount = 0

  init(_ scene: Scene) {
    self.scene = scene
    screen = Screen(scene)
  }

  /// Candidates that leave more than this part of the error explain nothing.
  private static let largestRest = 0.5
  /// What is fitted always comes somewhat closer: it has to come much closer.
  private static let largestRestOfFits = 0.1
  /// The part of the golden's variance that an explanation must account for unless it is within the tolerance.
  private static let leastDetermination = 0.75

  /// Whether nothing that is still to come can be a better explanation: something simple leaves no more than rounding.
  var isSettled: Bool {
    kept.contains {
      $0.explanation.isWhole && $0.explanation.freeParameters == 0 && $0.changes <= 1
        && $0.explanation.error <= scene.yardstick.floor
    }
  }

  /// Tries a candidate. One whose change is not possible here is passed over.
  mutating func hear(_ candidate: Candidate) throws {
    triedCount += 1
    guard let (result, trial) = try attempt(candidate), result.shape == scene.expected.shape else { return }
    let residual = scene.yardstick.measure(result)
    guard candidate.isFact || isExplanation(residual, isFit: candidate.freeParameters > 0) else { return }
    kept.append(
      Kept(
        explanation: Explanation(
          mistake: candidate.mistake, change: candidate.change, advice: candidate.advice, error: residual.error,
          isWhole: residual.isWithin, freeParameters: candidate.freeParameters),
        changes: candidate.changes, trial: trial))
  }

  /// How many of the best candidates a second mistake is looked for on top of.
  private static let firstMistakes = 2

  /// Unless something explains everything, tries mistakes on top of the best ones that are simply undone.
  mutating func hearPairs() throws {
    guard !kept.contains(where: \.explanation.isWhole) else { return }
    let firsts = kept.filter { $0.trial != nil && $0.explanation.freeParameters == 0 }
      .sorted { $0.explanation.error < $1.explanation.error }.prefix(Self.firstMistakes)
    var seen: Set<Set<String>> = []
    for first in firsts {
      guard let trial = first.trial else { continue }
      let changed = try Scene(scene, changed: trial.graph, inputs: trial.inputs)
      var jury = Jury(changed)
      for family in MistakeCatalogue.undone {
        for candidate in try family.candidates(for: changed) { try jury.hear(candidate) }
        if jury.isSettled { break }
      }
      triedCount += jury.triedCount
      for second in jury.kept where second.explanation.isWhole && second.explanation.freeParameters == 0 {
        guard seen.insert([first.explanation.change, second.explanation.change]).inserted else { continue }
        kept.append(first.joined(second))
      }
    }
  }

  private func attempt(_ candidate: Candidate) throws -> (Values, (graph: Graph, inputs: [Values])?)? {
    do {
      switch try candidate.trial() {
      case nil: return nil
      case .output(let result): return (result, nil)
      case .graph(let graph, let inputs):
        guard graph.fixedShape(graph.outputs[0]) == scene.expected.shape else { return nil }
        let inputs = inputs ?? scene.inputs
        if let screen, let error = try screen.error(of: graph, inputs, in: scene),
          !(error < scene.residual.error * Self.largestRest)
        {
          return nil
        }
        return try scene.result(of: graph, inputs).map { ($0, (graph, inputs)) }
      }
    } catch let error as FerryError where error.code != .interrupted {
      return nil
    }
  }

  private func isExplanation(_ residual: Yardstick.Residual, isFit: Bool) -> Bool {
    let rest = isFit ? Self.largestRestOfFits : Self.largestRest
    guard residual.error < scene.residual.error * rest else { return false }
    return residual.isWithin || residual.determination > Self.leastDetermination
  }

  /// The explanations, the best first.
  ///
  /// Whole ones come first. Of those that leave errors within a factor of two, the one with fewer numbers from the
  /// golden, fewer changes, the earlier one comes first; below what rounding leaves errors count as equal, and those of
  /// fits count four times.
  func explanations(limit: Int) -> [Explanation] {
    var ranked: [Explanation] = []
    for isWhole in [true, false] {
      var rest = kept.filter { $0.explanation.isWhole == isWhole }
      while let least = rest.map(weight).min(), ranked.count < limit {
        let tied = rest.indices.filter { weight(rest[$0]) <= 2 * least }
        guard let best = tied.min(by: { isSimpler(rest[$0], $0, rest[$1], $1) }) else { break }
        ranked.append(rest.remove(at: best).explanation)
      }
    }
    return ranked
  }

  private func weight(_ kept: Kept) -> Double {
    max(kept.explanation.error * (kept.explanation.freeParameters > 0 ? 4 : 1), scene.yardstick.floor)
  }

  private func isSimpler(_ first: Kept, _ i: Int, _ second: Kept, _ j: Int) -> Bool {
    (first.explanation.freeParameters, first.changes, i) < (second.explanation.freeParameters, second.changes, j)
  }
}

extension Jury.Kept {
  /// Both mistakes together, of which the second leaves nothing.
  fileprivate func joined(_ second: Self) -> Self {
    let (a, b) = (explanation, second.explanation)
    return Self(
      explanation: Explanation(
        mistake: "\(a.mistake)+\(b.mistake)", change: "\(a.change) and \(b.change)",
        advice: a.advice == b.advice ? a.advice : "two mistakes. First: \(a.advice). Second: \(b.advice)",
        error: b.error,
        isWhole: true), changes: changes + second.changes, trial: nil)
  }
}

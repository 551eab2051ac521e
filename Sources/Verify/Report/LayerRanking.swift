import FerryModel

extension LayerReport {
  /// The places of `layers`, the worst first: those that are wrong by themselves by their isolated error, then those
  /// that differ in the run by that error, then the others by the larger of both. Equals stay in the network's order.
  public var worstFirst: [Int] {
    let keys = layers.map(\.badness)
    return layers.indices.sorted { first, second in
      let (one, other) = (keys[first], keys[second])
      if one.rank != other.rank { return one.rank < other.rank }
      return one.error == other.error ? first < second : one.error > other.error
    }
  }

  /// Whether an output is beyond the tolerance although no place of the network is wrong by itself.
  var gathersBeyondTolerance: Bool {
    firstDivergent == nil && layers.contains { $0.place.isOutput && $0.verdict == .accumulated }
  }

  /// What is said then.
  static let gathering =
    "no node is wrong by itself: the error gathers on the way, as rounding that the network amplifies does; --oracle "
    + "says whether the reference is as far from the truth"

  var failedCount: Int { layers.count { !$0.passed } }

  /// The layers that are wrong by themselves, in the network's order.
  var wrongByThemselves: [Layer] { layers.filter(\.isWrongByItself) }

  /// How many captured values each pass removed, most first.
  var removedByPass: [(pass: String, count: Int)] {
    Dictionary(grouping: removed, by: \.pass).map { (pass: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.pass) < ($0.count, $1.pass) }
  }
}

extension Layer {
  /// Fed with what the reference had there, it does not give what the reference gave.
  public var isWrongByItself: Bool { isolated.map { !$0.passed } ?? false }

  /// The larger of the two errors, relative to max|expected|; infinite if there is none to tell.
  var error: Double { max(cumulative.error, isolated?.error ?? 0) }

  /// What is compared, as one is shown: of the view that tells more.
  var shapeText: String { (cumulative.comparison ?? isolated?.comparison).map { "\($0.shape)" } ?? "—" }

  /// The node that gives the value; the value's own name for an input of the graph.
  var nodeName: String { place.nodes.last?.name ?? name }

  /// The operator that gives the value, and how many others stand before it: "Conv +2".
  var operationText: String {
    guard let last = place.nodes.last else { return "input" }
    return place.nodes.count > 1 ? "\(last.operation) +\(place.nodes.count - 1)" : last.operation
  }

  fileprivate var badness: (rank: Int, error: Double) {
    if isWrongByItself { return (0, isolated?.error ?? 0) }
    return cumulative.passed ? (2, error) : (1, cumulative.error)
  }
}

extension LayerOutcome {
  /// The largest error relative to max|expected|; infinite if the values could not be compared or one is NaN or
  /// infinite where the other is not.
  var error: Double {
    guard let comparison, comparison.nonFiniteMismatchCount == 0 else { return .infinity }
    return comparison.peakError
  }
}

extension Comparison {
  /// The largest error relative to max|expected| that the tolerance allows any element.
  var allowedPeakError: Double {
    let relative = tolerance.peak + tolerance.rtol
    return tolerance.atol == 0 ? relative : peak == 0 ? .infinity : relative + tolerance.atol / peak
  }
}

extension Comparison {
  /// The error in units in the last place that a budget tells of; nil for integers.
  var typicalUnitsInLastPlace: Double? { rootMeanSquareUnitsInLastPlace }
}

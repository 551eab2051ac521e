/// What a plot of the error along the network shows: a point for each layer, or for each of a bounded number of
/// stretches.
struct LayerPlotPoints {
  struct Point {
    /// The layers that it stands for.
    let layers: Range<Int>
    var cumulative: Series
    var isolated: Series?
    /// What the tolerance allows: the least.
    var allowed: Double
    /// How far the reference is from the oracle: the most.
    var oracle: Double?
  }

  /// The errors of a view over the layers of a point.
  struct Series {
    var least: Double
    var most: Double
    /// The layer of the largest error.
    var worst: Int
    var failed: Int
  }

  let points: [Point]
  /// More points than this are no picture.
  static let limit = 480

  init(_ layers: [Layer]) {
    let count = min(layers.count, Self.limit)
    points = (0..<count).map { number in
      let range = number * layers.count / count..<(number + 1) * layers.count / count
      return Self.point(layers, range)
    }
  }

  var isAggregated: Bool { points.contains { $0.layers.count > 1 } }

  private static func point(_ layers: [Layer], _ range: Range<Int>) -> Point {
    var point = Point(
      layers: range, cumulative: series(layers[range.lowerBound].cumulative, range.lowerBound), isolated: nil,
      allowed: .infinity, oracle: nil)
    for index in range {
      let layer = layers[index]
      if index > range.lowerBound { merge(&point.cumulative, series(layer.cumulative, index)) }
      if let isolated = layer.isolated.map({ series($0, index) }) {
        if var known = point.isolated {
          merge(&known, isolated)
          point.isolated = known
        } else {
          point.isolated = isolated
        }
      }
      for comparison in [layer.cumulative.comparison, layer.isolated?.comparison].compactMap({ $0 }) {
        point.allowed = min(point.allowed, comparison.allowedPeakError)
      }
      if let budget = layer.budget { point.oracle = max(point.oracle ?? 0, budget.reference.peakError) }
    }
    return point
  }

  private static func series(_ outcome: LayerOutcome, _ index: Int) -> Series {
    Series(least: outcome.error, most: outcome.error, worst: index, failed: outcome.passed ? 0 : 1)
  }

  private static func merge(_ series: inout Series, _ other: Series) {
    series.least = min(series.least, other.least)
    if other.most > series.most { (series.most, series.worst) = (other.most, other.worst) }
    series.failed += other.failed
  }
}

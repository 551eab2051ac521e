import FerryModel
import FerryTensor

/// A cheap first look at a candidate: one sample, and a few channels of it. As the largest error over a part is never
/// larger than that over the whole, what fails here would fail there.
struct Screen {
  private let sample: Int?
  private let batch: Int
  private let channels: [Int]
  private let yardstick: Yardstick

  /// Multiplications below which a graph is evaluated at once.
  private static let cheap = 4e6
  /// About how many a look may take.
  private static let look = 1e6
  private static let channelCounts = 2...16

  /// - Returns: nil if evaluating the graph costs little, or it cannot be cut.
  init?(_ scene: Scene) {
    let cost = scene.graph.multiplications()
    guard cost > Self.cheap, scene.expected.shape.count >= 2 else { return nil }
    let planes = scene.expected.planes
    batch = planes.samples
    var errors = [Double](repeating: 0, count: planes.samples * planes.channels)
    for sample in 0..<planes.samples {
      for channel in 0..<planes.channels {
        errors[sample * planes.channels + channel] = planes.range(sample: sample, channel: channel).reduce(0) {
          let error = (scene.base.elements[$1] - scene.expected.elements[$1]).magnitude
          return error.isNaN ? .infinity : max($0, error)
        }
      }
    }
    let worst = errors.indices.max { errors[$0] < errors[$1] } ?? 0
    let worstSample = worst / max(1, planes.channels)
    let isBatch = planes.samples > 1 && scene.graph.forOneSample(of: planes.samples) != nil
    sample = isBatch ? worstSample : nil
    let perChannel = cost / Double(planes.channels) / (isBatch ? Double(planes.samples) : 1)
    let affordable = Int(min(1e6, Self.look / max(1, perChannel)))
    let count = min(Self.channelCounts.upperBound, max(Self.channelCounts.lowerBound, affordable))
    // Half of them the worst ones, half spread over all.
    let ranked = (0..<planes.channels).sorted {
      let (first, second) = (
        errors[worstSample * planes.channels + $0], errors[worstSample * planes.channels + $1]
      )
      return first == second ? $0 < $1 : first > second
    }
    let spread = (0..<count / 2).map { $0 * planes.channels / max(1, count / 2) }
    let chosen = Set(ranked.prefix(count - count / 2)).union(spread)
    channels = chosen.count < planes.channels ? chosen.sorted() : []
    guard isBatch || !channels.isEmpty else { return nil }
    var expected = scene.expected
    if let sample { expected = expected.taking([sample], axis: 0) }
    if !channels.isEmpty, ChannelCut(scene.graph, channels: channels) != nil {
      expected = expected.taking(channels, axis: 1)
    }
    yardstick = Yardstick(expected: expected, tolerance: scene.yardstick.tolerance, peak: scene.yardstick.peak)
  }

  /// The error of a candidate over the part that is looked at, relative to max|expected|.
  ///
  /// - Returns: nil if the candidate's graph cannot be cut so.
  func error(of graph: Graph, _ inputs: [Values], in scene: Scene) throws -> Double? {
    var (graph, inputs) = (graph, inputs)
    if let sample {
      guard let cut = graph.forOneSample(of: batch) else { return nil }
      graph = cut
      inputs = inputs.map { $0.taking([sample], axis: 0) }
    }
    if !channels.isEmpty, let cut = ChannelCut(graph, channels: channels) {
      inputs = zip(inputs, cut.cutInputs).map { $1 ? $0.taking(channels, axis: 1) : $0 }
      graph = cut.graph
    }
    guard graph.fixedShape(graph.outputs[0]) == yardstick.expected.shape else { return nil }
    return try scene.run(graph, inputs).map { yardstick.measure($0).error }
  }
}

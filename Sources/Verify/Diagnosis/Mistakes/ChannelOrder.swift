import FerryModel
import FerryTensor

/// The result's channels in another order: reversed, shuffled in groups, rolled, or any other.
struct ChannelOrder: MistakeFamily {
  private static let advice =
    "the layer's output channels stand in another order: look at how its weights are read, at a shuffle or a split "
    + "before them, and whether what reads them agrees"
  /// Elements of a channel that are looked at to find the channel that is most like it.
  private static let probes = 48

  static func candidates(for scene: Scene) -> [Candidate] {
    guard scene.expected.shape.count >= 2 else { return [] }
    let channels = scene.expected.shape[1]
    guard channels > 1 else { return [] }
    func reordered(_ mistake: String, _ change: String, changes: Int = 1, _ order: [Int]) -> Candidate {
      Candidate(mistake, change, advice, changes: changes) { scene.base.taking(order, axis: 1) }
    }
    let shuffles = (2...min(64, channels)).filter { channels % $0 == 0 && $0 < channels }.map { groups in
      let size = channels / groups
      return reordered(
        "channel-shuffle", "with the channels regrouped from \(groups)×\(size) to \(size)×\(groups)",
        (0..<channels).map { $0 % groups * size + $0 / groups })
    }
    let rolls = [1, -1].map { step in
      reordered(
        "channels-rolled", "with the channels rolled by \(step > 0 ? "+" : "−")1", changes: 2,
        (0..<channels).map { ($0 - step + channels) % channels })
    }
    return [reordered("channels-reversed", "with the channels in reverse order", (0..<channels).reversed())] + shuffles
      + rolls + exchanged(scene) + matched(scene)
  }

  /// The only two channels that are wrong, exchanged: in the result, and in each of a layer's weights alone.
  private static func exchanged(_ scene: Scene) -> [Candidate] {
    let wrong = scene.wrongChannels
    guard wrong.count == 2 else { return [] }
    var order = Array(0..<scene.expected.shape[1])
    order.swapAt(wrong[0], wrong[1])
    let words = "channels \(wrong[0]) and \(wrong[1])"
    var candidates = [
      Candidate(
        "channels-exchanged", "with \(words) of the result exchanged",
        "two output channels stand in each other's places: " + advice, changes: 1
      ) { scene.base.taking(order, axis: 1) }
    ]
    let graph = scene.graph
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs.dropFirst() {
        guard let weight = graph.weights[input] else { continue }
        let axis = node.operation is ConvTranspose && weight.shape.rank > 1 ? 1 : 0
        guard weight.shape.rank > axis, weight.shape[axis] == order.count else { continue }
        candidates.append(
          Candidate(
            "channels-exchanged",
            "with \(words) of \(graph[input].name.printable) exchanged" + graph.words(for: index),
            "two output channels of one array stand in each other's places: look at how it is read", changes: 1
          ) {
            let values = Values(shape: weight.shape.dimensions, elements: weight.doubles)
            return try graph.replacing(weight: input, with: values.taking(order, axis: axis).elements)
          })
      }
    }
    return candidates
  }

  /// For each of the golden's channels the result's channel that is most like it, where that is an order.
  private static func matched(_ scene: Scene) -> [Candidate] {
    let planes = scene.expected.planes
    // Fewer elements would be alike by chance.
    guard planes.channels <= 4096, planes.channelCount >= 8 || planes.channels <= planes.channelCount * 4 else {
      return []
    }
    return [
      Candidate(
        mistake: "channels-permuted", change: "with each channel of the golden beside the one that is most like it",
        advice: advice, changes: 2, freeParameters: planes.channels
      ) {
        guard let order = matching(scene, planes) else { return nil }
        return .output(scene.base.taking(order, axis: 1))
      }
    ]
  }

  private static func matching(_ scene: Scene, _ planes: Planes) -> [Int]? {
    let step = max(1, planes.channelCount / probes)
    let positions = stride(from: 0, to: planes.channelCount, by: step).map { ($0 / planes.size, $0 % planes.size) }
    func sampled(_ values: Values) -> [Double] {
      (0..<planes.channels).flatMap { channel in
        positions.map { values.elements[($0.0 * planes.channels + channel) * planes.size + $0.1] }
      }
    }
    let (expected, result) = (sampled(scene.expected), sampled(scene.base))
    let count = positions.count
    var order: [Int] = []
    var taken = Set<Int>()
    for channel in 0..<planes.channels {
      var (best, least) = (0, Double.infinity)
      for other in 0..<planes.channels {
        var distance = 0.0
        for probe in 0..<count {
          let difference = expected[channel * count + probe] - result[other * count + probe]
          distance += difference * difference
        }
        // Where several are as good, as channels of zeros are: the place itself, or one that is not taken yet.
        if distance < least || (distance == least && (other == channel || taken.contains(best))) {
          (best, least) = (other, distance)
        }
      }
      order.append(best)
      taken.insert(best)
    }
    return taken.count == planes.channels && order != Array(0..<planes.channels) ? order : nil
  }
}

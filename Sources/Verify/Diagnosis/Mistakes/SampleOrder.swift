import FerryModel
import FerryTensor

/// The samples of a batch stand in another order in the golden.
struct SampleOrder: MistakeFamily {
  static let suitsNetworks = true

  private static let largestBatch = 64

  static func candidates(for scene: Scene) -> [Candidate] {
    guard scene.expected.shape.count >= 2, (2...largestBatch).contains(scene.expected.shape[0]) else { return [] }
    return [
      Candidate(
        mistake: "sample-order", change: "with the samples of the batch in the golden's order",
        advice: "inputs and goldens were saved in different orders: capture them in one run"
      ) {
        guard let order = matching(scene) else { return nil }
        return .output(scene.base.taking(order, axis: 0))
      }
    ]
  }

  /// For each sample of the golden the result's sample that is most like it; nil unless that is another order.
  private static func matching(_ scene: Scene) -> [Int]? {
    let batch = scene.expected.shape[0]
    let size = scene.expected.count / batch
    let order = (0..<batch).map { sample in
      (0..<batch).min { distance(scene, sample, $0, size) < distance(scene, sample, $1, size) } ?? sample
    }
    return Set(order).count == batch && order != Array(0..<batch) ? order : nil
  }

  private static func distance(_ scene: Scene, _ expected: Int, _ result: Int, _ size: Int) -> Double {
    let first = scene.expected.elements[expected * size..<(expected + 1) * size]
    let second = scene.base.elements[result * size..<(result + 1) * size]
    return zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}

/// The golden is what went into the place: there the layer did not run.
struct GoldenEqualsInput: MistakeFamily {
  static let suitsNetworks = true

  static func candidates(for scene: Scene) -> [Candidate] {
    scene.inputs.enumerated().filter { $0.element.count == scene.expected.count }.map { position, input in
      Candidate(
        "golden-equals-input",
        "with \(scene.graph[scene.graph.inputs[position]].name.printable), an input of the place, in place of its "
          + "result",
        "the golden was captured before the layer instead of behind it, or the layer was switched off"
      ) { input.shaped(scene.expected.shape) }
    }
  }
}

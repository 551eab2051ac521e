import FerryModel
import FerryTensor

/// What has to do with a value that was captured elsewhere: a connection around several layers that the bundle lacks,
/// and goldens that took each other's place.
struct OtherCapturedValues: MistakeFamily {
  static let suitsNetworks = true

  static func candidates(for scene: Scene) -> [Candidate] {
    scene.others.flatMap { other -> [Candidate] in
      (other.isBefore ? connections(other, scene) : []) + (other.isOwnPlace ? [exchange(other, scene)] : [])
    }
  }

  private static func connections(_ other: CapturedElsewhere, _ scene: Scene) -> [Candidate] {
    let name = other.name.printable
    let advice =
      "the reference has a connection around the layers from there to here, which the bundle lacks: look at what this "
      + "part of the source adds"
    let sum = Candidate("residual-missing", "with \(name) added to the result", advice) {
      scene.base.combined(Values(other.tensor), +)
    }
    guard scene.ending.function != nil else { return [sum] }
    return [
      sum,
      Candidate("residual-missing", "with \(name) added before the activation", advice) {
        try scene.ending.apply(scene.beforeEnding.combined(Values(other.tensor), +))
      },
    ]
  }

  /// Here the golden is at fault. What would be left with the other one in its place is put on top of this one, because
  /// that is what trials are compared with.
  private static func exchange(_ other: CapturedElsewhere, _ scene: Scene) -> Candidate {
    Candidate(
      "golden-equals-other", "with what was captured as \(other.name.printable) for the golden",
      "this layer gives what was captured as \(other.name.printable): the two arrays of the golden took each other's "
        + "place, so capture it anew; or the layers that lead from the one to the other are missing in the bundle"
    ) {
      let values = Values(other.tensor)
      // By the other's own tolerance: beside a golden of large numbers everything would be near.
      guard Yardstick(expected: values, tolerance: scene.yardstick.tolerance).measure(scene.base).isWithin else {
        return nil
      }
      return scene.expected.combined(scene.base.combined(values, -), +)
    }
  }
}

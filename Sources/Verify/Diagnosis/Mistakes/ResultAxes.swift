import FerryModel

/// The result's pixels or axes in another order: height and width exchanged, mirrored, channels last.
struct ResultAxes: MistakeFamily {
  static let suitsNetworks = true

  private static let advice =
    "the golden or the layer has its axes in another order: look at the layout of the case (NCHW, NHWC) and at how the "
    + "array was saved"

  static func candidates(for scene: Scene) -> [Candidate] {
    let shape = scene.expected.shape
    guard shape.count >= 3 else { return shape.count == 2 ? matrix(scene, shape) : [] }
    let last = shape.count - 1
    var candidates = [
      Candidate("result-layout", "with the result's bytes in the order N×H×W×C", advice) {
        try scene.base.transposed([0] + Array(2...last) + [1]).shaped(shape)
      },
      Candidate("result-layout", "with the result's bytes read as N×H×W×C", advice) {
        try scene.base.shaped([shape[0]] + shape[2...] + [shape[1]]).transposed([0, last] + Array(1..<last))
      },
    ]
    if shape.count >= 4, shape[last] == shape[last - 1] {
      candidates.insert(
        Candidate("result-transposed", "with height and width of the result exchanged", advice) {
          try scene.base.transposed(Array(0..<last - 1) + [last, last - 1])
        }, at: 0)
    }
    let names = ["width", "height", "depth"]
    for (axis, name) in zip((2...last).reversed(), names) where shape[axis] > 1 {
      candidates.append(
        Candidate("result-mirrored", "with the result mirrored along its \(name)", advice) {
          scene.base.reversed(axis: axis)
        })
      for step in [1, -1] {
        candidates.append(
          Candidate(
            "result-shifted", "with the result rolled by \(step > 0 ? "+" : "−")1 along its \(name)", advice
          ) {
            let extent = shape[axis]
            return scene.base.taking((0..<extent).map { ($0 - step + extent) % extent }, axis: axis)
          })
      }
    }
    return candidates
  }

  private static func matrix(_ scene: Scene, _ shape: [Int]) -> [Candidate] {
    [
      Candidate("result-transposed", "with the result's bytes in the order of its transpose", advice) {
        try scene.base.transposed([1, 0]).shaped(shape)
      },
      Candidate("result-transposed", "with the result's bytes read as its transpose", advice) {
        try scene.base.shaped([shape[1], shape[0]]).transposed([1, 0])
      },
    ]
  }
}

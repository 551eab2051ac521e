import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: poolings and resizing")
struct PoolingDiagnosisTests {
  private func pool(_ kind: Pool.Kind, ceil: Bool = false, pads: [Int] = [1, 1, 1, 1]) throws -> Graph {
    let window = try Window(kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: pads.map { Dimension($0) })
    return try Sketch.single(Pool(kind, window: window, ceilMode: ceil), [2, 4, 11, 13])
  }

  @Test("padding that counts in a mean or does not")
  func countIncludePad() throws {
    try Injection(right: pool(.averageIncludingPadding), wrong: pool(.average)).expect(
      "count-include-pad", "counted in")
    try Injection(right: pool(.average), wrong: pool(.averageIncludingPadding)).expect(
      "count-include-pad", "left out of")
  }

  @Test("the mean for the maximum and the other way round")
  func kind() throws {
    try Injection(right: pool(.maximum), wrong: pool(.average)).expect(
      "pool-kind", "with the maximum in place of the mean")
    try Injection(right: pool(.average), wrong: pool(.maximum)).expect(
      "pool-kind", "with the mean in place of the maximum")
    let shape = [2, 5, 6, 7]
    try Injection(
      right: Sketch.single(GlobalPool(.maximum), shape), wrong: Sketch.single(GlobalPool(.average), shape)
    ).expect("pool-kind", "with the maximum in place of the mean")
    try Injection(
      right: Sketch.single(Reduce(.sum, axes: [2], keepsDimensions: false), shape),
      wrong: Sketch.single(Reduce(.mean, axes: [2], keepsDimensions: false), shape)
    ).expect("reduction-kind", "with sum in place of mean")
  }

  @Test("windows that hang over the end")
  func ceilMode() throws {
    // Five windows of 12 pixels either way; those of a mean in ceil mode divide by what is left of the padding.
    func pool(ceil: Bool, pads: [Int]) throws -> Graph {
      let window = try Window(kernel: [3, 3], strides: [3, 3], dilations: [1, 1], pads: pads.map { Dimension($0) })
      return try Sketch.single(Pool(.averageIncludingPadding, window: window, ceilMode: ceil), [1, 4, 11, 14])
    }
    try Injection(right: pool(ceil: true, pads: [0, 0, 0, 0]), wrong: pool(ceil: false, pads: [0, 0, 1, 1])).expect(
      "count-include-pad", "left out of")
  }

  private func resize(_ method: Resize.Method, _ size: [Int] = [1, 3, 9, 12], scale: Double? = nil) throws -> Graph {
    let axes = size.enumerated().map { Resize.Axis(size: Dimension($1), scale: $0 == 2 ? scale : nil) }
    return try Sketch.single(Resize(method, axes: axes), [1, 3, 5, 7])
  }

  @Test("where a resizing finds its pixels")
  func coordinates() throws {
    for (right, words) in [
      (Resize.Coordinates.halfPixel, "with halfPixel in place of asymmetric"), (.alignCorners, "with alignCorners"),
    ] {
      try Injection(right: resize(.init(.linear, right)), wrong: resize(.init(.linear, .asymmetric))).expect(
        "resize-coordinates", words)
    }
    try Injection(
      right: resize(.init(.nearest, .halfPixel)), wrong: resize(.init(.nearest, .asymmetric, rounding: .floor)),
      inputs: [noise(3, shape: [1, 3, 5, 7])]
    ).expect("resize-coordinates")
  }

  @Test("rounding, mode, cubic coefficient, antialiasing, edges, scale")
  func methods() throws {
    try Injection(
      right: resize(.init(.nearest, .asymmetric, rounding: .ceiling)),
      wrong: resize(.init(.nearest, .asymmetric, rounding: .floor))
    ).expect("resize-rounding", "ceiling in place of floor")
    try Injection(right: resize(.init(.nearest, .halfPixel)), wrong: resize(.init(.linear, .halfPixel))).expect(
      "resize-mode", "nearest in place of linear")
    try Injection(right: resize(.init(.cubic)), wrong: resize(.init(.linear))).expect("resize-mode", "cubic")
    try Injection(right: resize(.init(.cubic, cubicCoefficient: -0.5)), wrong: resize(.init(.cubic))).expect(
      "resize-cubic-coefficient", "-0.5 in place of -0.75")
    try Injection(
      right: resize(.init(.linear, antialias: true), [1, 3, 3, 4]), wrong: resize(.init(.linear), [1, 3, 3, 4])
    ).expect("resize-antialias", "antialiasing")
    try Injection(right: resize(.init(.cubic, excludesOutside: true)), wrong: resize(.init(.cubic))).expect(
      "resize-outside")
    try Injection(
      right: resize(.init(.linear)), wrong: resize(.init(.linear), scale: 1.9)
    ).expect("resize-scale")
  }
}

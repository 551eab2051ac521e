import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: weights")
struct WeightDiagnosisTests {
  private let conv = SketchedConvolution()

  private func check(
    _ wrong: SketchedConvolution, _ mistake: String, _ words: String = "", free: Int?,
    right: SketchedConvolution? = nil
  ) throws {
    try Injection(right: (right ?? conv).graph(), wrong: wrong.graph()).expect(mistake, words, free: free)
  }

  private func damaged(_ index: Int, _ damage: (Float) -> Float) -> SketchedConvolution {
    conv.with {
      $0.weight = $0.randomWeight
      $0.weight?[index] = damage(conv.randomWeight[index])
    }
  }

  private func flipped(_ value: Float, bit: UInt32) -> Float { Float(bitPattern: value.bitPattern ^ (1 << bit)) }

  // Element 3·45 + 2·9 + 1·3 + 2 = 158 is [3, 2, 1, 2].

  @Test(
    "one flipped bit of the exponent, for small changes and for enormous ones", arguments: [23, 25, 29, 30] as [UInt32])
  func exponentBit(bit: UInt32) throws {
    try check(
      damaged(158) { flipped($0, bit: bit) }, "weight-element", "conv.weight[3, 2, 1, 2]", free: 1)
    let diagnosis = try Injection(
      right: conv.graph(), wrong: damaged(158) { flipped($0, bit: bit) }.graph()
    ).diagnosis()
    #expect(diagnosis.best?.change.contains("(one flipped exponent bit)") ?? false)
  }

  @Test("one element's sign, a zero, any other number")
  func elements() throws {
    try check(damaged(158) { -$0 }, "weight-element", "(its sign)", free: 1)
    try check(damaged(158) { _ in 0 }, "weight-element", "in place of 0 (it was set to 0)", free: 1)
    try check(damaged(158) { $0 + 0.37 }, "weight-element", "conv.weight[3, 2, 1, 2]", free: 2)
  }

  @Test("one element under an activation, with groups, of a matrix")
  func otherPlaces() throws {
    let relu = conv.with { $0.activation = Activation(.relu) }
    try check(
      damaged(158) { $0 + 0.37 }.with { $0.activation = Activation(.relu) }, "weight-element", "[3, 2, 1, 2]", free: 2,
      right: relu)
    let depthwise = SketchedConvolution(
      input: [2, 6, 9, 8], outputs: 6, strides: [2, 1], groups: 6, bias: noise(3, 6))
    try check(
      depthwise.with {
        $0.weight = $0.randomWeight
        $0.weight?[40] += 0.5
      }, "weight-element", "conv.weight[4, 0, 1, 1]", free: 2, right: depthwise)
    let weight = noise(6, 8 * 10)
    func graph(_ weight: [Float]) throws -> Graph {
      try Sketch.single(Gemm(), [40, 10], [(weight, [8, 10]), (noise(7, 8), [8])])
    }
    var wrong = weight
    wrong[37] = 2
    try Injection(right: graph(weight), wrong: graph(wrong)).expect("weight-element", "[3, 7]", free: 2)
  }

  @Test("NaN and infinities in weights and biases")
  func nonFinite() throws {
    try check(damaged(158) { _ in .nan }, "weight-not-finite", "conv.weight[3, 2, 1, 2]", free: 2)
    let infinite = try Injection(right: conv.graph(), wrong: damaged(158) { _ in .infinity }.graph()).diagnosis()
    infinite.expect("weight-not-finite", "in place of inf", free: nil)
    #expect(infinite.error == .infinity)
    try check(conv.with { $0.bias?[4] = .nan }, "weight-not-finite", "conv.bias[4] (nan)", free: 1)
    // Several: named, though what they should be cannot be told.
    let several = try Injection(
      right: conv.graph(),
      wrong: damaged(158) { _ in .nan }.with { $0.weight?[7] = .nan }.graph()
    ).diagnosis()
    let first = try #require(several.explanations.first)
    #expect(first.mistake == "weight-not-finite" && !first.isWhole)
    #expect(first.change == "with 0 for conv.weight[0, 0, 2, 1] (nan) and conv.weight[3, 2, 1, 2] (nan)")
  }

  @Test("weights of another layer, together and one array alone")
  func otherLayers() throws {
    var network = Sketch()
    let x = network.input(conv.input)
    let window = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1])
    for layer in 0..<3 {
      let w = try network.weight(noise(UInt64(100 + layer), 315, scale: 0.5), conv.weightShape, named: "w.\(layer)")
      let b = try network.vector(noise(UInt64(200 + layer), 7), named: "b.\(layer)")
      _ = try network.node(Conv(window: window, groups: 1), [x, w, b], named: "layer.\(layer)")
    }
    let whole = try network.closed(ValueID(network.graph.values.count - 1))
    func layer(_ weight: UInt64, _ bias: UInt64) -> SketchedConvolution {
      conv.with { ($0.weight, $0.bias) = (noise(100 + weight, 315, scale: 0.5), noise(200 + bias, 7)) }
    }
    for (right, words) in [
      (layer(2, 2), "with the weights of layer.2"), (layer(1, 0), "with w.1 in place of conv.weight"),
      (layer(0, 2), "with b.2 in place of conv.bias"),
    ] {
      var injection = try Injection(right: right.graph(), wrong: layer(0, 0).graph())
      injection.network = whole
      try injection.expect("other-weights", words)
    }
  }

  @Test("two output channels exchanged: in all arrays, in one")
  func outputChannels() throws {
    let size = 45
    func exchanged(_ elements: [Float], _ size: Int) -> [Float] {
      var copy = elements
      for position in 0..<size { copy.swapAt(2 * size + position, 5 * size + position) }
      return copy
    }
    let weight = exchanged(conv.randomWeight, size)
    try check(
      conv.with { ($0.weight, $0.bias) = (weight, exchanged(noise(72, 7), 1)) }, "channels-exchanged",
      "channels 2 and 5 of the result", free: 0)
    try check(conv.with { $0.weight = weight }, "channels-exchanged", "channels 2 and 5 of conv.weight", free: 0)
    try check(
      conv.with { $0.bias = exchanged(noise(72, 7), 1) }, "channels-exchanged", "channels 2 and 5 of conv.bias", free: 0
    )
  }

  @Test("input channels exchanged, reversed and regrouped")
  func inputChannels() throws {
    let weight = conv.randomWeight
    func taking(_ order: [Int]) -> [Float] {
      weight.indices.map { weight[$0 / 45 * 45 + order[$0 / 9 % 5] * 9 + $0 % 9] }
    }
    try check(
      conv.with { $0.weight = taking([0, 4, 2, 3, 1]) }, "input-channels-exchanged", "input channels 1 and 4 exchanged",
      free: 2)
    try check(conv.with { $0.weight = taking([4, 3, 2, 1, 0]) }, "input-channels-exchanged", "reverse order", free: 0)
  }

  @Test("rounded to a shorter format, in the reference and in the bundle")
  func rounded() throws {
    let wide = SketchedConvolution(input: [2, 6, 13, 12], outputs: 8, bias: noise(3, 8))
    let half = wide.with { $0.weight = $0.randomWeight.map { Float(Float16($0)) } }
    let truncated = wide.with {
      $0.weight = $0.randomWeight.map { Float(bitPattern: ($0.bitPattern + 0x8000) & 0xFFFF_0000) }
    }
    try check(wide, "weights-rounded", "with weights rounded to float16", free: 0, right: half)
    try check(wide, "weights-rounded", "with weights rounded to bfloat16", free: 0, right: truncated)
    try check(half, "weights-rounded", "rounding of the weights to float16 accounts for", free: 8 * 54, right: wide)
    try check(truncated, "weights-rounded", "to bfloat16 accounts for", free: 8 * 54, right: wide)
  }

  @Test("one output channel's weights are other ones, and all of them are")
  func otherWeights() throws {
    let wide = SketchedConvolution(input: [1, 6, 13, 12], outputs: 9, bias: noise(3, 9))
    let one = wide.with {
      $0.weight = $0.randomWeight
      for position in 4 * 54..<5 * 54 { $0.weight?[position] += 0.1 * noise(UInt64(position), 1)[0] }
    }
    // 156 places do not suffice to fit 55 numbers and to test them.
    try check(one, "weight-channel", "all channels but 1 of 9: channel 4", free: nil, right: wide)
    let large = wide.with { $0.input = [1, 6, 23, 22] }
    let stale = large.with { $0.weight = noise(1234, 9 * 54, scale: 0.5) }
    try check(stale, "weights-differ", "fitted for 4 of 9 wrong channels", free: 9 * 55, right: large)
  }
}

import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: biases and scales")
struct BiasDiagnosisTests {
  private let conv = SketchedConvolution()
  private var bias: [Float] { noise(72, 7) }

  private func check(
    _ wrong: SketchedConvolution, _ mistake: String, _ words: String = "", free: Int? = 0,
    right change: (inout SketchedConvolution) -> Void
  ) throws {
    try Injection(right: conv.with(change).graph(), wrong: wrong.graph()).expect(mistake, words, free: free)
  }

  @Test("dropped, left over, counted twice, turned in sign")
  func presence() throws {
    try check(conv.with { $0.bias = nil }, "bias-missing", free: 7) { _ in }
    try check(conv, "bias-extra") { $0.bias = nil }
    try check(conv.with { $0.bias = bias.map { 2 * $0 } }, "bias-doubled") { _ in }
    try check(conv, "bias-halved") { $0.bias = bias.map { 2 * $0 } }
    try check(conv, "bias-sign") { $0.bias = bias.map { -$0 } }
    try check(conv, "bias-wrong", free: 7) { $0.bias = noise(73, 7) }
  }

  @Test("dropped under an activation")
  func underActivation() throws {
    let relu = Activation(.relu)
    try Injection(
      right: conv.with { $0.activation = relu }.graph(),
      wrong: conv.with { ($0.activation, $0.bias) = (relu, nil) }.graph()
    ).expect("bias-missing", free: 7)
  }

  @Test("added after the activation")
  func afterActivation() throws {
    var sketch = Sketch()
    let x = sketch.input(conv.input)
    let w = try sketch.weight(conv.randomWeight, conv.weightShape)
    let window = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1])
    let y = try sketch.node(Conv(window: window, groups: 1, activation: Activation(.relu)), [x, w])
    let b = try sketch.weight(bias, [7, 1, 1])
    let right = try sketch.closed(sketch.node(Binary(.add), [y, b]))
    try Injection(right: right, wrong: conv.with { $0.activation = Activation(.relu) }.graph()).expect(
      "bias-after-activation")
  }

  @Test("one element")
  func element() throws {
    try check(conv.with { $0.bias?[4] = 3 }, "bias-element", "conv.bias[4]", free: 2) { _ in }
    try check(conv.with { $0.bias?[4].negate() }, "bias-element", "(its sign)", free: 2) { _ in }
  }

  @Test("all weights multiplied by one number, the whole result, and pictures from 0 to 255")
  func scales() throws {
    try check(conv.with { $0.weight = conv.randomWeight.map { 3 * $0 } }, "weights-scaled", "by 1/3", free: 1) { _ in }
    try check(conv.with { $0.bias = nil }, "scale", "factor of 255", free: 1) {
      ($0.bias, $0.weight) = (nil, $0.randomWeight.map { 255 * $0 })
    }
    var sketch = Sketch()
    let x = sketch.input([2, 5, 6])
    let silu = try sketch.node(Activate(Activation(.silu)), [x])
    let scaled = try sketch.closed(sketch.node(Binary(.multiply), [silu, sketch.vector([0.7])]))
    try Injection(right: scaled, wrong: Sketch.single(Activate(Activation(.silu)), [2, 5, 6])).expect(
      "scale", "0.7 after the activation", free: 1)
    var shifted = Sketch()
    let y = shifted.input([2, 5, 6])
    let product = try shifted.node(Binary(.multiply), [y, shifted.vector([3])])
    let sum = try shifted.closed(shifted.node(Binary(.add), [product, shifted.vector([-0.25])]))
    try Injection(right: sum, wrong: Sketch.single(Activate(.identity), [2, 5, 6])).expect(
      "scale", "factor of 3 and an offset of -0.25", free: 2)
  }

  @Test("a factor for each channel, and for each channel of each sample")
  func channelScales() throws {
    let factors = noise(5, 6).map { 1 + 0.5 * $0 }
    let identity = try Sketch.single(Activate(.identity), [1, 6, 5, 7])
    try Injection(
      right: Sketch.single(Binary(.multiply), [1, 6, 5, 7], [(factors, [6, 1, 1])]), wrong: identity
    ).expect("channel-scale", free: 6)
    let gates = noise(6, 18).map { 0.5 + 0.4 * $0 }
    try Injection(
      right: Sketch.single(Binary(.multiply), [3, 6, 5, 7], [(gates, [3, 6, 1, 1])]),
      wrong: Sketch.single(Activate(.identity), [3, 6, 5, 7])
    ).expect("factor-missing", free: 18)
  }

  @Test("one channel's scale")
  func channelNormalization() throws {
    let shape = [1, 6, 7, 5]
    let parameters = [noise(11, 6).map { 1 + 0.5 * $0 }, noise(12, 6), noise(13, 6)]
    func graph(_ variance: [Float]) throws -> Graph {
      try Sketch.single(BatchNormalization(epsilon: 1e-3), shape, (parameters + [variance]).map { ($0, [6]) })
    }
    let variance = noise(14, 6).map { 0.6 + 0.5 * $0 }
    var wrong = variance
    wrong[3] = 2.5
    try Injection(right: graph(variance), wrong: graph(wrong)).expect("channel-normalization", "in channel 3", free: 3)
  }
}

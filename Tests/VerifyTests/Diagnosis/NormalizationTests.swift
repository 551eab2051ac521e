import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: normalisation")
struct NormalizationDiagnosisTests {
  private static let shape = [3, 6, 7, 5]
  private static let scale = noise(11, 6).map { 1 + 0.5 * $0 }
  private static let bias = noise(12, 6)
  private static let mean = noise(13, 6, scale: 0.5)
  private static let variance = noise(14, 6).map { 0.6 + 0.5 * $0 }

  private func graph(
    _ epsilon: Float = 1e-3, scale: [Float] = scale, bias: [Float] = bias, mean: [Float] = mean,
    variance: [Float] = variance
  ) throws -> Graph {
    try Sketch.single(
      BatchNormalization(epsilon: epsilon), Self.shape, [(scale, [6]), (bias, [6]), (mean, [6]), (variance, [6])])
  }

  @Test("epsilon, as frameworks have it and as somebody chose it")
  func epsilon() throws {
    try Injection(right: graph(1e-5), wrong: graph(1e-3)).expect(
      "batch-normalization-epsilon", "with epsilon 1e-5 in place of 0.001")
    try Injection(right: graph(1e-3), wrong: graph(1e-5)).expect("batch-normalization-epsilon", "with epsilon 0.001")
    try Injection(right: graph(0.03), wrong: graph(1e-3)).expect("batch-normalization-epsilon", free: 1)
  }

  @Test("left out and doubled")
  func structure() throws {
    var sketch = Sketch()
    let x = sketch.input(Self.shape)
    var y = x
    for _ in 0..<2 {
      let parameters = try [Self.scale, Self.bias, Self.mean, Self.variance].map { try sketch.vector($0) }
      y = try sketch.node(BatchNormalization(epsilon: 1e-3), [y] + parameters)
    }
    try Injection(right: sketch.closed(y), wrong: graph()).expect("batch-normalization-doubled")
    let identity = try Sketch.single(Activate(.identity), Self.shape)
    try Injection(right: identity, wrong: graph()).expect("batch-normalization-extra")
    // Missing in the bundle: a factor and an offset for each channel.
    try Injection(right: graph(), wrong: identity).expect("normalization-missing", free: 12)
  }

  @Test("statistics that mean something else")
  func deviation() throws {
    let deviations = Self.variance.map { $0.squareRoot() }
    try Injection(right: graph(), wrong: graph(variance: deviations)).expect(
      "batch-normalization-deviation", "variance taken for a standard deviation")
    try Injection(right: graph(), wrong: graph(variance: Self.variance.map { $0 * $0 })).expect(
      "batch-normalization-deviation", "root of the variance")
  }

  @Test("parameters in each other's places, and ignored ones")
  func order() throws {
    try Injection(right: graph(), wrong: graph(scale: Self.bias, bias: Self.scale)).expect(
      "batch-normalization-order", "scale and bias exchanged")
    let positive = Self.mean.map { abs($0) + 0.1 }
    try Injection(right: graph(mean: positive), wrong: graph(mean: Self.variance, variance: positive)).expect(
      "batch-normalization-order", "mean and variance exchanged")
    let ones = [Float](repeating: 1, count: 6)
    try Injection(right: graph(scale: ones), wrong: graph()).expect("batch-normalization-scale")
    try Injection(right: graph(bias: ones.map { _ in 0 }), wrong: graph()).expect("batch-normalization-bias")
    try Injection(right: graph(mean: ones.map { _ in 0 }), wrong: graph()).expect("batch-normalization-mean", "without")
    try Injection(right: graph(mean: Self.mean.map { -$0 }), wrong: graph()).expect("batch-normalization-mean", "sign")
  }

  @Test("statistics of the batch itself, of each sample, of all channels")
  func statistics() throws {
    for (axes, mistake) in [
      ([0, 2, 3], "batch-normalization-training"), ([2, 3], "instance-normalization"),
      ([1, 2, 3], "layer-normalization"),
    ] {
      var sketch = Sketch()
      let x = sketch.input(Self.shape)
      let standard = try sketch.node(Normalize(.standardized, axes: axes, epsilon: 1e-3), [x])
      let zeros = [Float](repeating: 0, count: 6)
      let parameters = try [Self.scale, Self.bias, zeros, zeros.map { _ in 1 }].map { try sketch.vector($0) }
      let right = try sketch.closed(sketch.node(BatchNormalization(epsilon: 0), [standard] + parameters))
      try Injection(right: right, wrong: graph()).expect(mistake)
    }
  }

  @Test("epsilon and kind of other normalisations")
  func others() throws {
    func normalize(_ kind: Normalize.Kind, _ epsilon: Float) throws -> Graph {
      try Sketch.single(Normalize(kind, axes: [1], epsilon: epsilon), [2, 8, 5, 3])
    }
    try Injection(right: normalize(.standardized, 1e-6), wrong: normalize(.standardized, 1e-3)).expect(
      "batch-normalization-epsilon", "1e-6")
    try Injection(right: normalize(.rootMeanSquare, 1e-3), wrong: normalize(.standardized, 1e-3)).expect(
      "normalization-kind", "rootMeanSquare")
  }

  /// A convolution into which a normalisation with an epsilon was folded.
  private func folded(
    _ epsilon: Float, gamma: [Float], variance: [Float], _ activation: Activation, outputs: Int = 6
  ) throws -> Graph {
    var conv = SketchedConvolution(input: [1, 3, 16, 15], outputs: outputs, activation: activation)
    let size = conv.randomWeight.count / outputs
    let beta = noise(22, outputs)
    let mean = noise(23, outputs)
    var weight = conv.randomWeight
    var bias = [Float](repeating: 0, count: outputs)
    for channel in 0..<outputs {
      let factor = gamma[channel] / (variance[channel] + epsilon).squareRoot()
      for position in channel * size..<(channel + 1) * size { weight[position] *= factor }
      bias[channel] = beta[channel] - mean[channel] * factor
    }
    (conv.weight, conv.bias) = (weight, bias)
    return try conv.graph(passes: ["fold-batch-normalization"])
  }

  @Test(
    "a normalisation folded with another epsilon, under every activation that can be undone",
    arguments: [
      Activation(.identity), Activation(.relu), Activation(.clip, a: 0, b: 6), Activation(.silu), Activation(.sigmoid),
      Activation(.hardSwish, a: 1 / 6, b: 0.5), Activation(.leakyRelu, a: 0.1), Activation(.tanh),
      Activation(.hardSigmoid, a: 1 / 6, b: 0.5),
    ])
  func foldedEpsilon(activation: Activation) throws {
    let gamma = noise(20, 6).map { 0.3 + 0.1 * $0 }
    let variance = noise(21, 6).map { 0.05 + 0.04 * $0 }
    try Injection(
      right: folded(1e-5, gamma: gamma, variance: variance, activation),
      wrong: folded(1e-3, gamma: gamma, variance: variance, activation)
    ).expect("folded-normalization-epsilon", "above 1, as a smaller epsilon gives", free: 12)
    try Injection(
      right: folded(1e-3, gamma: gamma, variance: variance, activation),
      wrong: folded(1e-5, gamma: gamma, variance: variance, activation)
    ).expect("folded-normalization-epsilon", "below 1, as a larger epsilon gives", free: 12)
  }

  @Test("a normalisation folded with other parameters")
  func foldedParameters() throws {
    let variance = noise(21, 6).map { 0.5 + 0.4 * $0 }
    try Injection(
      right: folded(1e-5, gamma: noise(20, 6).map { 0.8 + 0.5 * $0 }, variance: variance, Activation(.relu)),
      wrong: folded(1e-5, gamma: noise(25, 6).map { 0.8 + 0.5 * $0 }, variance: variance, Activation(.relu))
    ).expect("folded-normalization", free: 12)
  }
}

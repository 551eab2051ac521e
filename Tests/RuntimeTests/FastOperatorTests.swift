import FerryModel
import FerryRuntime
import FerryTensor
import Testing

/// Kernels agree with the plain loops over ragged sizes, on every instruction set that this machine has, whatever
/// stands in memory before and however many threads work.
@Suite("Fast operators") struct FastOperatorTests {
  static func samples() throws -> [Sample] {
    var samples: [Sample] = []
    let activations: [Activation] = [
      .identity, Activation(.relu), Activation(.clip, a: 0, b: 0.5), Activation(.silu), Activation(.sigmoid),
      Activation(.hardSwish, a: 1 / 6, b: 0.5), Activation(.leakyRelu, a: 0.1),
      Activation(.hardSigmoid, a: 0.2, b: 0.5),
      Activation(.tanh),
    ]
    func window(_ kernel: [Int], _ strides: [Int] = [1, 1], _ pads: [Int] = [0, 0, 0, 0], dilations: [Int]? = nil)
      throws -> Window
    {
      try Window(
        kernel: kernel, strides: strides, dilations: dilations ?? kernel.map { _ in 1 },
        pads: pads.map { Dimension($0) })
    }
    for (index, activation) in activations.enumerated() {
      let channels = [1, 3, 16, 17, 40][index % 5]
      samples.append(Sample(Activate(activation), [[2, channels, 3, 5]]))
      // 1×1, also with a stride and with padding.
      for (strides, pads) in [([1, 1], [0, 0, 0, 0]), ([2, 2], [0, 0, 0, 0]), ([1, 1], [1, 0, 0, 1])] {
        let conv = try Conv(window: window([1, 1], strides, pads), groups: 1, activation: activation)
        samples.append(Sample(conv, [[2, channels, 5, 7], [19, channels, 1, 1], [19]], weights: [1, 2]))
      }
      let dense = try Conv(window: window([3, 3], [2, 1], [0, 1, 1, 1]), groups: 1, activation: activation)
      samples.append(Sample(dense, [[2, 3, 7, 6], [33, 3, 3, 3], [33]], weights: [1, 2]))
      let depthwise = try Conv(window: window([5, 3], [1, 2], [2, 1, 2, 1]), groups: 17, activation: activation)
      samples.append(Sample(depthwise, [[2, 17, 6, 9], [17, 1, 5, 3], [17]], weights: [1, 2]))
      samples.append(Sample(Gemm(activation: activation), [[3, 37], [21, 37], [21]], weights: [1, 2]))
    }
    samples += [
      Sample(
        try Conv(window: window([3, 3], dilations: [2, 3]), groups: 1), [[1, 18, 9, 11], [5, 18, 3, 3]], weights: [1]),
      Sample(
        try Conv(window: window([3, 3], [1, 1], [1, 1, 1, 1]), groups: 2), [[1, 6, 5, 5], [8, 3, 3, 3]], weights: [1]),
      Sample(
        try Conv(window: window([3, 3], [1, 1], [1, 1, 1, 1]), groups: 4), [[1, 4, 5, 5], [8, 1, 3, 3]], weights: [1]),
      Sample(try Conv(window: window([3, 3]), groups: 1), [[1, 4, 5, 5], [8, 4, 3, 3]]),
      Sample(
        try ConvTranspose(
          window: window([2, 2], [2, 2]), outputPadding: [0, 0], groups: 1, activation: Activation(.relu)),
        [[2, 24, 3, 5], [24, 19, 2, 2], [19]], weights: [1, 2]),
      Sample(
        try ConvTranspose(window: window([3, 3], [2, 2], [1, 1, 1, 1]), outputPadding: [1, 0], groups: 1),
        [[1, 5, 3, 5], [5, 7, 3, 3]], weights: [1]),
      Sample(BatchNormalization(epsilon: 1e-3), [[2, 19, 3, 4], [19], [19], [19], [19]], weights: [1, 2, 3, 4]),
      Sample(BatchNormalization(epsilon: 1e-3), [[3, 19], [19], [19], [19], [19]], weights: [1, 2, 3, 4]),
      Sample(Flatten(axis: 1), [[2, 17, 2, 3]]), Sample(Flatten(axis: 1), [[2, 17, 1, 1]]),
      Sample(Flatten(axis: 0), [[2, 17, 1, 1]]), Sample(Reshape(shape: [4, 1, 3]), [[2, 6]]),
      // Channels to the front and to the back; other orders run on the plain loops.
      Sample(Transpose(permutation: [0, 3, 1, 2]), [[2, 5, 7, 3]]),
      Sample(Transpose(permutation: [0, 3, 1, 2]), [[3, 4, 5, 21]]),
      Sample(Transpose(permutation: [0, 2, 3, 1]), [[2, 3, 5, 7]]),
      Sample(Transpose(permutation: [0, 2, 3, 1]), [[3, 37, 4, 5]]),
      Sample(Transpose(permutation: [0, 2, 1, 3]), [[2, 3, 5, 7]]), Sample(Transpose(permutation: [1, 0]), [[3, 5]]),
      Sample(GlobalPool(.average), [[2, 35, 5, 7]]), Sample(GlobalPool(.maximum), [[2, 35, 5, 7]]),
      Sample(try Pool(.maximum, window: window([3, 3], [2, 2], [1, 1, 1, 1])), [[2, 18, 7, 8]]),
      Sample(try Pool(.maximum, window: window([3, 3], [2, 2], [0, 0, 1, 1]), ceilMode: true), [[2, 3, 6, 8]]),
      Sample(try Pool(.average, window: window([3, 2], [2, 1], [1, 0, 1, 1])), [[2, 18, 7, 8]]),
      Sample(
        try Pool(.averageIncludingPadding, window: window([3, 3], [2, 2], [1, 1, 0, 1]), ceilMode: true),
        [[1, 18, 8, 7]]),
      Sample(
        try Pool(.average, window: window([3, 2], [1, 2], [2, 1, 1, 1], dilations: [2, 3])), [[2, 18, 7, 8]]),
      Sample(
        try Pool(.averageIncludingPadding, window: window([2, 2], [1, 2], [1, 1, 0, 1], dilations: [2, 3])),
        [[2, 18, 7, 8]]),
      // One and three spatial axes run on the plain loops.
      Sample(
        try Conv(window: window([3], [2], [1, 0]), groups: 1, activation: Activation(.relu)),
        [[2, 5, 9], [7, 5, 3], [7]], weights: [1, 2]),
      Sample(
        try Conv(window: window([2, 3, 1], [1, 2, 1], [0, 0, 0, 1, 1, 0]), groups: 4),
        [[1, 4, 3, 5, 2], [4, 1, 2, 3, 1]], weights: [1]),
      Sample(
        try ConvTranspose(window: window([2], [2], [0, 0]), outputPadding: [0], groups: 1),
        [[2, 5, 4], [5, 3, 2]], weights: [1]),
      Sample(try Pool(.maximum, window: window([2], [2], [0, 1])), [[2, 18, 7]]),
      Sample(GlobalPool(.average), [[2, 19, 7]]), Sample(GlobalPool(.maximum), [[2, 19, 2, 3, 2]]),
      Sample(PRelu(), [[2, 19, 3, 5], [19, 1, 1]], weights: [1]), Sample(PRelu(), [[4, 37], [37]], weights: [1]),
      Sample(PRelu(), [[2, 19, 3, 5], [2, 19, 3, 5]]), Sample(PRelu(), [[2, 3, 4], [3, 1]], weights: [1]),
      Sample(Softmax(axis: 1), [[2, 10]]), Sample(Concat(axis: 1), [[1, 3, 2, 2], [1, 17, 2, 2]]),
    ]
    for kind in Binary.Kind.allCases where ![.power, .modulo, .remainder].contains(kind) {
      samples += [
        Sample(Binary(kind), [[2, 19, 3, 5], [2, 19, 3, 5]]), Sample(Binary(kind), [[2, 19, 3, 5], [2, 19, 1, 1]]),
        Sample(Binary(kind), [[2, 19, 1, 1], [2, 19, 3, 5]]),
        Sample(Binary(kind), [[2, 19, 3, 5], [19, 1, 1]], weights: [1]),
        Sample(Binary(kind), [[2, 19, 3, 5], [3, 5]], weights: [1]),
        Sample(Binary(kind), [[4, 37], [37]], weights: [1]),
        Sample(Binary(kind), [[2, 3, 3, 5], []], weights: [1]), Sample(Binary(kind), [[3, 1], [2, 1, 4]]),
      ]
    }
    return samples
  }

  @Test(arguments: InstructionSet.allCases) func agreeWithThePlainLoops(instructionSet: InstructionSet) throws {
    for sample in try Self.samples() {
      let (graph, inputs) = try sample.graph()
      let model = Model(name: "sample", graph: graph)
      var reference = SessionOptions()
      reference.usesReference = true
      let expected = try model.session(reference).single(inputs)
      var options = SessionOptions()
      options.instructionSet = instructionSet
      options.poisonsArena = true
      options.threads = 1
      guard let session = try? model.session(options) else { continue }  // This machine does not have it.
      let actual = try session.single(inputs)
      #expect(actual.count == expected.count, "\(sample)")
      let peak = expected.filter(\.isFinite).map(abs).max() ?? 0
      // Sums of up to 162 products in single precision against double.
      for (a, e) in zip(actual, expected) where a != e && !(a.isNaN && e.isNaN) && abs(a - e) > peak * 2e-6 {
        Issue.record("\(sample) on \(instructionSet): \(a) where \(e) is right")
        break
      }
      options.threads = 2
      #expect(try bits(model.session(options).single(inputs)) == bits(actual), "\(sample) on two threads")
    }
  }

  private func bits(_ floats: [Float]) -> [UInt32] { floats.map { $0.isNaN ? 0x7FC0_0000 : $0.bitPattern } }
}

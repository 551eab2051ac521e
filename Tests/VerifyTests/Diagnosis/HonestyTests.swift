import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: what it does not claim")
struct HonestyTests {
  private let places: [(name: String, graph: Graph)]

  init() throws {
    let conv = SketchedConvolution(input: [2, 6, 13, 12], outputs: 9, bias: noise(3, 9))
    let vectors: [(elements: [Float], shape: [Int])] = [
      (noise(1, 9).map { 1 + 0.5 * $0 }, [9]), (noise(2, 9), [9]), (noise(3, 9), [9]),
      (noise(4, 9).map { 0.6 + 0.5 * $0 }, [9]),
    ]
    let window = try Window(kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1])
    var sum = Sketch()
    let (a, b) = (sum.input([2, 9, 5, 6]), sum.input([2, 9, 5, 6]))
    places = [
      ("convolution", try conv.graph(passes: ["fold-batch-normalization"])),
      ("under ReLU", try conv.with { $0.activation = Activation(.relu) }.graph()),
      ("under SiLU", try conv.with { $0.activation = Activation(.silu) }.graph()),
      (
        "depthwise",
        try conv.with { ($0.outputs, $0.groups, $0.bias) = (6, 6, noise(3, 6)) }.graph()
      ),
      ("normalisation", try Sketch.single(BatchNormalization(epsilon: 1e-3), [2, 9, 7, 6], vectors)),
      ("pooling", try Sketch.single(Pool(.average, window: window), [2, 5, 13, 11])),
      ("sum", try sum.closed(sum.node(Binary(.add), [a, b]))),
      ("dense", try Sketch.single(Gemm(), [12, 20], [(noise(1, 180), [9, 20]), (noise(2, 9), [9])])),
      ("dense, one sample", try Sketch.single(Gemm(), [1, 20], [(noise(1, 180), [9, 20]), (noise(2, 9), [9])])),
      ("softmax", try Sketch.single(Softmax(axis: 1), [5, 9])),
      (
        "resizing",
        try Sketch.single(
          Resize(.init(.linear), axes: [2, 3, 10, 12].map { Resize.Axis(size: Dimension($0)) }), [2, 3, 5, 6])
      ),
    ]
  }

  @Test("a layer that is right needs no explanation")
  func right() throws {
    for place in places {
      let diagnosis = try Injection(right: place.graph, wrong: place.graph).diagnosis()
      #expect(diagnosis.explanations.isEmpty && diagnosis.best == nil && diagnosis.error < 1e-5, "\(place.name)")
    }
  }

  @Test("noise on top of the golden is not explained", arguments: [2.5e-5, 1e-4, 1e-2, 0.3] as [Float])
  func noisy(scale: Float) throws {
    for place in places {
      for seed: UInt64 in 50..<53 {
        var injection = try Injection(right: place.graph, wrong: place.graph)
        injection.readsNetworkInput = place.name == "convolution"
        let expected = try injection.expected()
        let peak = expected.floats().map(abs).max() ?? 1
        let disturbed = zip(expected.floats(), noise(seed, expected.shape.elementCount, scale: scale * peak)).map {
          $0 + $1
        }
        let diagnosis = try Diagnostician.diagnose(
          injection.suspect(expected: Tensor(disturbed, shape: expected.shape.dimensions)))
        let words = diagnosis.explanations.map { "\($0.mistake) \($0.error) \($0.isWhole)" }.joined(separator: "\n")
        #expect(diagnosis.explanations.isEmpty, "\(place.name), noise of \(scale), error \(diagnosis.error):\n\(words)")
      }
    }
  }

  @Test("a golden that has nothing to do with the place is not explained")
  func unrelated() throws {
    for place in places {
      var injection = try Injection(right: place.graph, wrong: place.graph)
      injection.readsNetworkInput = place.name == "convolution"
      let expected = try injection.expected()
      let peak = expected.floats().map(abs).max() ?? 1
      let other = noise(99, expected.shape.elementCount, scale: peak)
      let diagnosis = try Diagnostician.diagnose(
        injection.suspect(expected: Tensor(other, shape: expected.shape.dimensions)))
      let words = diagnosis.explanations.map { "\($0.mistake) \($0.error) \($0.isWhole): \($0.change)" }
      #expect(diagnosis.explanations.isEmpty, "\(place.name): \(words.joined(separator: "\n"))")
    }
  }

  @Test("two mistakes at once are told together")
  func twice() throws {
    let wrong = SketchedConvolution(
      input: [1, 5, 14, 12], strides: [2, 2], pads: [0, 0, 1, 1], activation: Activation(.sigmoid))
    let right = wrong.with { ($0.pads, $0.activation) = ([1, 1, 1, 1], Activation(.hardSigmoid, a: 1 / 6, b: 0.5)) }
    let diagnosis = try Injection(right: right.graph(), wrong: wrong.graph()).diagnosis()
    diagnosis.expect(
      "symmetric-padding+activation", "[0, 0, 1, 1] and with hard sigmoid (1/6·x + 0.5) in place of sigmoid")
    // The first one alone is still told, behind what explains everything.
    let first = try #require(diagnosis.explanations.first { $0.mistake == "symmetric-padding" })
    #expect(!first.isWhole && first.error < diagnosis.error / 2 && first.error > 0.01)
  }

  @Test("three mistakes are not explained as one or two")
  func thrice() throws {
    let wrong = SketchedConvolution(
      input: [1, 5, 14, 12], strides: [2, 2], pads: [0, 0, 1, 1], activation: Activation(.sigmoid))
    let right = wrong.with {
      ($0.pads, $0.activation) = ([1, 1, 1, 1], Activation(.hardSigmoid, a: 1 / 6, b: 0.5))
      $0.bias = $0.bias?.map { 1.02 * $0 }
    }
    let diagnosis = try Injection(right: right.graph(), wrong: wrong.graph()).diagnosis()
    #expect(!diagnosis.explanations.contains { $0.isWhole })
  }

  @Test("what is simply undone comes before what is fitted, though a fit is never worse")
  func order() throws {
    let shape = [2, 6, 9, 8]
    let parameters: [(elements: [Float], shape: [Int])] = [
      (noise(11, 6).map { 1 + 0.5 * $0 }, [6]), (noise(12, 6), [6]), (noise(13, 6), [6]),
      (noise(14, 6).map { 0.6 + 0.5 * $0 }, [6]),
    ]
    let right = try Sketch.single(BatchNormalization(epsilon: 2e-3), shape, parameters)
    let wrong = try Sketch.single(BatchNormalization(epsilon: 1e-5), shape, parameters)
    // An epsilon that is in no list: one number explains as much as twelve.
    let diagnosis = try Injection(right: right, wrong: wrong).diagnosis()
    diagnosis.expect("batch-normalization-epsilon", free: 1)
    let whole = diagnosis.explanations.filter(\.isWhole)
    #expect(whole.count > 1 && whole.map(\.freeParameters) == whole.map(\.freeParameters).sorted())
  }

  @Test("a NaN that both sides have is no difference")
  func sharedNaN() throws {
    let graph = try Sketch.single(Activate(Activation(.relu)), [2, 6, 5])
    var input = noise(4, 60, scale: 3)
    input[7] = .nan
    let injection = try Injection(
      right: Sketch.single(Activate(Activation(.silu)), [2, 6, 5]), wrong: graph,
      inputs: [Tensor(input, shape: [2, 6, 5])])
    try injection.expect("activation", "SiLU")
  }

  @Test("parts that do not fit each other are an error of the caller's")
  func misfit() throws {
    let graph = try Sketch.single(Activate(Activation(.relu)), [2, 6])
    let injection = try Injection(right: graph, wrong: graph)
    let other = try noise(1, shape: [6, 2])
    #expect(throws: FerryError.self) { try Diagnostician.diagnose(injection.suspect(actual: other)) }
    let suspect = try Suspect(
      graph: graph, inputs: [], expected: noise(1, shape: [2, 6]), actual: noise(2, shape: [2, 6]), tolerance: .float32,
      network: graph, readsNetworkInput: [])
    #expect(throws: FerryError.self) { try Diagnostician.diagnose(suspect) }
  }
}

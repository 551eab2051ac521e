import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: what it costs")
struct DiagnosisCostTests {
  /// 7.1 million multiplications a sample, so that candidates are looked at in parts first.
  private let large = SketchedConvolution(
    input: [3, 40, 46, 48], outputs: 36, strides: [2, 2], pads: [0, 0, 1, 1], bias: noise(3, 36))

  private final class Meter {
    var calls = 0
    var multiplications = 0.0

    func evaluate(_ graph: Graph, _ inputs: [ReferenceArray<Double>]) throws -> [ValueID: ReferenceArray<Double>] {
      calls += 1
      multiplications += graph.multiplications()
      return try graph.evaluate(inputs)
    }
  }

  @Test("candidates of an expensive layer are looked at in one sample and a few channels; what is right is found")
  func screen() throws {
    let wrong = try large.graph()
    let cost = wrong.multiplications()
    #expect(cost > 20e6)
    let meter = Meter()
    let right = try large.with { $0.pads = [1, 1, 1, 1] }.graph()
    let diagnosis = try Diagnostician.diagnose(
      Injection(right: right, wrong: wrong).suspect(), evaluate: meter.evaluate)
    diagnosis.expect("symmetric-padding")
    // As it is, the one that is right, and parts.
    #expect(meter.calls > 3 && meter.multiplications < 4 * cost)
    #expect(diagnosis.isComplete)
  }

  @Test("an expensive layer that nothing explains costs a few evaluations, not one for each candidate")
  func unexplained() throws {
    let wrong = try large.graph()
    let injection = try Injection(right: wrong, wrong: wrong)
    let expected = try injection.expected()
    let noise = try Tensor(
      zip(expected.floats(), noise(5, expected.shape.elementCount)).map { $0 + $1 }, shape: expected.shape.dimensions)
    let meter = Meter()
    let diagnosis = try Diagnostician.diagnose(injection.suspect(expected: noise), evaluate: meter.evaluate)
    #expect(diagnosis.explanations.isEmpty && diagnosis.isComplete)
    #expect(diagnosis.triedCount > 120 && meter.multiplications < 12 * wrong.multiplications())
  }

  @Test("a difference in the last sample's last channel alone is seen by the first look")
  func corner() throws {
    let wrong = try large.with {
      $0.weight = $0.randomWeight
      for index in 35 * 360..<36 * 360 { $0.weight?[index] = noise(UInt64(index), 1)[0] }
    }.graph()
    try Injection(right: large.graph(), wrong: wrong).expect("weights-differ", "of 1 wrong", free: nil)
    // Only one sample's golden is of the other padding.
    let injection = try Injection(right: large.with { $0.pads = [1, 1, 1, 1] }.graph(), wrong: large.graph())
    let right = try injection.expected().floats()
    let other = try large.graph().evaluate(injection.inputs.map { ReferenceArray<Float>($0) })
    let same = try #require(other[large.graph().outputs[0]]?.elements)
    let size = right.count / 3
    let mixed = try Tensor(
      Array(same[..<(2 * size)] + right[(2 * size)...]), shape: injection.expected().shape.dimensions)
    let diagnosis = try Diagnostician.diagnose(injection.suspect(expected: mixed))
    #expect(!diagnosis.explanations.contains { $0.isWhole })
  }

  @Test("what the operators behind a convolution do channel by channel is looked at in part as well")
  func chain() throws {
    func graph(pads: [Int], epsilon: Float, activation: Activation) throws -> Graph {
      var sketch = Sketch()
      let x = sketch.input([2, 40, 31, 30])
      let other = sketch.input([2, 36, 31, 30])
      let w = try sketch.weight(noise(1, 36 * 360, scale: 0.1), [36, 40, 3, 3])
      let window = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: pads.map { Dimension($0) })
      var y = try sketch.node(Conv(window: window, groups: 1), [x, w], named: "conv")
      let parameters = try [
        noise(2, 36).map { 1 + 0.5 * $0 }, noise(3, 36), noise(4, 36), noise(5, 36).map { 0.6 + 0.5 * $0 },
      ]
      .map { try sketch.vector($0) }
      y = try sketch.node(BatchNormalization(epsilon: epsilon), [y] + parameters, named: "norm")
      y = try sketch.node(Binary(.add), [y, other])
      y = try sketch.node(Binary(.multiply), [y, sketch.weight(noise(6, 36).map { 1 + 0.3 * $0 }, [36, 1, 1])])
      return try sketch.closed(sketch.node(Activate(activation), [y]))
    }
    let relu = Activation(.relu)
    let wrong = try graph(pads: [1, 1, 1, 1], epsilon: 1e-3, activation: relu)
    for (right, mistake) in [
      (try graph(pads: [0, 1, 2, 1], epsilon: 1e-3, activation: relu), "padding-off-by-one"),
      (try graph(pads: [1, 1, 1, 1], epsilon: 1e-1, activation: relu), "batch-normalization-epsilon"),
    ] {
      let meter = Meter()
      let diagnosis = try Diagnostician.diagnose(
        Injection(right: right, wrong: wrong).suspect(), evaluate: meter.evaluate)
      let first = try #require(diagnosis.explanations.first)
      #expect((first.mistake == mistake || first.mistake == "padding") && first.isWhole, "\(first)")
      #expect(meter.multiplications < 8 * wrong.multiplications())
    }
  }

  @Test("the limit on multiplications ends what it must, and the diagnosis says so")
  func limit() throws {
    let graph = try large.graph()
    let right = try large.with { $0.pads = [1, 1, 1, 1] }.graph()
    let suspect = try Injection(right: right, wrong: graph).suspect()
    let meter = Meter()
    let limits = Diagnostician.Limits(multiplications: 22_000_000)
    let diagnosis = try Diagnostician.diagnose(suspect, limits: limits, evaluate: meter.evaluate)
    #expect(!diagnosis.isComplete && diagnosis.explanations.isEmpty && meter.multiplications <= 22_000_000)
    let enough = try Diagnostician.diagnose(suspect, limits: .init(explanations: 1))
    #expect(enough.isComplete && enough.explanations.count == 1)
  }

  @Test("what explains everything simply ends the search; the same suspect gives the same diagnosis")
  func stop() throws {
    let conv = SketchedConvolution(input: [1, 5, 14, 12], strides: [2, 2], pads: [0, 0, 1, 1])
    let suspect = try Injection(right: conv.with { $0.pads = [1, 1, 1, 1] }.graph(), wrong: conv.graph()).suspect()
    let (first, second) = (try Diagnostician.diagnose(suspect), try Diagnostician.diagnose(suspect))
    #expect(first.triedCount < 20)
    #expect(first.explanations.map(\.change) == second.explanations.map(\.change))
    #expect(first.explanations.map(\.error) == second.explanations.map(\.error))
  }
}

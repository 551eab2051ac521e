import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: activations")
struct ActivationDiagnosisTests {
  /// Wide enough that ReLU6 differs from ReLU.
  private let conv = SketchedConvolution(bias: noise(72, 7, scale: 6))

  private func check(_ wrong: Activation, right: Activation, _ mistake: String, _ words: String) throws {
    try Injection(
      right: conv.with { $0.activation = right }.graph(), wrong: conv.with { $0.activation = wrong }.graph()
    ).expect(mistake, words)
  }

  @Test("one kind for another, at the end of a convolution")
  func kinds() throws {
    let relu6 = Activation(.clip, a: 0, b: 6)
    let hardSwish = Activation(.hardSwish, a: 1 / 6, b: 0.5)
    try check(relu6, right: Activation(.relu), "activation", "with ReLU in place of ReLU6")
    try check(Activation(.relu), right: relu6, "activation", "with ReLU6 in place of ReLU")
    try check(Activation(.silu), right: hardSwish, "activation", "with HardSwish in place of SiLU")
    try check(hardSwish, right: Activation(.silu), "activation", "with SiLU in place of HardSwish")
    try check(Activation(.relu), right: Activation(.leakyRelu, a: 0.2), "activation", "LeakyReLU of slope 0.2")
    try check(
      Activation(.sigmoid), right: Activation(.hardSigmoid, a: 0.2, b: 0.5), "activation", "hard sigmoid (0.2·x")
    try check(Activation(.tanh), right: Activation(.sigmoid), "activation", "with sigmoid in place of tanh")
    try check(
      Activation(.hardSigmoid, a: 1 / 6, b: 0.5), right: Activation(.hardSigmoid, a: 0.2, b: 0.5), "activation", "0.2·x"
    )
  }

  @Test("missing, left over, and applied twice")
  func presence() throws {
    try check(.identity, right: Activation(.relu), "activation-missing", "with ReLU at the end")
    try check(.identity, right: Activation(.silu), "activation-missing", "with SiLU at the end")
    try check(Activation(.relu), right: .identity, "activation-extra", "without the ReLU")
    var sketch = Sketch()
    let x = sketch.input([2, 9])
    let once = try sketch.node(Activate(Activation(.sigmoid)), [x])
    let twice = try sketch.closed(sketch.node(Activate(Activation(.sigmoid)), [once]))
    let single = try Sketch.single(Activate(Activation(.sigmoid)), [2, 9])
    try Injection(right: twice, wrong: single).expect("activation-twice")
    try Injection(right: single, wrong: twice).expect("activation-extra")
  }

  @Test(
    "functions that are nodes of their own",
    arguments: [
      (Unary(.gelu), "with GELU in"), (Unary(.geluTanh), "tanh formula"), (Unary(.mish), "Mish"),
      (Unary(.elu, a: 1), "ELU of alpha 1"), (Unary(.softplus), "softplus"), (Unary(.swish, a: 1.702), "1.7·x"),
    ])
  func unary(function: Unary, words: String) throws {
    try Injection(
      right: Sketch.single(function, [2, 6, 5]), wrong: Sketch.single(Activate(Activation(.silu)), [2, 6, 5]),
      inputs: [noise(4, shape: [2, 6, 5], scale: 4)]
    ).expect("activation", words)
  }

  @Test("SiLU spelled as two nodes")
  func product() throws {
    var sketch = Sketch()
    let x = sketch.input([1, 4, 6, 5])
    let gate = try sketch.node(Activate(Activation(.sigmoid)), [x])
    let wrong = try sketch.closed(sketch.node(Binary(.multiply), [x, gate]))
    let right = try Sketch.single(Activate(Activation(.hardSwish, a: 1 / 6, b: 0.5)), [1, 4, 6, 5])
    try Injection(right: right, wrong: wrong, inputs: [noise(4, shape: [1, 4, 6, 5], scale: 4)]).expect(
      "activation", "with HardSwish in place of SiLU")
  }

  @Test("inside a place of several nodes")
  func inner() throws {
    func graph(_ activation: Activation) throws -> Graph {
      var sketch = Sketch()
      let x = sketch.input([1, 5, 8, 9])
      let w = try sketch.weight(noise(1, 4 * 5), [4, 5, 1, 1])
      let v = try sketch.weight(noise(2, 3 * 4), [3, 4, 1, 1])
      let window = try Window(kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0])
      let inner = try sketch.node(Conv(window: window, groups: 1, activation: activation), [x, w], named: "inner")
      return try sketch.closed(sketch.node(Conv(window: window, groups: 1), [inner, v]))
    }
    try Injection(right: graph(Activation(.silu)), wrong: graph(Activation(.relu))).expect(
      "activation", "with SiLU in place of ReLU in inner")
    try Injection(right: graph(Activation(.relu)), wrong: graph(.identity)).expect("activation-missing", "ReLU")
    try Injection(right: graph(.identity), wrong: graph(Activation(.relu))).expect("activation-extra")
  }

  @Test("parameters that only the golden knows")
  func fitted() throws {
    let shape = [2, 6, 20]
    let inputs = [try noise(4, shape: shape, scale: 3)]
    let relu = try Sketch.single(Activate(Activation(.relu)), shape)
    try Injection(right: Sketch.single(Activate(Activation(.leakyRelu, a: 0.17)), shape), wrong: relu, inputs: inputs)
      .expect("activation-slope", "slope 0.17", free: 1)
    try Injection(
      right: Sketch.single(Activate(Activation(.clip, a: 0, b: 2.25)), shape), wrong: relu, inputs: inputs
    ).expect("activation-bounds", "to 2.25", free: nil)
    let slopes = noise(9, 6).map { 0.3 + 0.2 * $0 }
    try Injection(
      right: Sketch.single(PRelu(), shape, [(slopes, [6, 1])]), wrong: relu, inputs: inputs
    ).expect("activation-slope", "PReLU of slopes", free: 6)
  }

  @Test("functions with which few layers end")
  func unusual() throws {
    let none = try Sketch.single(Activate(.identity), [2, 6, 5])
    for (kind, words) in [
      (Unary.Kind.exp, "the exponential"), (.negate, "the sign turned"), (.absolute, "the absolute"),
    ] {
      try Injection(right: Sketch.single(Unary(kind), [2, 6, 5]), wrong: none).expect("function", words)
    }
  }

  @Test("softmax: its axis, missing, left over, logarithm, twice")
  func softmax() throws {
    let shape = [2, 5, 4]
    func graph(_ axis: Int) throws -> Graph { try Sketch.single(Softmax(axis: axis), shape) }
    let none = try Sketch.single(Activate(.identity), shape)
    try Injection(right: graph(1), wrong: graph(2)).expect("softmax-axis", "axis 1 in place of 2")
    try Injection(right: graph(2), wrong: none).expect("activation-missing", "softmax along axis 2")
    try Injection(right: none, wrong: graph(1)).expect("activation-extra", "without the softmax")
    try Injection(right: Sketch.single(LogSoftmax(axis: 1), shape), wrong: graph(1)).expect("activation", "log-softmax")
    var sketch = Sketch()
    let x = sketch.input(shape)
    let once = try sketch.node(Softmax(axis: 1), [x])
    try Injection(right: sketch.closed(sketch.node(Softmax(axis: 1), [once])), wrong: graph(1)).expect(
      "activation-twice")
  }
}

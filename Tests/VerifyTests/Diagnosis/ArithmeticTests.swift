import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: arithmetic and the order of things")
struct ArithmeticDiagnosisTests {
  private static let shape = [1, 4, 5, 6]

  private func binary(_ kind: Binary.Kind, swapped: Bool = false, _ activation: Activation? = nil) throws -> Graph {
    var sketch = Sketch()
    let (a, b) = (sketch.input(Self.shape), sketch.input(Self.shape))
    var y = try sketch.node(Binary(kind), swapped ? [b, a] : [a, b], named: "sum")
    if let activation { y = try sketch.node(Activate(activation), [y]) }
    return try sketch.closed(y)
  }

  /// x0 or x1 alone.
  private func operand(_ index: Int) throws -> Graph {
    var sketch = Sketch()
    let operands = [sketch.input(Self.shape), sketch.input(Self.shape)]
    return try sketch.closed(sketch.node(Activate(.identity), [operands[index]]))
  }

  @Test("another operation, operands exchanged, one counted twice")
  func kinds() throws {
    try Injection(right: binary(.subtract), wrong: binary(.add)).expect("binary-kind", "with subtract in place of add")
    try Injection(right: binary(.maximum), wrong: binary(.multiply)).expect("binary-kind", "with maximum")
    try Injection(right: binary(.subtract, swapped: true), wrong: binary(.subtract)).expect("operands-swapped")
    var sketch = Sketch()
    let (a, b) = (sketch.input(Self.shape), sketch.input(Self.shape))
    let both = try sketch.node(Binary(.add), [b, b])
    try Injection(right: sketch.closed(both), wrong: binary(.add)).expect("operand-doubled", "with x1 as both operands")
    let three = try sketch.closed(sketch.node(Binary(.add), [both, a]))
    try Injection(right: three, wrong: binary(.add)).expect("operand-doubled", "with x1 added twice")
  }

  @Test("a connection or a factor that the reference does not have")
  func extra() throws {
    try Injection(right: operand(0), wrong: binary(.add)).expect("residual-extra", "without the operand x1")
    try Injection(right: operand(1), wrong: binary(.multiply)).expect("factor-extra", "without the operand x0")
  }

  @Test("a connection or a factor that the bundle does not have")
  func missing() throws {
    func around(_ kind: Binary.Kind?, before: Bool = false) throws -> Graph {
      var sketch = Sketch()
      let conv = SketchedConvolution(input: [1, 5, 9, 8], outputs: 5)
      let x = sketch.input(conv.input)
      let w = try sketch.weight(conv.randomWeight, conv.weightShape)
      let window = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1])
      let relu = Activation(.relu)
      var y = try sketch.node(Conv(window: window, groups: 1, activation: before ? .identity : relu), [x, w])
      if let kind { y = try sketch.node(Binary(kind), [y, x]) }
      if before { y = try sketch.node(Activate(relu), [y]) }
      return try sketch.closed(y)
    }
    try Injection(right: around(.add), wrong: around(nil)).expect("residual-missing", "with x0 added to the result")
    try Injection(right: around(.multiply), wrong: around(nil)).expect("factor-missing", "multiplied by x0")
    try Injection(right: around(.add, before: true), wrong: around(nil, before: true)).expect(
      "residual-missing", "before the activation")
  }

  @Test("parts joined in another order")
  func joins() throws {
    func graph(_ order: [Int]) throws -> Graph {
      var sketch = Sketch()
      let inputs = (0..<order.count).map { _ in sketch.input(Self.shape) }
      return try sketch.closed(sketch.node(Concat(axis: 1), order.map { inputs[$0] }))
    }
    try Injection(right: graph([1, 0]), wrong: graph([0, 1])).expect("concat-order", "[2, 1]")
    try Injection(right: graph([0, 2, 1]), wrong: graph([0, 1, 2])).expect("concat-order", "[1, 3, 2]")
    try Injection(right: graph([4, 1, 2, 3, 0]), wrong: graph([0, 1, 2, 3, 4])).expect(
      "concat-order", "[5, 2, 3, 4, 1]")
  }

  @Test("an activation before a sum in place of after it")
  func activationOrder() throws {
    var sketch = Sketch()
    let (a, b) = (sketch.input(Self.shape), sketch.input(Self.shape))
    let active = try sketch.node(Activate(Activation(.silu)), [a])
    let right = try sketch.closed(sketch.node(Binary(.add), [active, b]))
    try Injection(right: right, wrong: binary(.add, Activation(.silu))).expect("operation-order", "to x0")
  }

  @Test("normalisation and activation in the other order")
  func neighbours() throws {
    func graph(activationFirst: Bool) throws -> Graph {
      var sketch = Sketch()
      var y = sketch.input(Self.shape)
      let parameters = try [noise(1, 4).map { $0 - 1.5 }, noise(2, 4), noise(3, 4), noise(4, 4).map { $0 + 1.5 }].map {
        try sketch.vector($0)
      }
      if activationFirst { y = try sketch.node(Activate(Activation(.relu)), [y], named: "act") }
      y = try sketch.node(BatchNormalization(epsilon: 1e-3), [y] + parameters, named: "norm")
      if !activationFirst { y = try sketch.node(Activate(Activation(.relu)), [y], named: "act") }
      return try sketch.closed(y)
    }
    try Injection(right: graph(activationFirst: true), wrong: graph(activationFirst: false)).expect(
      "operation-order", "norm and act in the other order")
  }

  @Test("axes of a transposition, the beginning of a slice")
  func movement() throws {
    func transpose(_ permutation: [Int]) throws -> Graph {
      try Sketch.single(Transpose(permutation: permutation), [3, 4, 4, 5])
    }
    try Injection(right: transpose([0, 2, 1, 3]), wrong: transpose([0, 1, 2, 3])).expect(
      "transpose-order", "[0, 2, 1, 3] in place of [0, 1, 2, 3]")
    func slice(_ start: Int) throws -> Graph {
      try Sketch.single(
        Slice(starts: [0, Dimension(start)], counts: [3, 5], steps: [1, 1]), [3, 9])
    }
    try Injection(right: slice(3), wrong: slice(2)).expect("slice-start", "beginning at 3 in place of 2 along axis 1")
  }
}

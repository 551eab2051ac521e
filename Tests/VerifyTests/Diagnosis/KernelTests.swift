import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: layouts of kernels and matrices")
struct KernelDiagnosisTests {
  private let conv = SketchedConvolution()
  private let depthwise = SketchedConvolution(input: [1, 6, 12, 13], outputs: 6, groups: 6, bias: noise(3, 6))

  /// The bundle has the kernel that `damage` makes of the right one.
  private func check(
    _ conv: SketchedConvolution, _ mistake: String, _ words: String = "", damage: ([Float], [Int]) throws -> [Float]
  ) throws {
    var wrong = conv
    wrong.weight = try damage(conv.weight ?? conv.randomWeight, conv.weightShape)
    try Injection(right: conv.graph(), wrong: wrong.graph()).expect(mistake, words)
  }

  @Test("height and width exchanged, square and not")
  func transposed() throws {
    for conv in [conv, depthwise] {
      try check(conv, "kernel-transposed", "height and width of the kernel exchanged") {
        try permuted($0, $1, [0, 1, 3, 2])
      }
    }
    try check(conv.with { ($0.kernel, $0.pads) = ([5, 3], [2, 1, 2, 1]) }, "kernel-transposed") {
      try permuted($0, $1, [0, 1, 3, 2])
    }
  }

  @Test("mirrored")
  func flipped() throws {
    try check(conv, "kernel-flipped", "mirrored along height and width") { elements, shape in
      let taps = shape[2] * shape[3]
      return elements.indices.map { elements[$0 / taps * taps + taps - 1 - $0 % taps] }
    }
    try check(conv, "kernel-flipped", "mirrored along width") { elements, _ in
      elements.indices.map { elements[$0 / 3 * 3 + 2 - $0 % 3] }
    }
  }

  @Test("bytes of HWIO and OHWI taken for OIHW, and the other way round")
  func orders() throws {
    for (permutation, name) in [([2, 3, 1, 0], "HWIO"), ([0, 2, 3, 1], "OHWI")] {
      // The file has the kernel in this order; its bytes were taken as they are.
      try check(conv, "kernel-layout", "bytes read as \(name)") { try permuted($0, $1, permutation) }
      // The file has OIHW; its bytes were taken for this order and transposed.
      try check(conv, "kernel-layout", "taken for \(name)") { elements, shape in
        let back = permutation.indices.map { axis in permutation.firstIndex(of: axis) ?? 0 }
        return try permuted(elements, permutation.map { shape[$0] }, back)
      }
    }
  }

  @Test("input and output channels exchanged")
  func channels() throws {
    try check(conv.with { ($0.outputs, $0.bias) = (5, noise(4, 5)) }, "kernel-channels-swapped") {
      try permuted($0, $1, [1, 0, 2, 3])
    }
  }

  @Test("depthwise kernels in Keras's order, and the order of channels and multiplier")
  func depthwiseOrder() throws {
    try check(depthwise, "depthwise-layout") { try permuted($0, $1, [2, 3, 1, 0]) }
    let double = depthwise.with { ($0.outputs, $0.bias) = (12, nil) }
    try check(double, "depthwise-multiplier-order") { elements, shape in
      try permuted(elements, [6, 2, shape[2] * shape[3]], [1, 0, 2])
    }
  }

  @Test("kernels of transposed convolutions")
  func transposedConvolution() throws {
    let weight = noise(5, 3 * 4 * 9)
    func graph(_ weight: [Float]) throws -> Graph {
      let window = try Window(kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1])
      return try Sketch.single(
        ConvTranspose(window: window, outputPadding: [0, 0], groups: 1), [1, 3, 6, 5], [(weight, [3, 4, 3, 3])])
    }
    try Injection(
      right: graph(weight), wrong: graph(weight.indices.map { weight[$0 / 9 * 9 + 8 - $0 % 9] })
    ).expect("kernel-flipped")
    try Injection(
      right: graph(weight), wrong: graph(permuted(weight, [3, 4, 3, 3], [2, 3, 1, 0]))
    ).expect("kernel-layout", "in place of IOHW")
  }

  @Test("a dense layer's weight, square and not, and that of a matrix product")
  func dense() throws {
    for (rows, columns) in [(8, 8), (6, 10)] {
      let weight = noise(6, rows * columns)
      func graph(_ weight: [Float]) throws -> Graph {
        try Sketch.single(Gemm(), [3, columns], [(weight, [rows, columns]), (noise(7, rows), [rows])])
      }
      let read = try permuted(weight, [rows, columns], [1, 0])
      try Injection(right: graph(weight), wrong: graph(read)).expect("dense-transposed")
      func product(_ weight: [Float]) throws -> Graph {
        try Sketch.single(MatMul(), [2, 3, rows], [(weight, [rows, columns])])
      }
      try Injection(right: product(weight), wrong: product(read)).expect("dense-transposed")
    }
  }

  @Test("the order in which features are flattened")
  func flatten() throws {
    let shape = [2, 6, 3, 4]
    var sketch = Sketch()
    let x = sketch.input(shape)
    let turned = try sketch.node(Transpose(permutation: [0, 2, 3, 1]), [x])
    let channelsLast = try sketch.closed(sketch.node(Flatten(axis: 1), [turned]))
    let plain = try Sketch.single(Flatten(axis: 1), shape)
    try Injection(right: channelsLast, wrong: plain).expect("flatten-order", "H×W×C in place of C×H×W")
    try Injection(right: plain, wrong: channelsLast).expect("transpose-order", "in the order [0, 1, 2, 3]")
    // A place that got its features as H×W×C, whose bytes were taken for C×H×W.
    let last = [2, 3, 4, 6]
    var read = Sketch()
    let bytes = try read.node(Reshape(shape: last.map { Dimension($0) }), [read.input(shape)])
    let ordered = try read.node(Transpose(permutation: [0, 3, 1, 2]), [bytes])
    try Injection(right: read.closed(read.node(Flatten(axis: 1), [ordered])), wrong: plain).expect(
      "flatten-order", "read as H×W×C")
  }

  @Test("the order of a product's columns behind a flattening, which the place does not have itself")
  func flattenedColumns() throws {
    let weight = noise(8, 5 * 72)
    func product(_ weight: [Float]) throws -> Graph { try Sketch.single(Gemm(), [4, 72], [(weight, [5, 72])]) }
    let moved = try permuted(weight, [5, 6, 12], [0, 2, 1])
    var sketch = Sketch()
    let picture = sketch.input([4, 6, 3, 4])
    let flat = try sketch.node(Flatten(axis: 1), [picture])
    var network = try sketch.closed(flat)
    // Named as the place's input is.
    network[network.inputs[0]].name = "picture"
    network[flat].name = "x0"
    for (right, wrong) in [(weight, moved), (moved, weight)] {
      var injection = try Injection(right: product(right), wrong: product(wrong))
      injection.network = network
      try injection.expect("flatten-order", "of 6×3×4 features")
    }
    // Without the network only square pictures are tried: 8 channels of 3×3.
    try Injection(
      right: product(weight), wrong: product(permuted(weight, [5, 8, 9], [0, 2, 1]))
    ).expect("flatten-order", "of 8×3×3 features")
  }
}

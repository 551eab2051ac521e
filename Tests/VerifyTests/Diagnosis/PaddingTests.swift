import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: padding and windows")
struct PaddingDiagnosisTests {
  private let strided = SketchedConvolution(input: [1, 5, 14, 12], strides: [2, 2], pads: [0, 0, 1, 1])

  private func check(
    _ wrong: SketchedConvolution, _ mistake: String, _ words: String = "",
    right change: (inout SketchedConvolution) -> Void
  ) throws {
    try Injection(right: wrong.with(change).graph(), wrong: wrong.graph()).expect(mistake, words)
  }

  @Test("symmetric padding for SAME and the other way round")
  func symmetricAndSame() throws {
    try check(strided, "symmetric-padding", "with padding [1, 1, 1, 1] in place of [0, 0, 1, 1]") {
      $0.pads = [1, 1, 1, 1]
    }
    try check(strided.with { $0.pads = [1, 1, 1, 1] }, "same-padding", "[0, 0, 1, 1] in place of [1, 1, 1, 1]") {
      $0.pads = [0, 0, 1, 1]
    }
    try check(
      strided.with { ($0.kernel, $0.input, $0.pads) = ([4, 4], [1, 5, 14, 12], [1, 1, 1, 1]) }, "padding",
      "with padding [2, 2,"
    ) { $0.pads = [2, 2, 0, 0] }
    try check(
      SketchedConvolution(kernel: [4, 4], pads: [1, 1, 2, 2]), "same-lower-padding", "with padding [2, 2, 1, 1]"
    ) { $0.pads = [2, 2, 1, 1] }
  }

  @Test("height and width exchanged, in padding of different amounts")
  func transposed() throws {
    try check(
      SketchedConvolution(kernel: [5, 5], pads: [1, 3, 3, 1]), "transposed-padding", "with padding [3, 1, 1, 3]"
    ) { $0.pads = [3, 1, 1, 3] }
  }

  @Test("one border off by one, where the size stays")
  func offByOne() throws {
    try check(
      SketchedConvolution(input: [1, 5, 15, 13], kernel: [5, 5], strides: [3, 3], pads: [2, 2, 1, 1]),
      "padding-off-by-one", "with padding [3, 2, 1, 1]"
    ) { $0.pads = [3, 2, 1, 1] }
  }

  @Test("any other distribution of the same amount")
  func distribution() throws {
    try check(SketchedConvolution(kernel: [5, 5], pads: [2, 2, 2, 2]), "padding", "[0, 4, 4, 0]") {
      $0.pads = [0, 4, 4, 0]
    }
  }

  @Test("of one and of three axes")
  func otherRanks() throws {
    for rank in [1, 3] {
      func graph(begin: Int, end: Int) throws -> Graph {
        let shape = [1, 3] + [9, 8, 10].suffix(rank)
        let kernel = [Int](repeating: 3, count: rank)
        let window = try Window(
          kernel: kernel, strides: kernel.map { _ in 1 }, dilations: kernel.map { _ in 1 },
          pads: (kernel.map { _ in Dimension(begin) } + kernel.map { _ in Dimension(end) }))
        let weight = [4, 3] + kernel
        return try Sketch.single(
          Conv(window: window, groups: 1), shape, [(noise(5, weight.reduce(1, *)), weight)])
      }
      try Injection(right: graph(begin: 1, end: 1), wrong: graph(begin: 0, end: 2)).expect("symmetric-padding")
    }
  }

  @Test("of transposed convolutions")
  func transposedConvolution() throws {
    func graph(_ pads: [Int]) throws -> Graph {
      let window = try Window(kernel: [4, 4], strides: [2, 2], dilations: [1, 1], pads: pads.map { Dimension($0) })
      return try Sketch.single(
        ConvTranspose(window: window, outputPadding: [0, 0], groups: 1), [1, 3, 6, 5],
        [(noise(5, 3 * 4 * 16), [3, 4, 4, 4])])
    }
    try Injection(right: graph([1, 1, 1, 1]), wrong: graph([0, 0, 2, 2])).expect("symmetric-padding")
  }

  @Test("of poolings")
  func pooling() throws {
    for kind in Pool.Kind.allCases {
      func graph(_ pads: [Int]) throws -> Graph {
        let window = try Window(kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: pads.map { Dimension($0) })
        return try Sketch.single(Pool(kind, window: window), [2, 4, 12, 14])
      }
      try Injection(right: graph([0, 0, 1, 1]), wrong: graph([1, 1, 1, 1])).expect("same-padding")
    }
  }

  @Test("mirrored pixels and repeated ones in place of zeros")
  func modes() throws {
    for (mode, words) in [(Pad.Mode.reflect, "mirrored"), (.edge, "repeated"), (.wrap, "other side")] {
      var sketch = Sketch()
      let x = sketch.input([1, 5, 13, 11])
      let padded = try sketch.node(Pad(pads: [0, 0, 1, 1, 0, 0, 1, 1], mode: mode), [x])
      let conv = SketchedConvolution()
      let w = try sketch.weight(conv.randomWeight, conv.weightShape)
      let b = try sketch.vector(conv.bias ?? [])
      let window = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0])
      let right = try sketch.closed(sketch.node(Conv(window: window, groups: 1), [padded, w, b]))
      try Injection(right: right, wrong: conv.graph()).expect("padding-mode", words)
    }
  }

  @Test("zeros in the padding of a maximum")
  func zeros() throws {
    let open = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0])
    let padded = try Window(kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1])
    var sketch = Sketch()
    let x = sketch.input([1, 4, 9, 8])
    let pad = try sketch.node(Pad(pads: [0, 0, 1, 1, 0, 0, 1, 1]), [x])
    let right = try sketch.closed(sketch.node(Pool(.maximum, window: open), [pad]))
    let wrong = try Sketch.single(Pool(.maximum, window: padded), [1, 4, 9, 8])
    let inputs = [try Tensor(noise(3, 288).map { $0 - 1 }, shape: [1, 4, 9, 8])]
    try Injection(right: right, wrong: wrong, inputs: inputs).expect("pool-pads-zeros")
  }

  @Test("a Pad's number, mode and distribution")
  func padNodes() throws {
    func graph(_ pads: [Int], _ mode: Pad.Mode = .constant, _ value: Float = 0) throws -> Graph {
      try Sketch.single(Pad(pads: pads.map { Dimension($0) }, mode: mode, value: value), [1, 3, 6, 7])
    }
    let even = [0, 0, 1, 1, 0, 0, 1, 1]
    try Injection(right: graph(even, .constant, 1), wrong: graph(even)).expect("pad-value", "with 1 in the padding")
    try Injection(right: graph(even, .constant, 0.375), wrong: graph(even)).expect("pad-value", "with 0.375", free: 1)
    try Injection(right: graph(even, .reflect), wrong: graph(even)).expect("padding-mode", "mode reflect")
    try Injection(right: graph([0, 0, 0, 0, 0, 0, 2, 2]), wrong: graph(even)).expect(
      "padding", "[0, 0, 0, 0, 0, 0, 2, 2]")
    try Injection(right: graph(even), wrong: graph([0, 0, 0, 0, 0, 0, 2, 2])).expect("symmetric-padding")
  }

  @Test("another phase of the stride")
  func phase() throws {
    let wrong = SketchedConvolution(input: [1, 5, 14, 12], kernel: [1, 1], strides: [2, 2], pads: [0, 0, 0, 0])
    var sketch = Sketch()
    let x = sketch.input([1, 5, 14, 12])
    let moved = try sketch.node(
      Slice(starts: [0, 0, 1, 1], counts: [1, 5, 13, 11], steps: [1, 1, 1, 1]), [x])
    let w = try sketch.weight(wrong.randomWeight, wrong.weightShape)
    let b = try sketch.vector(wrong.bias ?? [])
    let window = try Window(kernel: [1, 1], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0])
    let right = try sketch.closed(sketch.node(Conv(window: window, groups: 1), [moved, w, b]))
    try Injection(right: right, wrong: wrong.graph()).expect(
      "stride-phase", "+1 along the height and +1 along the width")
  }

  @Test("dilations, and the size of a pooling window")
  func geometry() throws {
    try check(SketchedConvolution(), "dilation", "with dilations [2, 2] in place of [1, 1]") {
      ($0.dilations, $0.pads) = ([2, 2], [2, 2, 2, 2])
    }
    func pool(_ kernel: Int, _ pads: [Int]) throws -> Graph {
      let window = try Window(
        kernel: [kernel, kernel], strides: [2, 2], dilations: [1, 1], pads: pads.map { Dimension($0) })
      return try Sketch.single(Pool(.maximum, window: window), [1, 3, 12, 14])
    }
    try Injection(right: pool(2, [0, 0, 0, 0]), wrong: pool(3, [0, 0, 1, 1])).expect("pool-size", "[2, 2]")
  }
}

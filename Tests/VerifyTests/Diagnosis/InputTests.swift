import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: inputs of the network, and what was captured")
struct InputDiagnosisTests {
  private let conv = SketchedConvolution(input: [2, 3, 12, 12], activation: Activation(.relu), bias: noise(3, 7))
  private let pixels = [2, 3, 12, 12]

  /// Pictures from 0 to 1.
  private var picture: [Float] { noise(8, 864).map { 0.5 + 0.5 * $0 } }

  /// The golden says that the network was fed with `given`, and it was fed with `fed`.
  private func check(
    _ mistake: String, _ words: String, given: [Float]? = nil, fed: [Float], shape: [Int]? = nil
  ) throws {
    let shape = shape ?? pixels
    let graph = try conv.with { $0.input = shape }.graph()
    var injection = try Injection(right: graph, wrong: graph, inputs: [Tensor(given ?? picture, shape: shape)])
    injection.fed = [try Tensor(fed, shape: shape)]
    injection.readsNetworkInput = true
    try injection.expect(mistake, words)
    // What is computed inside the network has no colours.
    injection.readsNetworkInput = false
    let inside = try injection.diagnosis()
    #expect(
      !inside.explanations.contains { $0.mistake.hasPrefix("input-") && $0.mistake != "input-channels-exchanged" })
  }

  private func bgr(_ elements: [Float]) -> [Float] {
    elements.indices.map { elements[$0 / 432 * 432 + (2 - $0 / 144 % 3) * 144 + $0 % 144] }
  }

  private func normalized(_ elements: [Float]) -> [Float] {
    let (mean, deviation) = ([0.485, 0.456, 0.406] as [Float], [0.229, 0.224, 0.225] as [Float])
    return elements.enumerated().map { ($1 - mean[$0 / 144 % 3]) / deviation[$0 / 144 % 3] }
  }

  @Test("the order of colours")
  func colors() throws { try check("input-color-order", "with red and blue exchanged", fed: bgr(picture)) }

  @Test("the range of numbers")
  func ranges() throws {
    try check("input-range", "multiplied by 255", fed: picture.map { 255 * $0 })
    try check("input-range", "divided by 255", given: picture.map { 255 * $0 }, fed: picture)
    try check("input-range", "from 0…1 to −1…1", fed: picture.map { 2 * $0 - 1 })
    try check("input-range", "from −1…1 to 0…1", given: picture.map { 2 * $0 - 1 }, fed: picture)
    try check(
      "input-range", "from 0…255 to −1…1", given: picture.map { 255 * $0 }, fed: picture.map { 2 * $0 - 1 })
  }

  @Test("mean and standard deviation: missing, twice, Caffe's")
  func normalization() throws {
    try check("input-normalization", "ImageNet's mean subtracted and divided", fed: normalized(picture))
    try check("input-normalization", "undone", given: normalized(picture), fed: picture)
    try check(
      "input-normalization", "ImageNet's mean subtracted and divided", given: normalized(picture),
      fed: normalized(normalized(picture)))
    let caffe = [123.68, 116.779, 103.939] as [Float]
    let large = picture.map { 255 * $0 }
    try check(
      "input-normalization", "Caffe's mean subtracted", given: large,
      fed: large.enumerated().map { $1 - caffe[$0 / 144 % 3] })
  }

  @Test("colours and range together")
  func both() throws {
    try check(
      "input-preparation", "red and blue exchanged and pixels multiplied by 255", fed: bgr(picture).map { 255 * $0 })
    try check("input-preparation", "red and blue exchanged and ImageNet's mean", fed: normalized(bgr(picture)))
    try check("input-preparation", "in the order blue, green, red", fed: bgr(normalized(bgr(picture))))
  }

  @Test("layout, height and width, mirrored")
  func layouts() throws {
    try check(
      "input-layout", "read as N×H×W×C", fed: permuted(picture, [2, 12, 12, 3], [0, 3, 1, 2]))
    try check("input-layout", "in the order N×H×W×C", fed: permuted(picture, pixels, [0, 2, 3, 1]))
    try check("input-transposed", "height and width", fed: permuted(picture, pixels, [0, 1, 3, 2]))
    try check(
      "input-transposed", "width by height", fed: permuted(picture, [2, 3, 8, 18], [0, 1, 3, 2]), shape: [2, 3, 18, 8])
    try check("input-mirrored", "left to right", fed: picture.indices.map { picture[$0 / 12 * 12 + 11 - $0 % 12] })
  }

  @Test("a network of many nodes is tried with other inputs, and with nothing that is more expensive")
  func network() throws {
    var sketch = Sketch()
    let x = sketch.input(pixels)
    var y = try sketch.node(
      BatchNormalization(epsilon: 1e-3), [x] + [1, 0, 0.5, 0.2].map { try sketch.vector([$0, $0, $0]) })
    for _ in 0..<40 { y = try sketch.node(Activate(Activation(.leakyRelu, a: 0.9)), [y]) }
    let graph = try sketch.closed(y)
    var injection = try Injection(right: graph, wrong: graph, inputs: [Tensor(picture, shape: pixels)])
    injection.fed = [try Tensor(bgr(picture), shape: pixels)]
    injection.readsNetworkInput = true
    try injection.expect("input-color-order")
    #expect(try injection.diagnosis().triedCount < 140)
  }

  // MARK: The golden

  private func golden(_ mistake: String, _ words: String = "", free: Int? = 0, _ change: ([Float]) throws -> [Float])
    throws
  {
    let graph = try conv.with { $0.activation = .identity }.graph()
    let injection = try Injection(right: graph, wrong: graph)
    let expected = try injection.expected()
    let changed = try Tensor(try change(expected.floats()), shape: expected.shape.dimensions)
    try Diagnostician.diagnose(injection.suspect(expected: changed)).expect(mistake, words, free: free)
  }

  @Test("samples in another order")
  func samples() throws {
    try golden("sample-order") { Array($0[($0.count / 2)...] + $0[..<($0.count / 2)]) }
  }

  @Test("empty, constant, cut off, NaN")
  func empty() throws {
    try golden("golden-empty", "with 0 everywhere", free: 1) { $0.map { _ in 0 } }
    try golden("golden-empty", "with 0.25 everywhere", free: 1) { $0.map { _ in 0.25 } }
    try golden("golden-truncated", "with zeros for the last 500 of 2016", free: 1) {
      $0.dropLast(500) + [Float](repeating: 0, count: 500)
    }
    try golden("golden-not-finite", "without 2016 of 2016 elements") { $0.map { _ in .nan } }
    try golden("golden-not-finite", "without 2 of 2016 elements") {
      $0.enumerated().map { $0 == 3 || $0 == 77 ? .infinity : $1 }
    }
  }

  @Test("what went into the layer in place of what came out")
  func equalsInput() throws {
    let graph = try SketchedConvolution(input: [1, 7, 9, 8]).graph()
    let injection = try Injection(right: graph, wrong: graph)
    try Diagnostician.diagnose(injection.suspect(expected: injection.inputs[0])).expect(
      "golden-equals-input", "with x0, an input of the place")
  }

  @Test("captured in half precision, in bfloat16, with TensorFloat-32 products")
  func precision() throws {
    try golden("golden-half-precision") { $0.map { Float(Float16($0)) } }
    try golden("golden-bfloat16") { $0.map { Float(bitPattern: ($0.bitPattern + 0x8000) & 0xFFFF_0000) } }
    func tensorFloat(_ elements: [Float]) -> [Float] {
      elements.map { Float(bitPattern: ($0.bitPattern + 0xFFF + ($0.bitPattern >> 13 & 1)) & 0xFFFF_E000) }
    }
    var injection = try Injection(
      right: conv.with { $0.weight = tensorFloat($0.randomWeight) }.graph(), wrong: conv.graph())
    injection.fed = [try Tensor(tensorFloat(injection.inputs[0].floats()), shape: conv.input)]
    try injection.expect("golden-tensor-float-32")
  }

  @Test("axes of the result: height and width, channels last, mirrored, rolled")
  func axes() throws {
    let shape = [2, 7, 12, 12]
    try golden("result-transposed", "height and width") { try permuted($0, shape, [0, 1, 3, 2]) }
    try golden("result-layout", "in the order N×H×W×C") { try permuted($0, shape, [0, 2, 3, 1]) }
    try golden("result-layout", "read as N×H×W×C") { try permuted($0, [2, 12, 12, 7], [0, 3, 1, 2]) }
    try golden("result-mirrored", "its width") { elements in
      elements.indices.map { elements[$0 / 12 * 12 + 11 - $0 % 12] }
    }
    try golden("result-shifted", "by +1 along its width") { elements in
      elements.indices.map { elements[$0 / 12 * 12 + ($0 + 11) % 12] }
    }
  }

  @Test("channels of the result: reversed, shuffled, rolled, in any order")
  func channels() throws {
    let wide = SketchedConvolution(input: [1, 5, 9, 8], outputs: 12, bias: noise(3, 12))
    let injection = try Injection(right: wide.graph(), wrong: wide.graph())
    let expected = try injection.expected().floats()
    func check(_ mistake: String, _ words: String = "", free: Int = 0, order: [Int]) throws {
      let moved = expected.indices.map { expected[order[$0 / 72] * 72 + $0 % 72] }
      try Diagnostician.diagnose(injection.suspect(expected: Tensor(moved, shape: [1, 12, 9, 8]))).expect(
        mistake, words, free: free)
    }
    try check("channels-reversed", order: (0..<12).reversed())
    try check("channel-shuffle", "from 3×4 to 4×3", order: (0..<12).map { $0 % 3 * 4 + $0 / 3 })
    try check("channels-rolled", order: (0..<12).map { ($0 + 11) % 12 })
    try check("channels-permuted", free: 12, order: [3, 0, 7, 1, 2, 11, 5, 6, 4, 9, 10, 8])
    try check("channels-exchanged", "channels 2 and 9 of the result", order: [0, 1, 9, 3, 4, 5, 6, 7, 8, 2, 10, 11])
  }

  @Test("a kernel's own defect")
  func defect() throws {
    let graph = try conv.graph()
    let injection = try Injection(right: graph, wrong: graph)
    var broken = try injection.expected().floats()
    for index in 100..<200 { broken[index] += 0.5 }
    let suspect = try injection.suspect(actual: Tensor(broken, shape: [2, 7, 12, 12]))
    try Diagnostician.diagnose(suspect).expect("kernel-defect", "plain loops in double precision")
    // Where single precision alone is too far off, nobody's kernel is to blame.
    var rounded = injection
    rounded.tolerance = Tolerance(reason: "test")
    let near = try injection.expected().floats().map { $0 * (1 + 3e-7) }
    let diagnosis = try Diagnostician.diagnose(
      Suspect(
        graph: graph, inputs: injection.inputs, expected: injection.expected(),
        actual: Tensor(near, shape: [2, 7, 12, 12]), tolerance: Tolerance(peak: 1e-7, reason: "test"), network: graph,
        readsNetworkInput: [false]))
    diagnosis.expect("single-precision")
  }
}

import FerryModel
import FerryTensor
import FerryVerify

/// Reports with realistic numbers: errors that grow from 1e-7 to 5e-6 along a network, one layer that is wrong, values
/// that passes removed, an error budget, a diagnosis.
struct DemoReport {
  let network: DemoNetwork
  private var random = SplitMix64(seed: 20)
  private static let tolerance = Tolerance(peak: 2e-5, reason: "float32 sums over tens of layers")
  private static let oracleTolerance = Tolerance(peak: 1, reason: "for information")

  /// - Parameter units: of the network; each has three or four layers.
  init(units: Int = 24) throws { network = try DemoNetwork(units: units) }

  /// - Parameter divergent: the name of the layer that is wrong by itself; nil for a network that arrived whole.
  mutating func report(divergent: String? = nil, hasOracle: Bool = true) throws -> VerificationReport {
    var layers: [Layer] = []
    let nodes = network.graph.nodes
    var isBehind = false
    for (index, node) in nodes.enumerated() {
      let isDivergent = node.name == divergent
      isBehind = isBehind || isDivergent
      let gathered = 1e-7 * pow50(Double(index) / Double(nodes.count))
      layers.append(
        try layer(
          node, index, gathered: gathered, isDivergent: isDivergent, isBehind: isBehind, hasOracle: hasOracle))
    }
    let passes = [("fold-batch-normalization", 20), ("fuse-activation", 8), ("fuse-pad", 3)]
    let removed = passes.flatMap { pass, count in
      (1...count).map { RemovedValue(name: "/features/\(pass)/BatchNormalization_\($0)_output_0", pass: pass) }
    }
    var cases = [
      VerificationReport.Case(
        name: "noise 2×3×96×96",
        values: [.init(name: "classifier", role: .output, outcome: layers[layers.count - 1].cumulative.outcome)],
        layers: LayerReport(layers: layers, removed: removed),
        origin: .init(
          place: "golden/face-classifier", producer: "ferry-capture",
          versions: ["torch": "2.13.0", "numpy": "2.3.1", "onnx": "1.19.0"], platform: "Linux x86-64, AVX2", seed: 11))
    ]
    cases.append(
      VerificationReport.Case(
        name: "astronaut.png",
        values: [.init(name: "classifier", role: .output, outcome: layers[layers.count - 1].cumulative.outcome)],
        origin: .init(producer: "ferry-capture", versions: ["torch": "2.13.0"])))
    return VerificationReport(
      subject: "face-classifier.ferry", cases: cases,
      provenance: .init(
        model: "face-classifier", bundleDigest: digest(1),
        source: .init(
          fileName: "face-classifier.onnx", sha256: digest(2), producer: "pytorch 2.13.0, opset 17",
          convertedBy: "Ferry 0.6.0"),
        run: .init(ferryVersion: "Ferry 0.6.0", instructionSet: "avx2", threads: 2, platform: "Linux x86-64")))
  }

  private func digest(_ number: Int) -> String {
    String(repeating: "0123456789abcdef", count: 4).dropFirst(number) + String(repeating: "7", count: number)
  }

  /// 50 to the power of x for x from 0 to 1, near enough.
  private func pow50(_ x: Double) -> Double { (1 + x) * (1 + x) * (1 + x * 11.5) }

  private mutating func layer(
    _ node: Node, _ index: Int, gathered: Double, isDivergent: Bool, isBehind: Bool, hasOracle: Bool
  ) throws -> Layer {
    let value = network.graph[node.outputs[0]]
    let shape = value.shape.map { $0.value ?? 2 }
    let expected = try noise(shape)
    let alone = isDivergent ? try atTheEnds(of: expected) : try changed(expected, by: 8e-8 * (1 + unit()))
    let behind = 0.1 + 0.4 * unit()
    let run = isDivergent ? alone : try changed(expected, by: isBehind ? behind : gathered * (0.7 + unit()))
    let cumulative = try Comparison(actual: run, expected: expected, tolerance: Self.tolerance)
    let isolated = try Comparison(actual: alone, expected: expected, tolerance: Self.tolerance)
    var layer = Layer(
      name: "/" + node.name + "_output_0",
      place: LayerPlace(
        value: value.name,
        nodes: [
          .init(name: node.name, operation: node.operation.name, summary: summary(node), sources: node.sources)
        ], isOutput: index == network.graph.nodes.count - 1),
      cumulative: .compared(cumulative), isolated: .compared(isolated))
    if hasOracle {
      let reference = try changed(expected, by: gathered * (0.5 + unit()))
      layer.budget = ErrorBudget(
        ferry: try Comparison(actual: run, expected: expected, tolerance: Self.oracleTolerance),
        reference: try Comparison(actual: reference, expected: expected, tolerance: Self.oracleTolerance))
    }
    if isDivergent { layer.diagnosis = diagnosis(isolated.peakError) }
    if isDivergent || index % 29 == 13 {
      layer.picture = try ErrorPicture(
        actual: isDivergent ? alone : run, expected: expected, view: isDivergent ? .isolated : .cumulative)
    }
    return layer
  }

  private func summary(_ node: Node) -> String {
    guard let conv = node.operation as? Conv else { return node.operation.name }
    let kernel = conv.window.kernel.map { "\($0)" }.joined(separator: "×")
    return "Conv \(kernel), stride \(conv.window.strides[0]), pads [\(conv.window.pads.text)]"
      + (conv.groups > 1 ? ", depthwise" : "") + (conv.activation.kind == .clip ? ", relu6" : "")
  }

  private func diagnosis(_ error: Double) -> Diagnosis {
    func explanation(_ mistake: String, _ change: String, _ advice: String, _ error: Double) -> Explanation {
      Explanation(mistake: mistake, change: change, advice: advice, error: error, isWhole: error < 2e-5)
    }
    return Diagnosis(
      error: error,
      explanations: [
        explanation(
          "padding-symmetric", "with padding [1, 1, 1, 1] in place of [0, 0, 1, 1]",
          "the network was trained with symmetric padding; convert it again from the file that PyTorch wrote, or with "
            + "--assume padding=symmetric", 3.1e-7),
        explanation(
          "padding-begin", "with padding [1, 1, 0, 0] in place of [0, 0, 1, 1]", "see how the exporter pads", 0.18),
        explanation("kernel-flipped", "with the kernel flipped", "convolution was taken for correlation", 0.33),
        explanation("bias-missing", "without the bias", "the bias may belong to another layer", 0.39),
      ])
  }

  // MARK: Numbers

  private mutating func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }

  private mutating func noise(_ shape: [Int]) throws -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { _ in Float(unit() + unit() + unit() - 1.5) }
    return try Tensor(values, shape: shape)
  }

  /// Errors of random size up to the given one, relative to the peak.
  private mutating func changed(_ tensor: Tensor, by error: Double) throws -> Tensor {
    let peak = tensor.doubles().reduce(0) { max($0, $1.magnitude) }
    let values = tensor.doubles().map { value -> Double in
      let step = (unit() + unit() + unit() - 1.5) / 1.5
      return value + step * step * step * error * peak
    }
    return try Tensor(values, shape: tensor.shape.dimensions)
  }

  /// What a layer gives that is padded at the wrong borders: the inside is right up to rounding.
  private mutating func atTheEnds(of tensor: Tensor) throws -> Tensor {
    let right = try changed(tensor, by: 1.2e-7).doubles()
    let (height, width) = (tensor.shape[2], tensor.shape[3])
    let values = right.enumerated().map { index, value -> Double in
      let (row, column) = (index / width % height, index % width)
      let isAtTheEnd = row == height - 1 || column == width - 1 || row == 0
      return isAtTheEnd ? value + (unit() - 0.5) * 1.1 : value
    }
    return try Tensor(values, shape: tensor.shape.dimensions)
  }
}

extension LayerOutcome {
  /// The same as a value of a report has it.
  var outcome: VerificationReport.Outcome {
    switch self {
    case .compared(let comparison): .compared(comparison)
    case .failed(let error): .failed(error)
    }
  }
}

/// Sebastiano Vigna's generator: the same numbers on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

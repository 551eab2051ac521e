import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import Testing

/// A tiny network beside captured values that a hostile or careless golden could hold.
@Suite("Comparing the layers of a case") struct LayerComparisonTests {
  private let writer: GoldenWriter
  private static let shape = [1, 2, 1, 2]
  private static let extents = shape.map { FerryModel.Dimension($0) }

  init() throws { writer = try GoldenWriter() }

  /// input → inner = relu(input) → output = inner + inner.
  private func graph(innerNames: [String] = ["inner"]) throws -> Graph {
    var graph = Graph(name: "g")
    let input = graph.add(Value(name: "input", shape: Self.extents))
    let inner = graph.add(Value(name: "inner", shape: Self.extents, sourceNames: innerNames))
    let output = graph.add(Value(name: "output", shape: Self.extents))
    graph.inputs = [input]
    graph.nodes = [
      Node(name: "relu", operation: Activate(Activation(.relu)), inputs: [input], outputs: [inner]),
      Node(name: "double", operation: Binary(.add), inputs: [inner, inner], outputs: [output]),
    ]
    graph.outputs = [output]
    try graph.validate()
    return graph
  }

  /// Verifies the graph against a case with these layers; input and output are right.
  private func verify(
    _ graph: Graph, _ layers: [(name: String, tensor: Tensor)], isChannelsLast: Bool = false, usesOracle: Bool = false
  ) throws -> VerificationReport {
    var description = GoldenWriter.description
    var files = JSONObject()
    for (index, layer) in layers.enumerated() { files.set(layer.name, .string("layers/\(index).npy")) }
    description.set("layers", .object(files))
    description.set("references", .object(JSONObject()))
    let folder = try writer.write(description)
    try Tensor([1, -2, 3, 4] as [Float], shape: Self.shape).writeNpy(folder + "/input.npy")
    try Tensor([2, 0, 6, 8] as [Double], shape: Self.shape).writeNpy(folder + "/output.npy")
    for (index, layer) in layers.enumerated() { try layer.tensor.writeNpy(folder + "/layers/\(index).npy") }
    var options = LayerOptions()
    options.usesOracle = usesOracle
    return try Verifier.verify(
      Model(name: "g", graph: graph), sourceDigest: nil, cases: [GoldenCase(folder: folder)],
      layers: LayerVerifier(graph: graph, isChannelsLast: isChannelsLast, options: options), subject: "g.ferry")
  }

  private func inner(_ elements: [Float] = [1, 0, 3, 4]) throws -> Tensor { try Tensor(elements, shape: Self.shape) }

  private func error(_ outcome: LayerOutcome?) -> FerryError? {
    if case .failed(let error)? = outcome { error } else { nil }
  }

  @Test func whatIsRightPasses() throws {
    let report = try verify(graph(), [("inner", inner())])
    #expect(report.passed, "\(report.text())")
    let layers = try #require(report.cases[0].layers)
    #expect(layers.layers.map(\.name) == ["inner", "output"])
    #expect(layers.comparedCount == 2 && layers.incomparableCount == 0 && layers.coverage == 1)
    #expect(layers.oracleCost == nil)
  }

  /// A value that nothing needs, of so many numbers that no machine holds them: a golden of one number asks for it.
  @Test func aValueOfAnotherShapeIsNotComputed() throws {
    var graph = try graph()
    let extents: [FerryModel.Dimension] = [FerryModel.Dimension(1 << 37), 2, 1, 2]
    graph.removed = [RemovedValue(name: "huge", pass: "fuse")]
    graph.recoverable = [
      RecoverableValue(
        value: Value(name: "huge", shape: extents), nodeName: "expand",
        operation: Expand(shape: [FerryModel.Dimension(1 << 37), 1, 1, 1]), inputs: ["inner"], sources: [])
    ]
    let report = try verify(graph, [("huge", try Tensor([1] as [Float], shape: [1])), ("inner", inner())])
    #expect(report.cases[0].failure == nil)
    let layers = try #require(report.cases[0].layers)
    let huge = layers.layers[0]
    #expect(error(huge.cumulative)?.code == .shapeMismatch)
    #expect(error(huge.isolated)?.code == .shapeMismatch)
    #expect(error(huge.cumulative)?.message == "the shape is 137438953472×2×1×2, where 1 is expected")
    #expect(huge.verdict == .defect && !huge.isCompared && !report.passed)
    // The others are compared all the same, and it does not count as one of them.
    #expect(layers.layers.dropFirst().allSatisfy { $0.verdict == .passed })
    #expect(layers.comparedCount == 2 && layers.incomparableCount == 1 && layers.capturedCount == 3)
    #expect(abs(layers.coverage - 2 / 3) < 1e-12)
    #expect(report.text().contains("compared 2 of 3 captured values (67 %); 1 cannot be compared\n"))
  }

  /// Extents beside a zero may be as large as any number: turned pixel by pixel, this one would take for ever.
  @Test func emptyArraysWithTheChannelsLastAreTurnedAtOnce() throws {
    let pixels = try Tensor([Float](), shape: [1, 1 << 31, 1 << 31, 0])
    let report = try verify(graph(), [("inner", pixels)], isChannelsLast: true)
    let layers = try #require(report.cases[0].layers)
    #expect(
      error(layers.layers[0].cumulative)?.message
        == "the shape is 1×2×1×2, where 1×0×2147483648×2147483648 is expected")
    #expect(!report.passed)
  }

  @Test func channelsLastAreTurned() throws {
    let turned = try Tensor([1, 3, 0, 4] as [Float], shape: [1, 1, 2, 2])
    #expect(try verify(graph(), [("inner", turned)], isChannelsLast: true).passed)
    #expect(try !verify(graph(), [("inner", turned)]).passed)
  }

  /// Identities give a value several names, and each is compared; thousands would be an attempt on the machine.
  @Test(arguments: [256, 257]) func namesOfOneValue(count: Int) throws {
    let names = (0..<count).map { "inner \($0)" }
    let report = try verify(graph(innerNames: names), names.map { ($0, try inner()) })
    if count == 256 {
      #expect(report.passed)
      #expect(report.cases[0].layers?.comparedCount == 257)
    } else {
      #expect(report.cases[0].failure?.code == .invalidGolden)
      #expect(
        report.cases[0].failure?.message == "the case holds more than 256 arrays for the value \"inner\"")
    }
  }

  /// NaN beside NaN is no difference, and no proof either.
  @Test func aGoldenOfNothingButNaNFails() throws {
    var description = GoldenWriter.description
    description.set("layers", .object(JSONObject()))
    description.set("references", .object(JSONObject()))
    let folder = try writer.write(description)
    let nothing = try inner([.nan, .nan, .nan, .nan])
    try nothing.writeNpy(folder + "/input.npy")
    try nothing.writeNpy(folder + "/output.npy")
    var graph = try graph()
    graph.nodes[0].operation = Activate(.identity)
    let report = try Verifier.verify(
      Model(name: "g", graph: graph), sourceDigest: nil, cases: [GoldenCase(folder: folder)], subject: "g.ferry")
    #expect(report.cases[0].values.map(\.passed) == [true])
    #expect(report.cases[0].values[0].comparison?.agreeableElementCount == 0)
    #expect(!report.passed && report.exitCode == 1)
    #expect(report.text().hasSuffix("FAILED noise compared nothing\n\nFAILED: nothing was compared\n"))
  }

  @Test func theOracleSaysWhatItTook() throws {
    let report = try verify(graph(), [("inner", inner())], usesOracle: true)
    let cost = try #require(report.cases[0].layers?.oracleCost)
    #expect(cost.runs == 1 && cost.seconds > 0)
    #expect(report.text().replacing("\n  ", with: " ").contains("; the oracle took "))
  }
}

import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// Networks compared with every captured value inside them.
@Suite("Layers of golden networks") struct CapturedLayerTests {
  /// The committed cases that hold every value of their network.
  static let captured = ["mobilenet", "xception", "efficientnet"].map { "networks/\($0)-ts17-unfolded-static" }

  static func convert(_ folder: String, fuses: Bool) throws -> Graph {
    var options = ConversionOptions()
    options.fuses = fuses
    return try Converter.convert(
      onnx: GoldenCases.root.appendingPathComponent("\(folder)/model.onnx").path, options: options
    ).graph
  }

  static func verify(_ graph: Graph, _ folder: String) throws -> VerificationReport {
    try Verifier.verify(
      Model(name: folder, graph: graph), sourceDigest: nil,
      cases: [GoldenCase(folder: GoldenCases.root.appendingPathComponent(folder).path)],
      layers: LayerVerifier(graph: graph, isChannelsLast: false), subject: folder)
  }

  @Test(arguments: captured) func fusedNetworksCompareMostOfThem(folder: String) throws {
    let report = try Self.verify(Self.convert(folder, fuses: true), folder)
    let layers = try #require(report.cases[0].layers)
    #expect(report.passed, "\(report.text())")
    #expect(layers.coverage >= 0.6)
    #expect(layers.unknown.isEmpty)
    #expect(Set(layers.removed.map(\.pass)) == ["fold-batch-normalization"])
    #expect(layers.layers.contains { $0.place.isRecovered } && layers.layers.contains { !$0.place.isRecovered })
    #expect(layers.layers.allSatisfy { $0.verdict == .passed && $0.isolated != nil })
    #expect(layers.layers.last?.place.isOutput == true)
  }

  @Test(arguments: captured) func unfusedNetworksCompareAll(folder: String) throws {
    let report = try Self.verify(Self.convert(folder, fuses: false), folder)
    let layers = try #require(report.cases[0].layers)
    #expect(report.passed, "\(report.text())")
    #expect(layers.coverage == 1)
    #expect(layers.layers.allSatisfy { !$0.place.isRecovered })
  }

  /// One changed weight: its own layer is wrong by itself, those after it only because of what reaches them.
  @Test func aChangedWeightIsFoundWhereItIs() throws {
    let folder = Self.captured[0]
    var graph = try Self.convert(folder, fuses: true)
    let index = graph.nodes.count / 2
    let weight = try #require(graph.nodes[index...].first { $0.operation is Conv })
    var numbers = try #require(graph.weights[weight.inputs[1]]).tensor.floats()
    numbers[5] += 0.5
    graph.weights[weight.inputs[1]] = Weight(
      tensor: try Tensor(numbers, shape: graph.weights[weight.inputs[1]]?.shape.dimensions ?? []), sources: [])
    let report = try Self.verify(graph, folder)
    #expect(!report.passed)
    let layers = try #require(report.cases[0].layers)
    #expect(layers.firstDivergent?.place.nodes.last?.name == weight.name)
    let wrong = layers.layers.filter { $0.verdict == .defect }
    // The sums before the activation, which are recovered, and the activation itself.
    #expect(Set(wrong.flatMap { $0.place.nodes.map(\.name) }) == [weight.name])
    #expect(layers.layers.contains { $0.verdict == .accumulated })
    #expect(layers.layers.last?.isolated?.passed == true && layers.layers.last?.cumulative.passed == false)
  }

  @Test func aValueOfAnotherNetworkFails() throws {
    let folder = Self.captured[0]
    var graph = try Self.convert(folder, fuses: true)
    graph.removed.removeAll { $0.name.contains("stage4/unit1/dw_conv/conv") }
    let report = try Self.verify(graph, folder)
    #expect(!report.passed)
    #expect(report.cases[0].layers?.unknown == ["/features/stage4/unit1/dw_conv/conv/Conv_output_0"])
    #expect(report.exitCode == 1)
  }

  /// Threads and the plain loops give the same verdicts.
  @Test func theSameOnThePlainLoops() throws {
    let folder = Self.captured[2]
    let graph = try Self.convert(folder, fuses: true)
    var options = SessionOptions()
    options.usesReference = true
    let report = try Verifier.verify(
      Model(name: folder, graph: graph), sourceDigest: nil,
      cases: [GoldenCase(folder: GoldenCases.root.appendingPathComponent(folder).path)], options: options,
      layers: LayerVerifier(graph: graph, isChannelsLast: false), subject: folder)
    #expect(report.passed)
    #expect(report.cases[0].layers?.layers.count ?? 0 > 50)
  }
}

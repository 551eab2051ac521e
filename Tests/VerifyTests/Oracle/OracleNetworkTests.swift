import FerryConvert
import FerryModel
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// Whole networks as exporters write them: every value, beside the plain loops in double precision.
@Suite("The oracle on whole networks") struct OracleNetworkTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("golden/networks")

  private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("\($0)/model.onnx").path)
  }.sorted()

  @Test func thereAreNetworks() {
    for kind in ["mobilenet", "xception", "efficientnet", "ensemble-member"] {
      #expect(Self.names.contains { $0.hasPrefix(kind) })
    }
  }

  @Test(arguments: names) func everyValueAgrees(name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let input = try Tensor(npy: file.appendingPathComponent("input.npy").path)
    let graph = try Converter.convert(onnx: file.appendingPathComponent("model.onnx").path).graph
      .bound(toInputShapes: [input.shape.dimensions])
    let computed = Set(graph.nodes.flatMap(\.outputs))
    let inputs = [ReferenceArray<Double>(input)]
    let found = try Oracle.evaluate(graph, inputs, keep: computed)
    let expected = try graph.evaluate(inputs, keep: computed)
    #expect(Set(found.keys) == Set(expected.keys) && computed.isSubset(of: found.keys))
    for (id, truth) in expected {
      let actual = try #require(found[id])
      #expect(actual.shape == truth.shape)
      let peak = truth.elements.map(abs).max() ?? 0
      let error = zip(actual.elements, truth.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error <= peak * 1e-13, "\(graph[id].name): \(error) with a peak of \(peak)")
    }
  }
}

import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

/// One network is one graph, whichever exporter and opset wrote it.
@Suite("Structure") struct StructureTests {
  /// The network's name is what stands before the exporter's.
  private static func family(_ folder: String) -> String {
    let name = folder.split(separator: "/").last.map(String.init) ?? folder
    for exporter in ["-ts", "-dynamo", "-imitated"] {
      if let range = name.range(of: exporter) { return String(name[..<range.lowerBound]) }
    }
    return name
  }

  @Test func exportsOfOneNetworkGiveOneStructure() throws {
    // Other producers' files have inputs of other layouts, but where the network is PyTorch's.
    let imitated = GoldenCases.producers.filter { $0.contains("-imitated-") && !$0.hasSuffix("depthwise-scale") }
    #expect(imitated.count >= 3)
    let families = Dictionary(grouping: GoldenCases.networks + imitated, by: Self.family)
    #expect(families.count >= 12)
    for (family, all) in families {
      // A static file of another batch is another graph.
      let folders = all.filter { !$0.hasSuffix("-batch3") }
      #expect(folders.count >= 3)
      // A dynamic export takes the static ones' shape.
      let shapes = try folders.map { try inputShape(convert($0).graph) }
      let shape = try #require(shapes.first { $0.fixed != nil })
      let digests = try folders.map { folder -> String in
        var options = ConversionOptions()
        options.inputShapes = ["input": shape]
        return try convert(folder, options).report.structureDigest
      }
      #expect(Set(digests).count == 1, "\(family): \(folders) \(digests)")
    }
  }

  private func convert(_ folder: String, _ options: ConversionOptions = ConversionOptions()) throws -> Conversion {
    try Converter.convert(onnx: GoldenCases.root.appendingPathComponent("\(folder)/model.onnx").path, options: options)
  }

  private func inputShape(_ graph: Graph) throws -> [FerryModel.Dimension] {
    graph[try #require(graph.inputs.first)].shape
  }

  @Test func convertingTwiceGivesTheSameGraph() throws {
    let folder = GoldenCases.networks[0]
    let (first, second) = (try convert(folder), try convert(folder))
    #expect(first.report.json == second.report.json)
    #expect(first.report.weightsDigest == second.report.weightsDigest)
    #expect(first.graph.values.map(\.name) == second.graph.values.map(\.name))
  }
}

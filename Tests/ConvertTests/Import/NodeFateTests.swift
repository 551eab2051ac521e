import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

/// The report accounts for every node of the source.
@Suite("Fates of nodes") struct NodeFateTests {
  /// Each node of every golden file has one fate, and it agrees with what the graph says.
  @Test(arguments: GoldenCases.networks + GoldenCases.operators) func everyNodeHasOneFate(folder: String) throws {
    let path = GoldenCases.root.appendingPathComponent("\(folder)/model.onnx").path
    let model = try ONNXModel(contentsOf: path)
    for fuses in [true, false] {
      var options = ConversionOptions()
      options.fuses = fuses
      let conversion = try Converter.convert(onnx: path, options: options)
      let (graph, report) = (conversion.graph, conversion.report)
      #expect(report.nodes.count == model.graph.nodes.count)
      #expect(report.nodes.map(\.name) == model.graph.nodes.map(\.displayName))
      #expect(report.nodeFateCounts.reduce(0) { $0 + $1.count } == model.graph.nodes.count)
      let nodeNames = Set(graph.nodes.map(\.name))
      let weightNames = Set(graph.weights.keys.map { graph[$0].name })
      let ran = Set(report.passes.map(\.name))
      for node in report.nodes {
        switch node.fate {
        case .carried:
          #expect(!node.targets.isEmpty && Set(node.targets).isSubset(of: nodeNames), "\(node)")
          #expect(node.pass == nil)
        case .folded:
          #expect(!node.targets.isEmpty && Set(node.targets).isSubset(of: nodeNames), "\(node)")
          #expect(node.pass.map(ran.contains) == true, "\(node)")
        case .noEffect: #expect(node.pass.map(ran.contains) == true && node.targets.isEmpty, "\(node)")
        case .constant: #expect(node.operatorName == "Constant" && Set(node.targets).isSubset(of: weightNames))
        case .dropout: #expect(node.operatorName == "Dropout")
        default: #expect(node.targets.isEmpty && node.pass == nil, "\(node)")
        }
        if !fuses { #expect(node.fate != .folded || node.pass == "recognise-flatten", "\(node)") }
      }
      // And the other way round: every node of the graph is the home of some node of the source.
      let homes = Set(report.nodes.flatMap(\.targets))
      for node in graph.nodes where !node.sources.isEmpty { #expect(homes.contains(node.name), "\(node.name)") }
    }
  }

  @Test func foldedNodesNameTheirPass() throws {
    let path = GoldenCases.root.appendingPathComponent("networks/mobilenet-ts13-unfolded-dynamic/model.onnx").path
    let report = try Converter.convert(onnx: path).report
    let normalizations = report.nodes.filter { $0.operatorName == "BatchNormalization" }
    #expect(!normalizations.isEmpty)
    #expect(normalizations.allSatisfy { $0.fate == .folded && $0.pass == "fold-batch-normalization" })
    #expect(report.nodes.filter { $0.operatorName == "Relu" }.allSatisfy { $0.pass == "fuse-activation" })
    #expect(report.nodes.filter { $0.operatorName == "Conv" }.allSatisfy { $0.fate == .carried })
  }

  @Test func whatNoOutputNeedsIsUnused() throws {
    let nodes = [
      Build.node("Relu", ["x"], ["y"], name: "used"), Build.node("Sigmoid", ["x"], ["z"], name: "idle"),
      Build.node("Identity", ["z"], ["w"], name: "idle too"),
    ]
    let folder = try Folder()
    let path = try folder.write("model.onnx", Build.model(Build.graph(nodes: nodes)))
    #expect(try Converter.convert(onnx: path).report.nodes.map(\.fate) == [.carried, .unused, .unused])
  }

  @Test func theBundleKeepsTheAccount() throws {
    let path = GoldenCases.root.appendingPathComponent("networks/mobilenet-ts17-folded-dynamic/model.onnx").path
    let conversion = try Converter.convert(onnx: path)
    let folder = try Folder()
    let target = "\(folder.path)/m.ferry"
    let model = BundleModel(name: "m", graph: conversion.graph, provenance: conversion.report.json)
    try BundleWriter.write(BundleContents(models: [model]), to: target)
    let stored = try Bundle(contentsOf: target).storedModel(named: "m")
    let provenance = try JSONField(stored.provenance()).object()
    #expect(try provenance.array("nodes").count == conversion.report.nodes.count)
    #expect(try stored.provenance() == conversion.report.json)
  }

  /// Normalizations one after another fold one after another, however many a file has.
  @Test func longChainsOfNormalizationsFold() throws {
    func stored(_ name: String) -> ProtoWriter {
      Build.tensor(name, [3], raw: (0..<3).flatMap { _ in [0, 0, 0, 63] as [UInt8] })
    }
    let kernel = Build.tensor("k", [3, 3, 1, 1], raw: (0..<9).flatMap { _ in [0, 0, 128, 63] as [UInt8] })
    let count = 2000
    let nodes = [Build.node("Conv", ["x", "k"], ["v0"], name: "conv")]
      + (0..<count).map { index in
        Build.node(
          "BatchNormalization", ["v\(index)", "s", "b", "m", "d"], [index == count - 1 ? "y" : "v\(index + 1)"],
          name: "bn\(index)")
      }
    let input = Build.value("x", [.param("batch"), .value(3), .value(4), .value(4)])
    let folder = try Folder()
    let path = try folder.write(
      "model.onnx",
      Build.model(
        Build.graph(nodes: nodes, initializers: [kernel] + ["s", "b", "m", "d"].map(stored), inputs: [input])))
    let conversion = try Converter.convert(onnx: path)
    #expect(conversion.graph.nodes.count == 1)
    #expect(conversion.report.nodes.dropFirst().allSatisfy { $0.fate == .folded && $0.targets == ["conv"] })
  }
}

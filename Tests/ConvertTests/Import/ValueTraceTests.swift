import FerryConvert
import FerryModel
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// Every value of a source is in the graph, can be recovered, or was removed by a pass that is named.
@Suite("Values of the source") struct ValueTraceTests {
  @Test(arguments: GoldenCases.networks + GoldenCases.producers + GoldenCases.operators)
  func everyValueIsAccountedFor(folder: String) throws {
    let path = GoldenCases.root.appendingPathComponent("\(folder)/model.onnx").path
    let source = try ONNXModel(contentsOf: path)
    for fuses in [true, false] {
      var options = ConversionOptions()
      options.fuses = fuses
      let graph = try Converter.convert(onnx: path, options: options).graph
      let kept = Set(graph.values.flatMap(\.sourceNames))
      let removed = Set(graph.removed.map(\.name))
      for name in source.graph.nodes.flatMap(\.outputs) where !name.isEmpty {
        #expect(kept.contains(name) || removed.contains(name), "\(name)")
      }
      #expect(graph.removed.count == removed.count, "a value is removed twice")
      #expect(kept.isDisjoint(with: removed))
      let recoverable = Set(graph.recoverable.flatMap(\.value.sourceNames))
      #expect(recoverable.isSubset(of: removed))
    }
  }

  /// What a fused graph recovers is what the graph holds that no pass has fused.
  @Test(arguments: GoldenCases.networks.filter { !$0.contains("batch3") } + GoldenCases.producers)
  func recoveredValuesAreTheSources(folder: String) throws {
    let path = GoldenCases.root.appendingPathComponent(folder).path
    let fused = try Converter.convert(onnx: "\(path)/model.onnx").graph
    var options = ConversionOptions()
    options.fuses = false
    let plain = try Converter.convert(onnx: "\(path)/model.onnx", options: options).graph
    let (observed, recovered) = try fused.withRecoverableValues()
    let golden = try GoldenCase(folder: path)
    let inputs = try fused.inputs.map { id in
      ReferenceArray<Double>(try #require(golden.inputs.first { $0.name == fused[id].name }).tensor)
    }
    let shapes = inputs.map(\.shape)
    let names = Set(recovered.flatMap { observed[$0].sourceNames })
    var expected: [String: ReferenceArray<Double>] = [:]
    let bound = try plain.bound(toInputShapes: shapes)
    let wanted = Set(bound.values.indices.map { ValueID($0) }.filter { !names.isDisjoint(with: bound[$0].sourceNames) })
    for (id, array) in try bound.evaluate(inputs, keep: wanted) {
      for name in bound[id].sourceNames { expected[name] = array }
    }
    let results = try observed.bound(toInputShapes: shapes).evaluate(inputs, keep: recovered)
    for id in recovered {
      let name = try #require(observed[id].sourceNames.first)
      let actual = try #require(results[id])
      guard let truth = expected[name] else {
        // What the passes that always run take away is recovered by both.
        #expect(plain.recoverable.contains { $0.value.sourceNames.contains(name) }, "\(name)")
        continue
      }
      #expect(actual.shape == truth.shape)
      let peak = truth.elements.reduce(0) { max($0, abs($1)) }
      let error = zip(actual.elements, truth.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
      // Folded weights are rounded to single precision once.
      #expect(error <= 1e-5 * peak, "\(name) is off by \(error / peak)")
    }
  }

  @Test func passesAreNamed() throws {
    let path = GoldenCases.root.appendingPathComponent("networks/mobilenet-ts17-unfolded-static/model.onnx").path
    let graph = try Converter.convert(onnx: path).graph
    let passes = Dictionary(uniqueKeysWithValues: graph.removed.map { ($0.name, $0.pass) })
    #expect(passes["/features/stage4/unit1/dw_conv/conv/Conv_output_0"] == "fold-batch-normalization")
    #expect(passes["/features/stage4/unit1/dw_conv/bn/BatchNormalization_output_0"] == "fuse-activation")
    let recoverable = Set(graph.recoverable.flatMap(\.value.sourceNames))
    #expect(!recoverable.contains("/features/stage4/unit1/dw_conv/conv/Conv_output_0"))
    #expect(recoverable.contains("/features/stage4/unit1/dw_conv/bn/BatchNormalization_output_0"))
  }
}

import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

@Suite("Conversion options") struct OptionTests {
  private let model = GoldenCases.root
    .appendingPathComponent("networks/mobilenet-ts13-unfolded-dynamic/model.onnx").path

  private func convert(_ change: (inout ConversionOptions) -> Void) throws -> Conversion {
    var options = ConversionOptions()
    change(&options)
    return try Converter.convert(onnx: model, options: options)
  }

  @Test func everyPassCanBeSwitchedOff() throws {
    let all = try convert { _ in }.report.passes.map(\.name)
    #expect(all.contains("fold-batch-normalization") && all.contains("fuse-activation"))
    for pass in PassCatalogue.all {
      let without = try convert { $0.disabledPasses = [pass.name] }.report.passes.map(\.name)
      #expect(!without.contains(pass.name))
    }
    let error = #expect(throws: FerryError.self) { try convert { $0.disabledPasses = ["fold-everything"] } }
    #expect(error?.code == .usage)
    #expect(error?.message == "there is no pass \"fold-everything\"")
  }

  @Test func unfusedGraphsKeepEveryValue() throws {
    let conversion = try convert { $0.fuses = false }
    let passes = Set(PassCatalogue.all.map { $0.name })
    #expect(conversion.report.removedValues.allSatisfy { !passes.contains($0.pass) })
    #expect(conversion.report.weights.allSatisfy { $0.fate != .folded })
  }

  /// With passes or without, the plain loops in double precision give the same numbers up to the rounding of folded
  /// weights.
  @Test(arguments: GoldenCases.networks) func passesKeepWhatIsComputed(folder: String) throws {
    let path = GoldenCases.root.appendingPathComponent(folder).path
    var options = ConversionOptions()
    let fused = try Converter.convert(onnx: "\(path)/model.onnx", options: options).graph
    options.fuses = false
    let plain = try Converter.convert(onnx: "\(path)/model.onnx", options: options).graph
    let input = try Tensor(npy: "\(path)/input.npy")
    let results = try [fused, plain].map { graph -> [Double] in
      let bound = try graph.bound(toInputShapes: [input.shape.dimensions])
      let arrays = try bound.evaluate([ReferenceArray<Double>(input)])
      return try #require(arrays[bound.outputs[0]]).elements
    }
    let peak = results[1].map(abs).max() ?? 0
    let difference = zip(results[0], results[1]).map { abs($0 - $1) }.max() ?? .infinity
    // Folded weights are rounded once to 24 bits; a random network of tens of layers carries that to at most a few
    // parts in 10⁶.
    #expect(difference <= peak * 1e-5)
  }

  @Test func inputShapesAreReplacedAndChecked() throws {
    let graph = try convert { $0.inputShapes = ["input": [2, 3, .symbol("rows"), 64]] }.graph
    #expect(graph[graph.inputs[0]].shape == [2, 3, .symbol("rows"), 64])
    var error = #expect(throws: FerryError.self) { try convert { $0.inputShapes = ["inptu": [1]] } }
    #expect(error?.message == "--input-shape names \"inptu\", which is no input of the model")
    #expect(error?.supported == "input")
    error = #expect(throws: FerryError.self) { try convert { $0.inputShapes = ["input": [1, 3]] } }
    #expect(error?.code == .shapeMismatch)
  }

  @Test func inputsAreFixedToConstants() throws {
    let path = GoldenCases.root.appendingPathComponent("operators/cases/where-condition-input/model.onnx").path
    var options = ConversionOptions()
    let truths = try Tensor([UInt8(1), 0, 1, 0, 0, 1], shape: [2, 3])
    options.constants = ["c": truths, "a": try Tensor([Float](repeating: 2, count: 6), shape: [2, 3])]
    let conversion = try Converter.convert(onnx: path, options: options)
    #expect(conversion.graph.inputs.map { conversion.graph[$0].name } == ["b"])
    #expect(
      conversion.report.assumptions == [
        SettledAssumption(key: "constant:a", value: "2.0,2.0,2.0,2.0,2.0,2.0"),
        SettledAssumption(key: "constant:c", value: "1.0,0.0,1.0,0.0,0.0,1.0"),
      ])

    func message(_ constants: [String: Tensor]) -> String? {
      options.constants = constants
      let error = #expect(throws: FerryError.self) { try Converter.convert(onnx: path, options: options) }
      return error?.message
    }
    #expect(message(["d": truths]) == "--constant names \"d\", which is no input of the model")
    let turned = try truths.reshaped([3, 2])
    #expect(message(["a": turned]) == "--constant gives \"a\" the shape 3×2, which is not the declared one")
    let fractions = try Tensor([Float](repeating: 0.5, count: 6), shape: [2, 3])
    #expect(message(["c": fractions]) == "--constant gives float32 where the model declares bool")
  }

  @Test func whatConstantsMakeStaysInProportion() throws {
    let path = GoldenCases.root.appendingPathComponent("operators/cases/gather-many-runs/model.onnx").path
    var options = ConversionOptions()
    options.foldingLimit = 3
    options.constants = ["x": try Tensor([Float](repeating: 1, count: 120), shape: [60, 2])]
    let error = #expect(throws: FerryError.self) { try Converter.convert(onnx: path, options: options) }
    #expect(error?.code == .memoryBudget)
    #expect(error?.hint == "raise it with --folding-limit ELEMENTS")
    options.foldingLimit = 60
    #expect(try Converter.convert(onnx: path, options: options).graph.inputs.isEmpty)
  }

  @Test func anInnerValueBecomesTheOutput() throws {
    let whole = try convert { _ in }
    // With every value kept, any result of the middle of the network will do.
    let plain = try convert { $0.fuses = false }
    let middle = plain.graph.nodes[plain.graph.nodes.count / 2]
    let name = plain.graph[middle.outputs[0]].name
    let conversion = try convert { $0.outputs = [name] }
    #expect(conversion.graph.outputs.map { conversion.graph[$0].name } == [name])
    #expect(conversion.graph.nodes.count < whole.graph.nodes.count)
    // What stands behind it is accounted for all the same.
    #expect(conversion.report.nodes.contains { $0.fate == .unused })
    #expect(conversion.report.weights.contains { $0.fate == .unreachable })

    let error = #expect(throws: FerryError.self) { try convert { $0.outputs = ["no/\(name)"] } }
    #expect(error?.code == .unknownName)
    #expect(error?.message == "--output-value names \"no/\(name)\", which the network does not compute")
    #expect(error?.supported?.contains(name) == true)
  }

  @Test func unknownAssumptionsAreRefused() {
    let error = #expect(throws: FerryError.self) { try convert { $0.assumptions = ["padding": "same"] } }
    #expect(error?.code == .usage)
    #expect(error?.supported == "unused-weights=drop")
  }

  @Test func everyWeightIsAccountedFor() throws {
    let report = try convert { _ in }.report
    #expect(report.weights.allSatisfy { $0.fate != .unused && $0.fate != .unreachable })
    #expect(report.weights.contains { $0.fate == .folded && $0.passes == ["fold-batch-normalization"] })
    #expect(report.weights.filter { $0.fate == .folded }.allSatisfy { !$0.targets.isEmpty })
  }
}

import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// One network is one graph with one set of weights, whichever file form it came in, and computes what Keras computed.
@Suite("Keras goldens") struct KerasGoldenTests {
  @Test func everyNetworkIsListed() {
    #expect(KerasGoldens.all.count >= 10)
    for network in KerasGoldens.all { #expect(network.forms.count >= 2) }
  }

  @Test(arguments: KerasGoldens.all) func formsAreOneNetwork(_ network: KerasGoldens.Network) throws {
    let folder = try Folder()
    let onnx = try Converter.convert(onnx: KerasGoldens.unpack(network.onnx, into: folder))
    var weights: Set<String> = []
    for form in network.forms {
      let report = try convert(form, folder).report
      #expect(report.structureDigest == onnx.report.structureDigest, "\(network.name): \(form.about)")
      weights.insert(report.weightsDigest)
      // Everything in the file has a place in the graph, or a rule that says why not.
      #expect(report.weights.allSatisfy { !$0.name.isEmpty })
      if let architecture = form.architecture {
        #expect(report.notes.first?.hasPrefix("\(architecture) is recognised") == true, "\(report.notes)")
      }
    }
    #expect(weights.count == 1, "\(network.name): the weights of its forms differ")
  }

  @Test(arguments: KerasGoldens.all) func formsComputeWhatKerasComputed(_ network: KerasGoldens.Network) throws {
    let folder = try Folder()
    let cases = try network.cases.map { try GoldenCase(folder: KerasGoldens.root.appendingPathComponent($0).path) }
    #expect(cases.map { $0.inputs.first?.tensor.shape.dimensions.first } == [1, 3])
    for form in network.forms {
      let model = try Model(name: network.name, graph: convert(form, folder).graph)
      try check(model, cases, [\.outputs], form.about)
      guard let logits = network.logits else { continue }
      // Softmax and sigmoid hide errors; what stands before them does not.
      let (known, found) = (try #require(cases.first?.outputs.first?.name), try #require(model.outputNames.first))
      var options = ConversionOptions()
      // A file that only counts its layers calls the last one otherwise.
      options.outputs = [found, logits == "\(known)/linear" ? "\(found)/linear" : logits]
      let both = try Model(name: network.name, graph: convert(form, folder, options).graph)
      try check(both, cases, [\.outputs, \.layers], "\(form.about), logits")
    }
    let onnx = try Converter.convert(onnx: KerasGoldens.unpack(network.onnx, into: folder))
    try check(Model(name: network.name, graph: onnx.graph), cases, [\.outputs], "tf2onnx")
  }

  /// Compares the model's outputs with arrays of the cases, in order: inputs have other names in each form.
  private func check(
    _ model: Model, _ cases: [GoldenCase], _ wanted: [KeyPath<GoldenCase, [GoldenCase.Array]>], _ about: String
  ) throws {
    let session = try model.session()
    for golden in cases {
      let results = try session.run([
        try #require(model.inputNames.first): try #require(golden.inputs.first).tensor
      ])
      let expected = wanted.flatMap { golden[keyPath: $0] }
      #expect(model.outputNames.count == expected.count)
      for (name, array) in zip(model.outputNames, expected) {
        let comparison = try Comparison(
          actual: #require(results[name]), expected: array.tensor, tolerance: golden.tolerance)
        #expect(comparison.passed, "\(golden.name), \(about): \(name) is off by \(comparison.peakError) of max|y|")
      }
    }
  }

  private func convert(
    _ form: KerasGoldens.Form, _ folder: Folder, _ options: ConversionOptions = ConversionOptions()
  ) throws -> Conversion {
    var options = options
    if let shape = form.inputShape {
      options.inputShapes[""] = shape.split(separator: "x").map { extent in
        Int(extent).map { Dimension($0) } ?? .symbol(String(extent))
      }
    }
    return try Converter.convert(
      keras: KerasGoldens.unpack(form.file, into: folder), reading: .inProcess, options: options)
  }
}

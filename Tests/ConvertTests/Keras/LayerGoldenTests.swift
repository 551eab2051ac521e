import FerryConvert
import FerryModel
import FerryTensor
import Testing

/// Every layer gives what Keras gives, before and after the passes.
@Suite("Keras layers against Keras") struct LayerGoldenTests {
  /// Single precision over a few hundred terms.
  static let tolerance = 5e-6

  @Test func theGoldenDataAreThere() {
    // Missing golden data must fail, and an empty list of arguments would run no test.
    #expect(LayerGoldens.all.count == 28)
    #expect(LayerGoldens.all.flatMap(\.outputs).count > 540)
  }

  @Test(arguments: LayerGoldens.all) func asImported(model: LayerGoldens.Case) throws {
    let imported = try model.imported()
    try imported.graph.validate()
    try compare(imported.graph, model, reference: true)
  }

  @Test(arguments: LayerGoldens.all) func afterPasses(model: LayerGoldens.Case) throws {
    var graph = try model.imported().graph
    graph.compact()
    _ = try PassCatalogue.run(on: &graph)
    try graph.roundWeights()
    try compare(graph, model, reference: false)
  }

  private func compare(_ graph: Graph, _ model: LayerGoldens.Case, reference: Bool) throws {
    let results = try graph.run(model.inputs, reference: reference)
    #expect(results.count == model.outputs.count)
    for (index, (result, expected)) in zip(results, model.outputs).enumerated() {
      let worst = difference(result, expected)
      let name = graph[graph.outputs[index]].name
      #expect(worst <= Self.tolerance, "\(name): \(worst) of the largest number; \(result.shape) for \(expected.shape)")
    }
  }

  @Test func everyLayerHasAGolden() throws {
    var classes: Set<String> = []
    func collect(_ model: KerasModel) {
      for layer in model.layers {
        classes.insert(layer.className)
        layer.nested.map(collect)
      }
    }
    for model in LayerGoldens.all { collect(try KerasConfiguration.parse(model.configuration)) }
    // Of a package, not of Keras.
    #expect(KerasLayerCatalogue.all.map(\.className).filter { !classes.contains($0) } == ["FixedDropout"])
  }
}

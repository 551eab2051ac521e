import FerryModel
import FerryRuntime
import FerryTensor

/// How layers are compared.
public struct LayerOptions: Sendable {
  /// Computes the network in double precision as well, and says how far this runtime and the reference are from it.
  public var usesOracle = false
  /// Layers that are wrong by themselves and whose cause is looked for, the first ones of the network.
  public var diagnosedLayers = 8
  /// Layers of which the report shows where the error sits, the worst ones.
  public var picturedLayers = 6

  public init() {}
}

/// Compares a network with the layers of golden cases, in two views: as it runs from the case's inputs, and each
/// captured value computed from what the reference itself had before it.
public struct LayerVerifier: Sendable {
  /// With its recoverable values.
  let graph: Graph
  let recovered: Set<ValueID>
  let isChannelsLast: Bool
  let options: LayerOptions

  /// - Parameters:
  ///   - graph: with its source names, as `StoredModel.graph()` reads it.
  ///   - isChannelsLast: whether the source's own values of four axes have the channels last, as Keras's have.
  /// - Throws: `damagedBundle` for recoverable values that do not fit the graph.
  public init(graph: Graph, isChannelsLast: Bool, options: LayerOptions = LayerOptions()) throws {
    (self.graph, recovered) = try graph.withRecoverableValues()
    self.isChannelsLast = isChannelsLast
    self.options = options
  }

  /// Compares the network with the layers and outputs of a case, and looks for the causes of what differs.
  ///
  /// - Throws: what running the case's inputs throws.
  func verify(
    _ golden: GoldenCase, session: SessionOptions, progress: (String) -> Void = { _ in }
  ) throws -> LayerReport {
    let captured = try CapturedLayers(golden, graph: graph, isChannelsLast: isChannelsLast)
    let inputs = Dictionary(golden.inputs.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let run = LayerRun(
      graph: graph, bound: try graph.bound(to: inputs), recovered: recovered, captured: captured, inputs: inputs,
      session: session, tolerance: golden.tolerance)
    progress(options.usesOracle ? "running all layers, and again in double precision" : "running all layers")
    var (layers, oracleCost) = try run.compareCumulatively(usesOracle: options.usesOracle)
    for index in layers.indices {
      progress("layer \(index + 1) of \(layers.count)")
      layers[index].isolated = run.compareInIsolation(captured.present[index])
    }
    var report = LayerReport(
      layers: layers, removed: captured.removed, unknown: captured.unknown, oracleCost: oracleCost)
    diagnose(&report, run, progress)
    run.paint(&report, count: options.picturedLayers)
    return report
  }

  private func diagnose(_ report: inout LayerReport, _ run: LayerRun, _ progress: (String) -> Void) {
    var rest = options.diagnosedLayers
    var done: Set<String> = []
    for index in report.layers.indices where report.layers[index].verdict == .defect && rest > 0 {
      // Two values of one node, before and after its activation, have one cause: the first is the one to look at.
      guard let node = report.layers[index].place.nodes.last, done.insert(node.name).inserted else { continue }
      progress("looking for the cause at \(node.name)")
      guard let found = run.diagnose(run.captured.present[index]) else { continue }
      report.layers[index].diagnosis = found.diagnosis
      let isOfInputs = found.readsNetworkInput && found.diagnosis.best?.mistake.hasPrefix("input-") == true
      if isOfInputs, report.inputDiagnosis == nil { report.inputDiagnosis = found.diagnosis }
      rest -= 1
    }
  }
}

extension Graph {
  /// The graph for inputs of these shapes.
  fileprivate func bound(to inputs: [String: Tensor]) throws -> Graph {
    try bound(
      toInputShapes: try self.inputs.map { id in
        guard let tensor = inputs[self[id].name] else {
          throw FerryError(.missingInput, "the input \"\(self[id].name)\" is missing")
        }
        return tensor.shape.dimensions
      })
  }
}

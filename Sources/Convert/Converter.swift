import FerryModel
import FerryTensor

/// A network carried into Ferry, and the account of how.
public struct Conversion: Sendable {
  public var graph: Graph
  public let report: ConversionReport
}

/// Reads a trained network's file and builds the graph that a bundle holds.
public enum Converter {
  /// Converts an ONNX file.
  ///
  /// - Throws: one `FerryError` that lists all that is wrong with the file or not supported in it.
  public static func convert(onnx path: String, options: ConversionOptions = ConversionOptions()) throws -> Conversion {
    if let foreign = options.statesNetwork {
      throw FerryError(
        .usage, "\(foreign) is for Keras files of weights alone", at: .init(file: path),
        hint: "an ONNX file states its own network: leave \(foreign) out")
    }
    let assumptions = Assumptions(options.assumptions)
    let dropsUnusedWeights = try assumptions.optional("unused-weights", allowed: ["drop"]) != nil
    try assumptions.finish()
    let (model, faults) = try ONNXModel.read(contentsOf: path, givenInputs: Set(options.constants.keys))
    return try located(FerryError.Location(file: path)) {
      let importer = ONNXImporter(model, faults: faults.all, foldingLimit: options.foldingLimit)
      try importer.run(
        inputShapes: options.inputShapes, constants: options.constants, outputs: options.outputs,
        dropsUnusedWeights: dropsUnusedWeights)
      return try conversion(
        of: importer.imported, from: try SourceDescription(model), assumptions: assumptions, options: options)
    }
  }

  /// Runs the passes on what was imported and draws up the account.
  static func conversion(
    of imported: consuming ImportedModel, from source: SourceDescription, assumptions: Assumptions,
    options: ConversionOptions
  ) throws -> Conversion {
    // The graph alone holds its weights from here on: each goes when a pass has no more use for it.
    var graph = imported.graph
    imported.graph = Graph(name: graph.name)
    graph.compact()
    let passes = try PassCatalogue.run(on: &graph, disabled: options.disabledPasses, fuse: options.fuses)
    graph.noteRemovedValues(of: imported)
    try graph.roundWeights()
    return Conversion(
      graph: graph,
      report: ConversionReport(
        source: source, imported: imported, graph: graph, passes: passes,
        assumptions: assumptions.settled + options.fixed(except: Set(assumptions.settled.map(\.key)))))
  }
}

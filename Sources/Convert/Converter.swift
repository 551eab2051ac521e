import FerryModel
import FerryTensor

/// What a conversion may be told besides the source.
public struct ConversionOptions: Sendable {
  /// Shapes that replace the declared ones, by input name; under "" that of the only input.
  public var inputShapes: [String: [Dimension]] = [:]
  /// Inputs that are always the same, by name: they are no inputs of the graph then.
  public var constants: [String: Tensor] = [:]
  /// How many elements may be computed from constants; nil for a few times what the file stores.
  public var foldingLimit: Int?
  /// Names of passes to leave out.
  public var disabledPasses: Set<String> = []
  /// false leaves out every pass that makes a value of the source disappear.
  public var fuses = true
  /// Settles what a file cannot prove: `unused-weights=drop`.
  public var assumptions: [String: String] = [:]

  public init() {}

  /// What was assumed and fixed, as the report keeps it.
  var recorded: [String: String] {
    var all = assumptions
    for (name, tensor) in constants {
      let isShort = tensor.shape.elementCount <= 16
      all["constant:\(name)"] =
        isShort
        ? tensor.doubles().map { "\($0)" }.joined(separator: ",")
        : tensor.withUnsafeBytes { "sha256:\(ContentDigest(of: $0).hexadecimal)" }
    }
    return all
  }

  static let knownAssumptions = ["unused-weights": ["drop"]]
}

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
    for (key, value) in options.assumptions.sorted(by: { $0.key < $1.key }) {
      guard let allowed = ConversionOptions.knownAssumptions[key], allowed.contains(value) else {
        throw FerryError(
          .usage, "--assume \(key)=\(value) settles nothing here",
          supported: ConversionOptions.knownAssumptions.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.joined(separator: "|"))" }.joined(separator: ", "))
      }
    }
    let (model, faults) = try ONNXModel.read(contentsOf: path, givenInputs: Set(options.constants.keys))
    return try located(FerryError.Location(file: path)) {
      let importer = ONNXImporter(model, faults: faults.all, foldingLimit: options.foldingLimit)
      try importer.run(
        inputShapes: options.inputShapes, constants: options.constants,
        dropsUnusedWeights: options.assumptions["unused-weights"] == "drop")
      var graph = importer.graph
      graph.compact()
      let passes = try PassCatalogue.run(on: &graph, disabled: options.disabledPasses, fuse: options.fuses)
      try graph.roundWeights()
      let reached = SourceReach(model.graph)
      return Conversion(
        graph: graph,
        report: ConversionReport(
          source: try SourceDescription(model), graph: graph, passes: passes,
          nodes: NodeFates.account(importer: importer, reached: reached, graph: graph),
          weights: WeightFates.account(importer: importer, reached: reached, graph: graph),
          assumptions: options.recorded))
    }
  }
}

extension Graph {
  /// Rounds what passes computed in double precision to single, once.
  ///
  /// - Throws: `invalidModel` if a weight leaves the range of single precision.
  mutating func roundWeights() throws {
    // One at a time and in order, so that the source's bytes pass through memory once.
    for id in weights.keys.sorted(by: { $0.index < $1.index }) {
      guard let weight = weights[id], weight.elementType != .float32 else { continue }
      let exact = weight.doubles
      var isInRange = true
      let rounded = Tensor(unchecked: weight.shape, of: Float.self) { target in
        for position in exact.indices {
          target[position] = Float(exact[position])
          if target[position].isInfinite, exact[position].isFinite { isInRange = false }
        }
      }
      guard isInRange else {
        throw FerryError(
          .invalidModel, "a weight leaves the range of single precision", at: .init(tensor: self[id].name))
      }
      var passes = weight.passes
      // A weight stored in another precision is no longer the source's bits.
      if passes.isEmpty { passes = ["convert-\(weight.elementType.rawValue)"] }
      weights[id] = Weight(tensor: rounded, sources: weight.sources, passes: passes)
      weight.releasePages()
    }
  }
}

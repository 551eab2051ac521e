import FerryModel
import FerryTensor

/// What a conversion may be told besides the source.
public struct ConversionOptions: Sendable {
  /// Shapes that replace the declared ones, by input name; under "" that of the only input.
  public var inputShapes: [String: [Dimension]] = [:]
  /// Names of values that are the graph's outputs in place of the model's own; empty for these.
  public var outputs: [String] = []
  /// Inputs that are always the same, by name: they are no inputs of the graph then. ONNX only.
  public var constants: [String: Tensor] = [:]
  /// How many elements may be computed from constants; nil for a few times what the file stores. ONNX only.
  public var foldingLimit: Int?
  /// The built-in architecture that the weights of a file without a configuration belong to; nil to recognise it. Keras
  /// only.
  public var architecture: String?
  /// The path of a JSON file, as Keras's `model.to_json()` writes it, that states the network of a weights-only file.
  /// Keras only.
  public var configuration: String?
  /// Names of passes to leave out.
  public var disabledPasses: Set<String> = []
  /// false leaves out every pass that makes a value of the source disappear.
  public var fuses = true
  /// Settles what a file cannot prove: `unused-weights=drop`.
  public var assumptions: [String: String] = [:]

  public init() {}

  /// The option that states the network of a file of weights alone, if one does.
  var statesNetwork: String? {
    architecture != nil ? "--architecture" : configuration != nil ? "--configuration" : nil
  }

  /// What the user settled besides the assumptions that are recorded already, as the report keeps it.
  func fixed(except recorded: Set<String>) -> [SettledAssumption] {
    var all = assumptions.filter { !recorded.contains($0.key) }
    for (name, tensor) in constants {
      let isShort = tensor.shape.elementCount <= 16
      all["constant:\(name)"] =
        isShort
        ? tensor.doubles().map { "\($0)" }.joined(separator: ",")
        : tensor.withUnsafeBytes { "sha256:\(ContentDigest(of: $0).hexadecimal)" }
    }
    return all.sorted { $0.key < $1.key }.map { SettledAssumption(key: $0.key, value: $0.value) }
  }
}

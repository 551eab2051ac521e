import FerryModel
import FerryTensor

/// What differs between two bundles.
public struct BundleDifference: Sendable {
  /// The files' paths.
  public let paths: (first: String, second: String)
  /// Format, producer and signatures.
  public let properties: [JSONDifference]
  /// Names of models that only the first has.
  public let removedModels: [String]
  /// Names of models that only the second has.
  public let addedModels: [String]
  /// The models that both have, same or not. Where each bundle has one, they are compared whatever their names.
  public let models: [ModelDifference]
  /// What the manifests say of the pipeline.
  public let pipeline: [JSONDifference]
  /// Whether the contents differ, and in nothing of all this: in the order of things or in source names.
  public let hasOtherDifferences: Bool

  public var isSame: Bool {
    properties.isEmpty && removedModels.isEmpty && addedModels.isEmpty && models.allSatisfy(\.isSame)
      && pipeline.isEmpty && !hasOtherDifferences
  }

  /// Compares two bundles. Elements are read only of weights whose digests differ.
  ///
  /// - Parameter progress: called with the name of each model before it is compared.
  /// - Throws: `damagedBundle`, `unknownOperator` for what cannot be read.
  public init(_ first: ModelBundle, _ second: ModelBundle, progress: (String) -> Void = { _ in }) throws {
    paths = (first.path, second.path)
    properties = JSONDifference.between(try Self.properties(first), try Self.properties(second))
    // The manifest's digest covers all contents.
    let isSame = first.manifestDigest == second.manifestDigest
    var pairs: [(StoredModel, StoredModel)] = []
    if first.storedModels.count == 1, second.storedModels.count == 1 {
      pairs = [(first.storedModels[0], second.storedModels[0])]
    } else {
      for model in first.storedModels {
        if let other = second.storedModels.first(where: { $0.name == model.name }) { pairs.append((model, other)) }
      }
    }
    let paired = (Set(pairs.map(\.0.name)), Set(pairs.map(\.1.name)))
    removedModels = first.storedModels.map(\.name).filter { !paired.0.contains($0) }
    addedModels = second.storedModels.map(\.name).filter { !paired.1.contains($0) }
    var models: [ModelDifference] = []
    for (a, b) in isSame ? [] : pairs {
      progress(a.name)
      models.append(try ModelDifference(a, b))
    }
    self.models = models
    pipeline = JSONDifference.between(try first.pipelineContents(), try second.pipelineContents())
    hasOtherDifferences =
      !isSame && properties.allSatisfy { $0.path.hasPrefix("signatures") } && removedModels.isEmpty
      && addedModels.isEmpty && models.allSatisfy(\.isSame) && pipeline.isEmpty
  }

  private static func properties(_ bundle: ModelBundle) throws -> JSONValue {
    [
      "format": .string("\(bundle.version)"),
      "producer": .string("\(bundle.producer.name) \(bundle.producer.version)"),
      "signatures": .array(
        try bundle.signatures().map { signature in
          guard let key = signature.key else { return .string("algorithm \(signature.algorithm)") }
          return .string(signature.isValid ? key.hexadecimal : "\(key.hexadecimal), wrong")
        }),
    ]
  }
}

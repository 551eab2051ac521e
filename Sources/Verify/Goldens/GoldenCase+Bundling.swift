import FerryModel
import FerryTensor

/// Which captured layers of a case go into a bundle.
public enum BundledLayers: Sendable, Equatable {
  case all
  case none
  /// Those of at most so many elements each.
  case upTo(elements: Int)
  /// These alone, by name.
  case named([String])

  /// 64 KiB of `float32`: features, logits and small maps, not the pictures of the first layers.
  public static let small = BundledLayers.upTo(elements: 1 << 14)
}

extension GoldenCase {
  /// The case as it travels in a bundle: inputs, outputs, the stages of preprocessing and the chosen layers. What other
  /// frameworks answered, for information, stays behind.
  ///
  /// - Throws: `unknownName` for a layer that was not captured.
  public func bundled(layers chosen: BundledLayers) throws -> BundleGolden {
    let kept = try layers(chosen)
    guard case .object(var object) = document else {
      throw FerryError(.internalDefect, "a golden case is no object")
    }
    var names = JSONObject()
    for layer in kept { names.set(layer.name, .string(layer.file)) }
    object.set("layers", .object(names))
    object.set("references", .object(JSONObject()))
    if case .object(var source)? = object["source"] {
      source.set("file", .null)
      object.set("source", .object(source))
    }
    let stages = preprocessing.flatMap { [$0.picture] + $0.stages }
    var files: [BundleGolden.File] = []
    for array in inputs + outputs + stages + kept where !files.contains(where: { $0.name == array.file }) {
      files.append(BundleGolden.File(name: array.file, path: "\(folder)/\(array.file)"))
    }
    return BundleGolden(name: name, document: .object(object), files: files)
  }

  private func layers(_ chosen: BundledLayers) throws -> [Array] {
    switch chosen {
    case .all: return layers
    case .none: return []
    case .upTo(let elements): return layers.filter { $0.tensor.shape.elementCount <= elements }
    case .named(let names):
      let known = Set(layers.map { ExactName($0.name) })
      let unknown = names.filter { !known.contains(ExactName($0)) }
      guard unknown.isEmpty else {
        throw FerryError(
          .unknownName, "the case \"\(name)\" has not captured \(unknown.joined(separator: ", "))",
          at: .init(file: folder + "/case.json"),
          supported: layers.isEmpty ? "none: no layer was captured" : layers.map(\.name).joined(separator: ", "))
      }
      let wanted = Set(names.map { ExactName($0) })
      return layers.filter { wanted.contains(ExactName($0.name)) }
    }
  }
}

import FerryTensor

/// The layers without weights that a file lists beside those with. It holds nothing of them but that the network has
/// them: enough to see that it is not the network one takes it for.
struct ListedLayers {
  /// Names, or counted classes.
  let keys: [String]
  private let naming: KerasWeightTable.Naming

  init(_ table: KerasWeightTable) {
    keys = table.layers.filter { $0.variables.isEmpty && $0.inner.isEmpty }.map(\.key)
    naming = table.naming
  }

  /// Layers that do nothing at inference, or nothing to a list of numbers.
  private static let harmless: Set<String> = Set(
    KerasLayerCatalogue.all.filter(\.isIdentity).map { KerasClassNames.snakeCase($0.className) }
  ).union(["input", "input_layer", "flatten"])

  /// How the features are pooled, if a layer behind the trunk says so: "avg" or "max".
  ///
  /// - Parameter trunk: the trunk's layers, some of which may pool as well; none for a model within the file's.
  func pooling(behind trunk: [PlannedLayer]) -> String? {
    let stems = Set(left(after: trunk).map(Self.stem))
    if !stems.isDisjoint(with: ["global_max_pooling2d", "global_max_pool2d", "max_pool"]) { return "max" }
    return stems.isDisjoint(with: ["global_average_pooling2d", "global_avg_pool2d", "avg_pool"]) ? nil : "avg"
  }

  /// How many layers scale pictures; nil where the file does not list such things.
  var rescalingCount: Int? { keys.isEmpty ? nil : keys.count { Self.stem($0) == "rescaling" } }

  /// Layers that the network has and `planned` has not.
  ///
  /// A name that somebody chose tells nothing of the layer's class, and is passed over.
  func unplaced(among planned: [PlannedLayer]) -> [String] {
    left(after: planned).filter { key in
      let stem = Self.stem(key)
      return !Self.harmless.contains(stem) && Self.classes.contains(stem)
    }
  }

  /// What is listed besides `planned`.
  private func left(after planned: [PlannedLayer]) -> [String] {
    var open = keys
    var rest = planned.filter(\.arrays.isEmpty)
    if naming == .layerNames {
      let names = Set(open)
      let known = Set(rest.map(\.name))
      open.removeAll { known.contains($0) }
      rest.removeAll { names.contains($0.name) }
    }
    var counts: [String: Int] = [:]
    for layer in rest { counts[KerasClassNames.snakeCase(layer.className), default: 0] += 1 }
    return open.filter { key in
      guard let count = counts[Self.stem(key)], count > 0 else { return true }
      counts[Self.stem(key)] = count - 1
      return false
    }
  }

  /// The classes whose layers Keras names after them.
  private static let classes: Set<String> = Set(
    (KerasLayerCatalogue.all.map(\.className) + ["Lambda", "TFOpLambda", "Sequential", "Functional", "Model"])
      .map(KerasClassNames.snakeCase))

  private static func stem(_ key: String) -> String { String(KerasClassNames.uncounted(key).stem) }
}

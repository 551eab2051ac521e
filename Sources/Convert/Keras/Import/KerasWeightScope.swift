import FerryTensor

/// The stored arrays among which a model's layers look for theirs.
package struct KerasWeightScope {
  let naming: KerasWeightTable.Naming
  let layers: [KerasWeightTable.Layer]

  package init(naming: KerasWeightTable.Naming, layers: [KerasWeightTable.Layer]) {
    self.naming = naming
    self.layers = layers
  }

  /// What a layer of a model finds, and what a reader has to know about it.
  package struct Binding {
    /// nil if there is nothing for the layer.
    package var stored: KerasWeightTable.Layer?
    var note: String?
  }

  /// One for each layer, in the model's order.
  ///
  /// - Throws: `invalidModel` where a counted name belongs to a layer of another name.
  package func bindings(of model: KerasModel) throws -> [Binding] {
    let byKey = Dictionary(layers.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    switch naming {
    case .layerNames:
      return model.layers.map { layer in
        let found = byKey[layer.name] ?? Self.layer(at: layer.name.split(separator: "/"), among: layers)
        return Binding(stored: found.map { Self.own($0, layer) })
      }
    case .classCounters:
      var counts: [String: Int] = [:]
      return try model.layers.map { layer in
        let name = KerasClassNames.snakeCase(layer.className)
        let count = counts[name, default: 0]
        counts[name] = count + 1
        let stored = byKey[count == 0 ? name : "\(name)_\(count)"]
        return Binding(stored: stored, note: try stored.flatMap { try Self.note(on: $0, for: layer) })
      }
    }
  }

  /// The scope of the layers of a nested model. In HDF5 files of Keras 2 models in models lie side by side.
  func scope(of nested: KerasWeightTable.Layer?) -> KerasWeightScope {
    guard let nested else { return naming == .layerNames ? self : KerasWeightScope(naming: naming, layers: []) }
    var inner = nested.inner
    if !nested.variables.isEmpty {
      // A layer that bears the name of the model it is in.
      inner.append(KerasWeightTable.Layer(key: nested.key, variables: nested.variables))
    }
    return KerasWeightScope(naming: naming, layers: inner)
  }

  /// A layer whose name holds slashes, which part the names of arrays as well.
  private static func layer(
    at path: [Substring], among layers: [KerasWeightTable.Layer]
  ) -> KerasWeightTable.Layer? {
    guard path.count > 1, var found = layers.first(where: { $0.key == path[0] }) else { return nil }
    for part in path.dropFirst() {
      guard let next = found.inner.first(where: { $0.key == part }) else { return nil }
      found = next
    }
    return found
  }

  /// The arrays of a layer that was renamed keep its old name between.
  private static func own(_ found: KerasWeightTable.Layer, _ layer: KerasLayer) -> KerasWeightTable.Layer {
    guard layer.nested == nil, found.variables.isEmpty, found.inner.count == 1, found.inner[0].inner.isEmpty else {
      return found
    }
    return found.inner[0]
  }

  /// A file that counts classes may tell the layers' names beside.
  private static func note(on stored: KerasWeightTable.Layer, for layer: KerasLayer) throws -> String? {
    guard let name = stored.statedName, name != layer.name else { return nil }
    guard KerasClassNames.uncounted(name).stem == KerasClassNames.uncounted(layer.name).stem else {
      throw FerryError(
        .invalidModel,
        "by its place, the layer \"\(layer.name)\" has the weights \"\(stored.key)\", which are those of \"\(name)\"",
        at: .init(node: layer.name, operatorName: layer.className),
        hint: "the configuration and the weights are not of one model")
    }
    return "\(name) is taken for \(layer.name), by its class and order"
  }
}

extension KerasWeightTable.Layer {
  /// The layer's own arrays and those of the layers in it.
  var allVariables: [KerasWeightTable.Variable] { variables + inner.flatMap(\.allVariables) }
}

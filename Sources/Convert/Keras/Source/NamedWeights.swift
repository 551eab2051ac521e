import FerryTensor

/// Weights by the layers' names, as `.h5` of Keras 2 and 3 has them: the attribute `layer_names` lists groups, the
/// attribute `weight_names` of each lists arrays.
enum NamedWeights {
  static func table(_ contents: KerasContents) throws -> KerasWeightTable {
    let root = try contents.texts("model_weights", "layer_names") != nil ? "model_weights" : ""
    guard let listed = try contents.texts(root, "layer_names") else {
      throw FerryError(
        .missingParameters, "the file states a network, but holds no weights for it",
        hint: "save the model with its weights: model.save(…)")
    }
    let tensors = Dictionary(
      contents.stored.map { ($0.dataset.path, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let leftOut = Set(contents.leftOut.map(\.path))
    var findings: [FerryError] = []
    var placed: Set<String> = []
    var layers: [KerasWeightTable.Layer] = []
    var names = listed
    // Keras keeps here what belongs to the model itself and to none of its layers.
    let own = "top_level_model_weights"
    if !names.contains(own), let arrays = try contents.texts(joined(root, own), "weight_names"), !arrays.isEmpty {
      names.append(own)
    }
    for name in names {
      let group = joined(root, name)
      guard let arrays = try contents.texts(group, "weight_names") else {
        findings.append(FerryError(.invalidModel, "the layer \"\(name)\" has no attribute weight_names"))
        continue
      }
      var variables: [(prefix: [String], variable: KerasWeightTable.Variable)] = []
      for array in arrays {
        let path = joined(group, array)
        guard let tensor = tensors[path] else {
          if !leftOut.contains(path) {
            findings.append(
              FerryError(
                .missingParameters, "the layer \"\(name)\" lists an array that the file does not have",
                at: .init(tensor: path)))
          }
          continue
        }
        guard placed.insert(path).inserted else {
          findings.append(FerryError(.invalidModel, "an array is listed twice", at: .init(tensor: path)))
          continue
        }
        let parts = array.split(separator: "/").map(String.init)
        let variable = KerasWeightTable.Variable(name: leaf(parts.last ?? array), path: path, tensor: tensor)
        variables.append((parts.dropLast(), variable))
      }
      layers.append(layer(name, variables))
    }
    if let error = FerryError.all(findings, summary: { "the file's lists of weights are wrong in \($0) places" }) {
      throw error
    }
    try contents.refuse(unplaced: placed, form: "a list of layers")
    return KerasWeightTable(naming: .layerNames, layers: layers)
  }

  private static func joined(_ group: String, _ name: String) -> String {
    let name = name.split(separator: "/").joined(separator: "/")
    return group.isEmpty ? name : "\(group)/\(name)"
  }

  /// "kernel:0" is the array "kernel".
  private static func leaf(_ name: String) -> String {
    guard let colon = name.lastIndex(of: ":"), Int(name[name.index(after: colon)...]) != nil else { return name }
    return String(name[..<colon])
  }

  /// A layer's arrays, or those of the layers in it where their names say so.
  private static func layer(
    _ key: String, _ variables: [(prefix: [String], variable: KerasWeightTable.Variable)]
  ) -> KerasWeightTable.Layer {
    let prefixes = Set(variables.map(\.prefix))
    // A layer's name may hold slashes itself.
    if prefixes.count == 1, let only = prefixes.first?.joined(separator: "/"),
      only.isEmpty || only == key || only.hasSuffix("/\(key)")
    {
      return KerasWeightTable.Layer(key: key, variables: variables.map(\.variable))
    }
    let root = Branch(key)
    for (prefix, variable) in variables {
      // Keras 3 puts the model's own name in front, and that of the model it is in.
      let own = prefix.prefix(2).firstIndex(of: key)
      root.add(variable, own.map { prefix[($0 + 1)...] } ?? prefix[...])
    }
    return root.layer
  }

  /// A layer that grows.
  private final class Branch {
    private let key: String
    private var variables: [KerasWeightTable.Variable] = []
    private var inner: [Branch] = []
    private var places: [String: Int] = [:]

    init(_ key: String) { self.key = key }

    func add(_ variable: KerasWeightTable.Variable, _ prefix: ArraySlice<String>) {
      guard let first = prefix.first else { return variables.append(variable) }
      if places[first] == nil {
        places[first] = inner.count
        inner.append(Branch(first))
      }
      inner[places[first] ?? 0].add(variable, prefix.dropFirst())
    }

    var layer: KerasWeightTable.Layer {
      KerasWeightTable.Layer(key: key, variables: variables, inner: inner.map(\.layer))
    }
  }
}

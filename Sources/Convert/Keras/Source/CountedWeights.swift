import FerryTensor

/// Weights by the layers' classes, counted in the order of `model.layers`: `layers/conv2d_1/vars/0`, as `.weights.h5`
/// and `.keras` have them.
enum CountedWeights {
  /// Groups that hold a model's layers: today's, and that of TensorFlow 2.12 to 2.14.
  static let containers: Set<String> = ["layers", "_layer_checkpoint_dependencies"]

  static func table(_ contents: KerasContents) throws -> KerasWeightTable {
    let root = Folder()
    for (dataset, tensor) in contents.stored {
      root.add(dataset.path.split(separator: "/").map(String.init)[...], dataset.path, tensor)
    }
    var findings: [FerryError] = []
    let leftOut = Set(contents.leftOut.map(\.path))
    let whole = layer(root, key: "", path: "", contents, leftOut, &findings)
    findings += whole.variables.map {
      FerryError(.unusedWeight, "the array belongs to no layer", at: .init(tensor: $0.path))
    }
    let form = KerasForm.countedWeights.words
    if let error = FerryError.all(findings, summary: { "\($0) arrays are not where \(form) are" }) { throw error }
    // Layers without weights have groups all the same.
    let known = Set(whole.inner.map(\.key))
    let bare = contents.contents.groups.compactMap { path -> String? in
      let parts = path.split(separator: "/")
      guard parts.count == 2, containers.contains(String(parts[0])), !known.contains(String(parts[1])) else {
        return nil
      }
      return String(parts[1])
    }
    return KerasWeightTable(
      naming: .classCounters, layers: whole.inner + bare.map { KerasWeightTable.Layer(key: $0, variables: []) })
  }

  private static func layer(
    _ folder: Folder, key: String, path: String, _ contents: KerasContents, _ leftOut: Set<String>,
    _ findings: inout [FerryError]
  ) -> KerasWeightTable.Layer {
    func inside(_ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }
    var variables: [KerasWeightTable.Variable] = []
    var inner: [KerasWeightTable.Layer] = []
    findings += folder.arrays.map {
      FerryError(.unusedWeight, "the array is not among a layer's vars", at: .init(tensor: $0.path))
    }
    for (name, child) in folder.folders {
      if name == "vars" {
        findings += child.folders.flatMap { $0.folder.allArrays }.map {
          FerryError(.unusedWeight, "the array is not among a layer's vars", at: .init(tensor: $0))
        }
        let numbered = child.arrays.map { (number: Int($0.name) ?? -1, array: $0) }.sorted { $0.number < $1.number }
        var next = 0
        for (number, array) in numbered {
          while leftOut.contains(inside("vars/\(next)")) { next += 1 }
          if number != next {
            findings.append(
              FerryError(
                .missingParameters, "the layer's arrays are not counted from 0 without a gap",
                at: .init(tensor: array.path)))
          }
          next = number + 1
          variables.append(KerasWeightTable.Variable(name: nil, path: array.path, tensor: array.tensor))
        }
      } else if containers.contains(name) {
        for (key, layerFolder) in child.folders {
          inner.append(
            layer(layerFolder, key: key, path: "\(inside(name))/\(key)", contents, leftOut, &findings))
        }
        findings += child.arrays.map {
          FerryError(.unusedWeight, "the array belongs to no layer", at: .init(tensor: $0.path))
        }
      } else {
        inner.append(layer(child, key: name, path: inside(name), contents, leftOut, &findings))
      }
    }
    return KerasWeightTable.Layer(
      key: key, variables: variables, inner: inner, statedName: contents.text(inside("vars"), "name"))
  }

  /// The file's groups that hold arrays, in its order.
  private final class Folder {
    private(set) var folders: [(name: String, folder: Folder)] = []
    private(set) var arrays: [(name: String, path: String, tensor: Tensor)] = []
    private var places: [String: Int] = [:]

    func add(_ parts: ArraySlice<String>, _ path: String, _ tensor: Tensor) {
      guard let first = parts.first else { return }
      guard parts.count > 1 else { return arrays.append((first, path, tensor)) }
      if places[first] == nil {
        places[first] = folders.count
        folders.append((first, Folder()))
      }
      folders[places[first] ?? 0].folder.add(parts.dropFirst(), path, tensor)
    }

    var allArrays: [String] { arrays.map(\.path) + folders.flatMap(\.folder.allArrays) }
  }
}

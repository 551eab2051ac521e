import FerryTensor

/// The arrays of a state dictionary by module.
struct StateModules {
  /// One module: what stands before the last dot of its arrays' names.
  struct Module {
    let name: String
    /// By the last part of their names, in the file's order.
    var arrays: [(leaf: String, path: String, tensor: Tensor)]

    func shape(_ leaf: String) -> [Int]? { arrays.first { $0.leaf == leaf }?.tensor.shape.dimensions }
  }

  /// In the file's order.
  private(set) var modules: [Module] = []
  private var places: [String: Int] = [:]

  /// - Throws: `invalidModel` for a name that occurs twice.
  init(_ tensors: [KerasWeightTable.Variable]) throws {
    for variable in tensors {
      let name = variable.name ?? variable.path
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      let leaf = String(parts.last ?? "")
      let module = parts.dropLast().joined(separator: ".")
      if places[module] == nil {
        places[module] = modules.count
        modules.append(Module(name: module, arrays: []))
      }
      guard let place = places[module] else { continue }
      if let other = modules[place].arrays.first(where: { $0.leaf == leaf }) {
        throw FerryError(
          .invalidModel, "two arrays are called \"\(name)\": \(other.path) and \(variable.path)",
          at: .init(tensor: variable.path))
      }
      modules[place].arrays.append((leaf, variable.path, variable.tensor))
    }
  }

  subscript(name: String) -> Module? { places[name].map { modules[$0] } }

  /// What a module's weight says of its output channels, by module.
  var widths: [String: Int] {
    var widths: [String: Int] = [:]
    for module in modules {
      if let shape = module.shape("weight"), shape.count == 4 || shape.count == 2 { widths[module.name] = shape[0] }
    }
    return widths
  }
}

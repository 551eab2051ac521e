import FerryTensor

/// A built-in trunk laid against a state dictionary.
struct StateDictionaryMatch {
  let trunk: any PyTorchTrunk
  /// What the trunk's names begin with: "features.".
  private(set) var prefix = ""
  private(set) var inputChannels = 3
  private(set) var features = 0
  /// The modules that are not the trunk's, in the file's order.
  private(set) var rest: [StateModules.Module] = []
  private(set) var contradictions: [FerryError] = []
  /// Whether the first convolution is there.
  private(set) var hasStem = false

  init(_ trunk: any PyTorchTrunk, _ state: StateModules) {
    self.trunk = trunk
    let stems = state.modules.map { "\($0.name).weight" }.filter { $0 == trunk.stem || $0.hasSuffix(".\(trunk.stem)") }
    guard stems.count == 1, let stem = stems.first else {
      contradictions.append(
        stems.isEmpty
          ? FerryError(.missingParameters, "no array's name ends in \(trunk.stem), the first convolution's")
          : FerryError(
            .unsupportedModel, "the file holds several networks: \(stems.joined(separator: ", "))",
            supported: "one network a file"))
      return
    }
    hasStem = true
    prefix = String(stem.dropLast(trunk.stem.count))
    let stemModule = String(stem.dropLast(".weight".count))
    if let shape = state[stemModule]?.shape("weight"), shape.count == 4 { inputChannels = shape[1] }
    var plan = ModulePlan(inputChannels: inputChannels, widths: state.widths, epsilon: 0)
    let last = trunk.lay(&plan, prefix: prefix)
    features = plan.channels(of: last)
    for module in plan.modules where !module.arrays.isEmpty { compare(module, state[module.name]) }
    let planned = Set(plan.modules.filter { !$0.arrays.isEmpty }.map(\.name))
    rest = state.modules.filter { !planned.contains($0.name) }
  }

  private mutating func compare(_ planned: PlannedModule, _ stored: StateModules.Module?) {
    for (leaf, shape) in planned.arrays {
      let name = "\(planned.name).\(leaf)"
      guard let found = stored?.arrays.first(where: { $0.leaf == leaf }) else {
        contradictions.append(
          FerryError(.missingParameters, "the file has no \"\(name)\"", supported: "an array of the shape \(shape)"))
        continue
      }
      if found.tensor.shape.dimensions != shape {
        contradictions.append(
          FerryError(
            .shapeMismatch, "\"\(name)\" has the shape \(found.tensor.shape.dimensions), where \(shape) is needed",
            at: .init(tensor: found.path)))
      }
    }
    let leaves = Set(planned.arrays.map(\.leaf))
    contradictions += (stored?.arrays ?? []).filter { !leaves.contains($0.leaf) }.map {
      FerryError(
        .unusedWeight, "\(trunk.title) has no place for \"\(planned.name).\($0.leaf)\"", at: .init(tensor: $0.path))
    }
  }
}

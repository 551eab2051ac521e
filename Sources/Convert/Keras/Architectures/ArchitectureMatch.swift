import FerryTensor

/// A built-in architecture laid against the weights of a file: which stored layer each of its layers has, and what does
/// not fit.
struct ArchitectureMatch {
  let trunk: any KerasTrunk
  /// The file's layers by the trunk's names.
  private(set) var homes: [String: KerasWeightTable.Layer] = [:]
  /// Numbers of output channels, by the trunk's names.
  private(set) var widths: [String: Int] = [:]
  /// What the file holds besides the trunk, in its order.
  private(set) var rest: [KerasWeightTable.Layer] = []
  /// The name of the model that the trunk is within the file's, if it is one.
  private(set) var nestedName: String?
  private(set) var hasNormalization = true
  /// The trunk's last layer and what it gives.
  private(set) var features = 0
  private(set) var inputChannels = 3
  /// Layers that were found by order and shape, in sentences.
  private(set) var notes: [String] = []
  /// What of the trunk's weights is missing or of another shape.
  private(set) var contradictions: [FerryError] = []
  /// How many layers of the trunk have weights.
  private(set) var layerCount = 0

  init(_ trunk: any KerasTrunk, _ table: KerasWeightTable) {
    self.trunk = trunk
    let stored = Self.weighted(table.layers)
    let models = stored.filter { !$0.inner.isEmpty }
    var candidates = stored
    var outside: [KerasWeightTable.Layer] = []
    if models.count == 1, let model = models.first, model.variables.isEmpty {
      nestedName = model.statedName ?? model.key
      candidates = Self.weighted(model.inner)
      outside = stored.filter { $0.key != model.key }
    }
    if let model = candidates.first(where: { !$0.inner.isEmpty }) {
      contradictions.append(
        FerryError(
          .unsupportedModel, "the file's model \"\(model.key)\" is one of several, or within another",
          supported: "one model with the trunk's layers, and layers beside it",
          hint: "give the network's configuration with --configuration MODEL.json"))
      candidates.removeAll { !$0.inner.isEmpty }
    }
    hasNormalization = candidates.contains { if case .normalization = WeightSignature($0) { true } else { false } }
    switch table.naming {
    case .layerNames: matchNames(candidates)
    case .classCounters: matchCounters(candidates)
    }
    compare()
    let used = Set(homes.values.map(\.key))
    rest = candidates.filter { !used.contains($0.key) }
    if nestedName != nil {
      // What belongs to the trunk's own model cannot stand behind it.
      contradictions += rest.map { Self.surplus($0, "the trunk \(trunk.title) has no place for it") }
      rest = outside
    }
  }

  /// Whether every weight of the trunk has its place.
  var isWhole: Bool { contradictions.isEmpty && layerCount > 0 }

  /// The trunk's settings as far as its weights depend on them.
  var settings: TrunkSettings {
    var settings = TrunkSettings()
    settings.hasNormalization = hasNormalization
    return settings
  }

  /// - Parameter listed: the layers without weights that stand beside the trunk's.
  func evidence(_ listed: ListedLayers) -> TrunkEvidence {
    guard let home = homes["normalization"], home.variables.count > 1 else { return TrunkEvidence() }
    return TrunkEvidence(
      variance: home.variables[1].tensor.doubles(),
      // Of a model within another a file lists only the layers with weights.
      rescalingCount: nestedName == nil ? listed.rescalingCount : nil)
  }

  private static func weighted(_ layers: [KerasWeightTable.Layer]) -> [KerasWeightTable.Layer] {
    layers.filter { !$0.variables.isEmpty || !$0.inner.isEmpty }.map { layer in
      // The arrays of a layer that was renamed keep its old name between.
      guard layer.variables.isEmpty, layer.inner.count == 1, layer.inner[0].inner.isEmpty else { return layer }
      return KerasWeightTable.Layer(
        key: layer.key, variables: layer.inner[0].variables, statedName: layer.statedName)
    }
  }

  /// The trunk's layers with weights, for the given widths.
  private func planned(_ widths: [String: Int]) -> (plan: NetworkPlan, last: String) {
    var plan = NetworkPlan(widths: widths)
    let input = plan.input("input", NetworkPlan.Extent(channels: inputChannels))
    let last = trunk.lay(&plan, on: input, settings)
    return (plan, last)
  }

  /// Takes the numbers of output channels from the file. Where a layer is missing, a normalization of its result tells
  /// it, so that one missing layer is one finding.
  private mutating func readWidths(_ planned: [PlannedLayer]) {
    for (name, home) in homes { widths[name] = WeightSignature(home).outputs }
    for layer in planned where layer.className == "BatchNormalization" {
      guard let input = layer.inputs.first, homes[input] == nil, widths[input] == nil, let home = homes[layer.name],
        case .batchNormalization(let channels) = WeightSignature(home),
        planned.contains(where: { $0.name == input && $0.className != "DepthwiseConv2D" })
      else { continue }
      widths[input] = channels
    }
  }

  private mutating func readInputChannels(_ planned: [PlannedLayer]) {
    guard let stem = planned.first(where: { $0.className == "Conv2D" }), let home = homes[stem.name],
      case .convolution(_, let inputs, _, _) = WeightSignature(home)
    else { return }
    inputChannels = inputs
  }

  // MARK: By name

  private mutating func matchNames(_ stored: [KerasWeightTable.Layer]) {
    var byName: [String: KerasWeightTable.Layer] = [:]
    for layer in stored where byName[layer.key] == nil { byName[layer.key] = layer }
    let named = planned([:]).plan.layers.filter { !$0.arrays.isEmpty }
    for layer in named where !layer.isNumbered { homes[layer.name] = byName[layer.name] }
    readWidths(named)
    readInputChannels(named)
    // With the widths of the named layers it is known what the others must look like.
    let numbered = planned(widths).plan.layers.filter { !$0.arrays.isEmpty && $0.isNumbered }
    let used = Set(homes.values.map(\.key))
    matchNumbered(numbered, stored.filter { !used.contains($0.key) })
  }

  /// Finds layers whose names Keras made up: by the shapes of their arrays, and among equals by their order.
  private mutating func matchNumbered(_ numbered: [PlannedLayer], _ stored: [KerasWeightTable.Layer]) {
    var taken: Set<String> = []
    for layer in numbered {
      let fitting = stored.filter { Self.shapes($0) == layer.arrays && !taken.contains($0.key) }
      guard let first = fitting.first else { continue }
      // Where Keras numbered them, the numbers must tell the same order as the file.
      if let lower = fitting.dropFirst().first(where: { Self.isNumbered($0.key, below: first.key) }) {
        contradictions.append(
          FerryError(
            .invalidModel,
            "\"\(first.key)\" and \"\(lower.key)\" both fit \(Self.words(layer)), and their order in the file is not "
              + "that of their numbers", at: .init(node: layer.name),
            hint: "give the network's configuration with --configuration MODEL.json"))
      }
      taken.insert(first.key)
      homes[layer.name] = first
      widths[layer.name] = WeightSignature(first).outputs
      notes.append("\"\(first.key)\" is taken for \(Self.words(layer)), by order and shape")
    }
  }

  /// Whether two names are those that Keras makes up for one class, the first with the lower number.
  private static func isNumbered(_ first: String, below second: String) -> Bool {
    let (one, other) = (KerasClassNames.uncounted(first), KerasClassNames.uncounted(second))
    return one.stem == other.stem && one.number < other.number
  }

  // MARK: By class and counter

  private mutating func matchCounters(_ stored: [KerasWeightTable.Layer]) {
    let (plan, last) = planned([:])
    var byClass: [String: [KerasWeightTable.Layer]] = [:]
    func number(_ layer: KerasWeightTable.Layer) -> Int { KerasClassNames.uncounted(layer.key).number }
    for layer in stored { byClass[String(KerasClassNames.uncounted(layer.key).stem), default: []].append(layer) }
    for key in byClass.keys { byClass[key]?.sort { number($0) < number($1) } }
    var next: [String: Int] = [:]
    for layer in KerasLayerOrder.sorted(plan, last: last) where !layer.arrays.isEmpty {
      let index = next[layer.countedClass, default: 0]
      next[layer.countedClass] = index + 1
      guard let all = byClass[layer.countedClass], all.indices.contains(index) else { continue }
      homes[layer.name] = all[index]
      widths[layer.name] = WeightSignature(all[index]).outputs
    }
    readInputChannels(plan.layers)
  }

  // MARK: Comparison

  private mutating func compare() {
    let (plan, last) = planned(widths)
    features = plan.extent(of: last).channels
    for layer in plan.layers where !layer.arrays.isEmpty {
      layerCount += 1
      guard let home = homes[layer.name] else {
        contradictions.append(
          FerryError(
            .missingParameters, "the file has nothing for \(Self.words(layer))", at: .init(node: layer.name),
            supported: "arrays of the shapes \(Self.text(layer.arrays))"))
        continue
      }
      let shapes = Self.shapes(home)
      if shapes != layer.arrays {
        contradictions.append(
          FerryError(
            .shapeMismatch,
            "\(Self.words(layer)) needs arrays of the shapes \(Self.text(layer.arrays)), but the file has "
              + Self.text(shapes), at: .init(node: layer.name, tensor: home.variables.first?.path)))
      }
    }
  }

  /// An error for stored arrays that nothing of the architecture reads.
  static func surplus(_ layer: KerasWeightTable.Layer, _ reason: String) -> FerryError {
    FerryError(
      .unusedWeight, "the file holds \"\(layer.key)\" of the shapes \(text(shapes(layer))), but \(reason)",
      at: .init(tensor: layer.variables.first?.path))
  }

  /// Of the layer's weights: a single number that counts training's steps is none.
  static func shapes(_ layer: KerasWeightTable.Layer) -> [[Int]] {
    layer.variables.map(\.tensor.shape.dimensions).filter { !$0.isEmpty }
  }

  private static func text(_ shapes: [[Int]]) -> String { shapes.map { "\($0)" }.joined(separator: ", ") }

  private static func words(_ layer: PlannedLayer) -> String {
    guard layer.isNumbered else { return "the \(layer.className) \"\(layer.name)\"" }
    // Its name is made up by Keras and differs from session to session.
    return "the \(layer.className) of " + (layer.place ?? "the name \"\(layer.name)\"")
  }
}

extension KerasLayerOrder {
  /// The layers of a plan in Keras's order.
  static func sorted(_ plan: NetworkPlan, last: String) -> [PlannedLayer] {
    let byName = Dictionary(plan.layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let layers = plan.layers.map { layer in
      KerasLayer(
        name: layer.name, className: layer.className,
        calls: layer.inputs.isEmpty ? [] : [layer.inputs.map { KerasReference($0) }])
    }
    return sorted(layers, inputs: [], outputs: [KerasReference(last)]).compactMap { byName[$0.name] }
  }
}

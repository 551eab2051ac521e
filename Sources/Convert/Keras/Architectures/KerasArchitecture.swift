import FerryModel
import FerryTensor

/// A network whose layers Ferry knows by heart, for files that hold its weights and no configuration.
package struct KerasArchitecture: Sendable {
  let trunk: any KerasTrunk

  /// As `--architecture` takes it: "keras/mobilenet".
  package var name: String { trunk.name }

  package static let all = [
    KerasArchitecture(trunk: MobileNetTrunk()), KerasArchitecture(trunk: XceptionTrunk()),
    KerasArchitecture(trunk: EfficientNetTrunk()),
  ]

  package static func named(_ name: String) -> KerasArchitecture? { all.first { $0.name == name } }

  /// The architecture's layers with the widths of the file, as Keras's own configuration would state them.
  ///
  /// - Parameters:
  ///   - inputShape: batch, height, width and channels; nil for the architecture's standard size.
  ///   - assumptions: settles what the weights do not prove.
  /// - Returns: the model in the order of Keras's `model.layers`, its layers with the file's names; the table, whose
  ///   keys are the model's names; and what a reader of the report has to know.
  /// - Throws: one `unsupportedModel` that lists every weight which is missing, is there without a place, or has
  ///   another shape.
  package func model(
    for table: KerasWeightTable, inputShape: [Dimension]?, assumptions: Assumptions
  ) throws -> (model: KerasModel, table: KerasWeightTable, notes: [String]) {
    let match = ArchitectureMatch(trunk, table)
    let findings = findings(match, table)
    guard findings.isEmpty else { throw refusal(findings, match, table) }
    let tail = try ArchitectureTail(match, naming: table.naming)

    let size = try size(inputShape, match, assumptions)
    let listed = ListedLayers(table)
    let settings = try trunk.settle(match.evidence(listed), assumptions)
    var plan = NetworkPlan(widths: match.widths, epsilon: settings.epsilon)
    let inputName = inputName(table)
    let input = plan.input(inputName, size)
    let features = trunk.lay(&plan, on: input, settings)
    let trunkCount = plan.layers.count
    var names = match.homes.mapValues { $0.statedName ?? $0.key }
    var tailNames: [String: String] = [:]
    let listedPooling = listed.pooling(behind: match.nestedName == nil ? plan.layers : [])
    let last = try tail.lay(
      &plan, on: features, classifier: trunk.classifier, listedPooling: listedPooling, assumptions: assumptions,
      names: &tailNames)
    try refuseUnplaced(listed, plan: plan, trunkCount: match.nestedName == nil ? 0 : trunkCount, assumptions)

    var notes = match.notes + trunk.remarks(widths: match.widths)
    if case .chain(let orders) = tail, orders[0].count > 1 {
      notes.append(
        "the layers behind the trunk, \(orders[0].map(\.layer.key).joined(separator: ", ")), are taken for a chain in "
          + "this order, by \(table.naming == .classCounters ? "" : "place and ")width")
    }
    for (planned, key) in tailNames {
      names[planned] = match.rest.first { $0.key == key }?.statedName ?? key
    }
    let layers = Self.layers(plan.layers, names: names)
    var model: KerasModel
    let lastName = layers.byPlan[last] ?? last
    if let name = match.nestedName {
      model = nested(
        layers.all, trunkCount: trunkCount, name: name, input: inputName, features: layers.byPlan[features] ?? features,
        last: lastName)
    } else {
      model = KerasModel(
        name: modelName, layers: layers.all, inputs: [KerasReference(inputName)], outputs: [KerasReference(lastName)])
    }
    model.layers = KerasLayerOrder.sorted(model.layers, inputs: model.inputs, outputs: model.outputs)
    return (model, table, notes)
  }
}

extension KerasArchitecture {
  private var modelName: String { String(name.drop { $0 != "/" }.dropFirst()) }

  /// - Parameter trunkCount: how many layers of the plan belong to a model within the file's, which lists none of them.
  /// - Throws: `unsupportedModel` for layers that the network has and the architecture has not.
  private func refuseUnplaced(
    _ listed: ListedLayers, plan: NetworkPlan, trunkCount: Int, _ assumptions: Assumptions
  ) throws {
    let ignores = try assumptions.optional("unplaced-layers", allowed: ["ignore"]) != nil
    let unplaced = listed.unplaced(among: Array(plan.layers[trunkCount...]))
    guard !unplaced.isEmpty, !ignores else { return }
    throw FerryError(
      .unsupportedModel,
      "the file lists layers without weights that \(name) does not have: \(unplaced.joined(separator: ", "))",
      hint: "give the network's configuration with --configuration MODEL.json, or leave them out with "
        + "--assume unplaced-layers=ignore")
  }

  /// The input layer's name: the file's, where it lists layers without weights, else Keras's.
  private func inputName(_ table: KerasWeightTable) -> String {
    let keys = table.layers.filter { $0.variables.isEmpty && $0.inner.isEmpty }.map(\.key)
    return keys.first { $0 == "input_layer" || $0.hasPrefix("input_") } ?? "input_1"
  }

  private func size(
    _ shape: [Dimension]?, _ match: ArchitectureMatch, _ assumptions: Assumptions
  ) throws -> NetworkPlan.Extent {
    let channels = match.inputChannels
    guard let shape else {
      let standard = trunk.standardSize(widths: match.widths)
      assumptions.state(
        "input-shape", "batchx\(standard)x\(standard)x\(channels)",
        because: "weights do not tell the size of the pictures; this is \(trunk.title)'s own, and --input-shape gives "
          + "another")
      return NetworkPlan.Extent(channels: channels, height: standard, width: standard)
    }
    guard shape.count == 4, shape[3].value == channels else {
      throw FerryError(
        .usage, "--input-shape \(shape.text) does not fit \(trunk.title), whose first convolution reads \(channels) "
          + "channels", supported: "batchxheightxwidthx\(channels)")
    }
    return NetworkPlan.Extent(channels: channels, height: shape[1].value, width: shape[2].value)
  }

  /// The plan's layers in Keras's terms under the file's names.
  private static func layers(
    _ planned: [PlannedLayer], names: [String: String]
  ) -> (all: [KerasLayer], byPlan: [String: String]) {
    var taken = Set(names.values)
    var byPlan = names
    for layer in planned where byPlan[layer.name] == nil {
      // A layer without weights gives way to one of the file's of its name.
      var name = layer.name
      var number = 1
      while !taken.insert(name).inserted {
        number += 1
        name = "\(layer.name)~\(number)"
      }
      byPlan[layer.name] = name
    }
    let all = planned.map { layer in
      KerasLayer(
        name: byPlan[layer.name] ?? layer.name, className: layer.className, options: layer.options,
        calls: layer.inputs.isEmpty ? [] : [layer.inputs.map { KerasReference(byPlan[$0] ?? $0) }])
    }
    return (all, byPlan)
  }

  /// The trunk as a model within one that holds the layers behind it.
  private func nested(
    _ layers: [KerasLayer], trunkCount: Int, name: String, input: String, features: String, last: String
  ) -> KerasModel {
    var trunk = KerasModel(
      name: name, layers: Array(layers[..<trunkCount]), inputs: [KerasReference(input)],
      outputs: [KerasReference(features)])
    trunk.layers = KerasLayerOrder.sorted(trunk.layers, inputs: trunk.inputs, outputs: trunk.outputs)
    let model = KerasLayer(
      name: name, className: "Functional", calls: [[KerasReference(input)]], nested: trunk)
    let behind = layers[trunkCount...].map { layer in
      var layer = layer
      layer.calls = layer.calls.map { $0.map { $0.layer == features ? KerasReference(name) : $0 } }
      return layer
    }
    return KerasModel(
      name: modelName, layers: [layers[0], model] + behind, inputs: [KerasReference(input)],
      outputs: [KerasReference(last == features ? name : last)])
  }
}

import FerryModel
import FerryTensor

/// A functional model: layers, and for each call of a layer the results that it is applied to.
enum FunctionalConfiguration {
  static func model(_ config: JSONFields, path: String) throws -> KerasModel {
    try config.requireOnly(["name", "trainable", "layers", "input_layers", "output_layers", "dtype"])
    var layers: [KerasLayer] = []
    var isKeras3 = false
    for field in try config.array("layers") {
      let fields = try field.object()
      var layer = try KerasConfiguration.layer(fields, path: path)
      try located(FerryError.Location(node: layer.name, operatorName: layer.className)) {
        for node in try fields.optionalArray("inbound_nodes") ?? [] {
          if case .object = node.value { isKeras3 = true }
          layer.calls.append(try CallConfiguration.references(ofNode: node, className: layer.className))
        }
      }
      layers.append(layer)
    }
    var model = KerasModel(
      name: try config.optionalString("name") ?? "model", layers: layers,
      inputs: try CallConfiguration.references(config.field("input_layers")),
      outputs: try CallConfiguration.references(config.field("output_layers")))
    CallConfiguration.countFromOwnCall(&model, isKeras3: isKeras3)
    return model
  }
}

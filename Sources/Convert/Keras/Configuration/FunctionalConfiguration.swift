import FerryModel
import FerryTensor

/// A functional model: layers, and for each call of a layer the results that it is applied to.
enum FunctionalConfiguration {
  static func model(_ config: JSONFields, path: String) throws -> KerasModel {
    try config.requireOnly(["name", "trainable", "layers", "input_layers", "output_layers", "dtype"])
    var layers: [KerasLayer] = []
    var findings: [FerryError] = []
    var isKeras3 = false
    for field in try config.array("layers") {
      let fields = try field.object()
      do {
        var layer = try KerasConfiguration.layer(fields, path: path)
        layers.append(layer)
        try located(FerryError.Location(node: layer.name, operatorName: layer.className)) {
          for node in try fields.optionalArray("inbound_nodes") ?? [] {
            if CallConfiguration.isKeras3(node) { isKeras3 = true }
            layer.calls.append(try CallConfiguration.references(ofNode: node, className: layer.className))
          }
        }
        layers[layers.count - 1] = layer
      } catch let error as FerryError {
        findings += error.causes.isEmpty ? [error] : error.causes
      }
    }
    if !findings.isEmpty { throw whole(findings, layers) }
    var model = KerasModel(
      name: try config.optionalString("name") ?? "model", layers: layers,
      inputs: try CallConfiguration.references(config.field("input_layers")),
      outputs: try CallConfiguration.references(config.field("output_layers")))
    CallConfiguration.countFromOwnCall(&model, isKeras3: isKeras3)
    return model
  }

  /// All findings as one error. How a layer is called is of no interest where the layer itself is not known.
  private static func whole(_ findings: [FerryError], _ layers: [KerasLayer]) -> FerryError {
    let unknown = layers.filter { !KerasLayerCatalogue.knows($0.className) }
    let names = Set(unknown.map(\.name))
    let all =
      findings.filter { !names.contains($0.location.node ?? "") }
      + unknown.map {
        KerasLayerCatalogue.unknown($0.className).located(.init(node: $0.name, operatorName: $0.className))
      }
    let error = FerryError.all(all, summary: { "the configuration has \($0) things that Ferry cannot convert" })
    return error ?? findings[0]
  }
}

import FerryModel
import FerryTensor

/// A sequential model: each layer is applied to the result of the one before.
enum SequentialConfiguration {
  static func model(_ fields: JSONFields, path: String) throws -> KerasModel {
    var name = path.split(separator: "/").last.map(String.init) ?? "sequential"
    let config = try fields.field("config")
    let list: [JSONField]
    var shape: JSONValue?
    if case .array = config.value {
      // Before Keras 2.2.3.
      list = try config.array()
    } else {
      let object = try config.object()
      try object.requireOnly(["name", "trainable", "dtype", "layers", "build_input_shape"])
      name = try object.optionalString("name") ?? name
      list = try object.array("layers")
      shape = object.optionalField("build_input_shape")?.value
    }
    if shape == nil { shape = try fields.optionalObject("build_config")?.optionalField("input_shape")?.value }
    var layers: [KerasLayer] = []
    for field in list { layers.append(try KerasConfiguration.layer(field.object(), path: path)) }
    guard let first = layers.first else {
      throw FerryError(.invalidModel, "the sequential model \"\(name)\" has no layers")
    }
    if first.className != "InputLayer" {
      layers.insert(input(before: first, statedShape: shape, taken: Set(layers.map(\.name))), at: 0)
    }
    for index in layers.indices.dropFirst() { layers[index].calls = [[KerasReference(layers[index - 1].name)]] }
    return KerasModel(
      name: name, layers: layers, inputs: [KerasReference(layers[0].name)],
      outputs: [KerasReference(layers[layers.count - 1].name)])
  }

  /// The input that an older Keras does not write: the first layer, or the first of the model that it is, tells its
  /// shape.
  private static func input(before first: KerasLayer, statedShape: JSONValue?, taken: Set<String>) -> KerasLayer {
    var options = JSONObject()
    var holder: KerasLayer? = first
    var shape = statedShape
    while shape == nil, let layer = holder {
      for key in ["batch_input_shape", "batch_shape"] where shape == nil { shape = layer.options[key] }
      holder = layer.nested?.layers.first
    }
    if let shape { options.set("batch_shape", shape) }
    var name = "\(first.name)_input"
    while taken.contains(name) { name += "_" }
    return KerasLayer(name: name, className: "InputLayer", options: options)
  }
}

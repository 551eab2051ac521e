import FerryModel
import FerryTensor

/// Reads what Keras writes about a model: `model_config` of an HDF5 file, config.json of a `.keras` archive, and what
/// `model.to_json()` gives, of Keras 2.0 to 3.
package enum KerasConfiguration {
  /// - Throws: one `FerryError` for what is no configuration, is of another kind than functional and sequential, or
  ///   contradicts itself.
  package static func parse(_ text: String) throws -> KerasModel {
    let root = JSONField(try PythonJSON.parse(text), code: .invalidModel)
    let fields = try root.object()
    let className = KerasClassNames.canonical(try fields.string("class_name"))
    let model = try model(className, fields, path: "")
    var count = 0
    try model.check(path: "", count: &count)
    return model
  }

  /// The version of Keras that wrote a configuration, as far as it tells: 2 or 3.
  package static func majorVersion(_ text: String) -> Int {
    if case .object(let root)? = try? PythonJSON.parse(text), case .string(let version)? = root["keras_version"],
      let major = version.split(separator: ".").first.flatMap({ Int($0) })
    {
      return major
    }
    // Both only Keras 3 writes.
    return text.contains("__keras_tensor__") || text.contains("DTypePolicy") ? 3 : 2
  }

  /// A model is one of these; everything else in a configuration is a layer.
  static func isModel(_ className: String) -> Bool { className == "Functional" || className == "Sequential" }

  /// Keys of the object that a layer or model is.
  static let objectKeys = [
    "class_name", "config", "name", "inbound_nodes", "module", "registered_name", "build_config", "compile_config",
    "shared_object_id", "keras_version", "backend",
  ]

  /// The model that an object of class Functional or Sequential is.
  static func model(_ className: String, _ fields: JSONFields, path: String) throws -> KerasModel {
    try fields.requireOnly(objectKeys)
    guard KerasClassNames.isKeras(fields.value) else {
      throw FerryError(
        .unsupportedModel, "the model is of a class of its own, \"\(try fields.string("class_name"))\"",
        supported: "functional and sequential models of Keras")
    }
    switch className {
    case "Functional": return try FunctionalConfiguration.model(fields.object("config"), path: path)
    case "Sequential": return try SequentialConfiguration.model(fields, path: path)
    default:
      throw FerryError(
        .unsupportedModel, "the model is of class \"\(className)\", which states no layers",
        supported: "Functional, Sequential",
        hint: "a subclassed model is code: export it to ONNX, or rebuild it with keras.Model(inputs, outputs)")
    }
  }

  /// A layer, without its calls.
  static func layer(_ fields: JSONFields, path: String) throws -> KerasLayer {
    try fields.requireOnly(objectKeys)
    let stated = try fields.string("class_name")
    var className = KerasClassNames.canonical(stated)
    if !KerasClassNames.isKeras(fields.value) {
      // Of a user's own: it does not count as Keras's class of that name.
      let registered = try fields.optionalString("registered_name") ?? stated
      className = registered.contains(">") ? registered : "\(try fields.optionalString("module") ?? "").\(stated)"
    }
    if KerasClassNames.isOperation(fields.value) { className = "keras.ops.\(stated)" }
    if isModel(className) {
      let config = try fields.field("config")
      var name = try fields.optionalString("name")
      if name == nil, case .object(let object) = config.value, case .string(let text)? = object["name"] { name = text }
      guard let name else { throw FerryError(.invalidModel, "a model within \"\(path)\" has no name") }
      return KerasLayer(
        name: name, className: className,
        nested: try model(className, fields, path: path.isEmpty ? name : "\(path)/\(name)"))
    }
    var options = try fields.object("config").value
    let inner = try fields.object("config").optionalString("name")
    guard let name = try fields.optionalString("name") ?? inner, !name.isEmpty else {
      throw FerryError(.invalidModel, "a layer of class \(className) has no name")
    }
    options = JSONObject(options.members.filter { $0.key != "name" }.map { ($0.key, $0.value) })
    return KerasLayer(name: name, className: className, options: options)
  }
}

extension JSONObject {
  /// Members whose keys differ.
  fileprivate init(_ members: [(String, JSONValue)]) {
    self.init()
    for (key, value) in members { set(key, value) }
  }
}

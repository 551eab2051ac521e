import FerryModel
import FerryTensor

/// References to results, in all of Keras's spellings.
enum CallConfiguration {
  /// What one call of a layer is applied to: `[[name, call, result, {}], …]` in Keras 2, an object with args and kwargs
  /// in Keras 3.
  ///
  /// - Throws: `unsupportedModel`, `trainingMode` for arguments besides tensors that change what the layer does.
  static func references(ofNode node: JSONField, className: String) throws -> [KerasReference] {
    guard isKeras3(node) else { return try references(node) }
    let fields = try node.object()
    try fields.requireOnly(["args", "kwargs"])
    var references = try references(fields.field("args"))
    if let arguments = try fields.optionalObject("kwargs") {
      // Keras 3 writes the default of layers that prepare pictures, which `predict` overrides.
      let isDefault = className.hasPrefix("Random") || className == "Resizing"
      try check(arguments, allowsTraining: isDefault)
      // The first argument of every layer may be given by its name.
      if references.isEmpty, let inputs = arguments.value[operands] {
        references = try Self.references(JSONField(inputs, code: .invalidModel))
      }
    }
    return references
  }

  /// Whether a call is written as Keras 3 does; Keras 2 writes an object where the inputs have names.
  static func isKeras3(_ node: JSONField) -> Bool {
    if case .object(let object) = node.value { object["args"] != nil } else { false }
  }

  /// What Keras calls the values that a layer is applied to.
  private static let operands = "inputs"

  /// Every reference within a list, in order.
  static func references(_ field: JSONField) throws -> [KerasReference] {
    switch field.value {
    case .array(let elements):
      if case .string? = elements.first { return [try reference(field.array())] }
      return try field.array().flatMap { try references($0) }
    case .object(let object):
      if case .string("__keras_tensor__")? = object["class_name"] {
        return [try reference(field.object().object("config").array("keras_history"))]
      }
      // Inputs and outputs by name: Keras counts them in the order of the names, whatever that of the file.
      return try field.object().fields.sorted { $0.key < $1.key }.flatMap { try references($0.field) }
    default:
      throw FerryError(
        .unsupportedModel, "the layer is called with \(field.value.pretty), which is no tensor",
        supported: "tensors alone")
    }
  }

  private static func reference(_ parts: [JSONField]) throws -> KerasReference {
    guard (3...4).contains(parts.count) else {
      throw FerryError(
        .invalidModel, "a reference to a layer has \(parts.count) parts", supported: "name, call, result, arguments")
    }
    if parts.count == 4, !parts[3].isNull { try check(parts[3].object()) }
    return KerasReference(try parts[0].string(), call: try parts[1].count(), result: try parts[2].count())
  }

  /// Arguments of a call that say what is so anyway pass.
  private static func check(_ arguments: JSONFields, allowsTraining: Bool = false) throws {
    for (name, field) in arguments.fields {
      switch (name, field.value) {
      case ("training", .bool(false)), (operands, .array), (operands, .object): continue
      case (_, let value) where isNothing(value): continue
      case ("training", .bool(true)) where allowsTraining: continue
      case ("training", .bool(true)):
        throw FerryError(
          .trainingMode, "the layer is called with training=True, so that it keeps its training behaviour",
          hint: "build the model with training=False, or without the argument")
      default:
        throw FerryError(
          .unsupportedModel, "the layer is called with the argument \(name) = \(field.value.pretty)",
          supported: "tensors; training=False")
      }
    }
  }

  /// Whether an argument is null, or holds nothing but nulls: the masks of several inputs.
  private static func isNothing(_ value: JSONValue) -> Bool {
    switch value {
    case .null: true
    case .array(let elements): elements.allSatisfy(isNothing)
    case .object(let object): object.members.allSatisfy { isNothing($0.value) }
    default: false
    }
  }

  /// Keras counts the calls of a nested model from 1 where that model was first applied to its own inputs: Keras 2
  /// everywhere, Keras 3 among the outputs alone. Calls are counted from 0 here.
  static func countFromOwnCall(_ model: inout KerasModel, isKeras3: Bool) {
    var counted: Set<String> = []
    for layer in model.layers where layer.nested?.layers.first?.className == "InputLayer" {
      if !isKeras3 || layer.className == "Functional" { counted.insert(layer.name) }
    }
    let all = (isKeras3 ? [] : Array(model.layers.flatMap(\.calls).joined())) + model.outputs
    // One that is referred to as 0 is counted from there.
    for reference in all where reference.call == 0 { counted.remove(reference.layer) }
    guard !counted.isEmpty else { return }
    func shifted(_ reference: KerasReference) -> KerasReference {
      var reference = reference
      if counted.contains(reference.layer) { reference.call -= 1 }
      return reference
    }
    model.outputs = model.outputs.map(shifted)
    guard !isKeras3 else { return }
    for index in model.layers.indices { model.layers[index].calls = model.layers[index].calls.map { $0.map(shifted) } }
  }
}

import FerryConvert
import FerryModel
import FerryTensor

/// Configurations of models as Keras writes them, made for tests.
enum KerasText {
  /// A layer of Keras 2's functional models. `inputs` are layers, or names with the number of their call: "shared:1".
  static func layer(
    _ className: String, _ name: String, _ options: String = "", of inputs: String..., arguments: String = "{}"
  ) -> String {
    let references = inputs.map { input in
      let parts = input.split(separator: ":")
      return "[\"\(parts[0])\", \(parts.count > 1 ? parts[1] : "0"), 0, \(arguments)]"
    }
    return object(className, name, options, nodes: inputs.isEmpty ? "[]" : "[[\(references.joined(separator: ", "))]]")
  }

  static func object(_ className: String, _ name: String, _ options: String = "", nodes: String) -> String {
    "{\"class_name\": \"\(className)\", \"name\": \"\(name)\", \"config\": {\"name\": \"\(name)\", \"trainable\": true"
      + (options.isEmpty ? "" : ", " + options) + "}, \"inbound_nodes\": \(nodes)}"
  }

  static func input(_ name: String, _ shape: String = "[null, 4, 4, 2]", _ options: String = "") -> String {
    layer("InputLayer", name, "\"batch_input_shape\": \(shape)" + (options.isEmpty ? "" : ", " + options))
  }

  static func references(_ names: [String]) -> String {
    "[" + names.map { "[\"\($0)\", 0, 0]" }.joined(separator: ", ") + "]"
  }

  static func config(_ layers: [String], inputs: [String] = ["x"], outputs: [String]) -> String {
    "{\"name\": \"model\", \"layers\": [\(layers.joined(separator: ", "))], \"input_layers\": \(references(inputs)), "
      + "\"output_layers\": \(references(outputs))}"
  }

  static func model(_ layers: [String], inputs: [String] = ["x"], outputs: [String]) -> String {
    "{\"class_name\": \"Functional\", \"config\": \(config(layers, inputs: inputs, outputs: outputs))}"
  }

  /// One layer over one input.
  static func single(
    _ className: String, _ options: String = "", input shape: String = "[null, 4, 4, 2]", arguments: String = "{}"
  ) -> String {
    model(
      [input("x", shape), layer(className, "y", options, of: "x", arguments: arguments)], outputs: ["y"])
  }

  /// A table of weights by layer: numbers that count up.
  static func table(_ layers: [String: [(String, [Int])]]) -> KerasWeightTable {
    KerasWeightTable(
      naming: .layerNames,
      layers: layers.sorted { $0.key < $1.key }.map { key, arrays in
        KerasWeightTable.Layer(
          key: key, variables: arrays.map { variable("\(key)/\($0.0)", $0.0, $0.1) })
      })
  }

  static func variable(_ path: String, _ name: String?, _ shape: [Int]) -> KerasWeightTable.Variable {
    KerasWeightTable.Variable(name: name, path: path, tensor: counting(shape))
  }

  static func counting(_ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    guard let tensor = try? Tensor((0..<count).map { Float($0) }, shape: shape) else { preconditionFailure("no shape") }
    return tensor
  }
}

/// The error that `body` throws, in words; nil if it throws none.
func refusal(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

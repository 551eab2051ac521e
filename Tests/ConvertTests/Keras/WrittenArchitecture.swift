import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

/// A network of keras.applications as golden/keras/architectures writes it down, with all widths divided by a number:
/// arrays of the full widths would take a test hundreds of megabytes.
struct WrittenArchitecture {
  struct Layer {
    let name: String
    let className: String
    var options: JSONObject
    let inputs: [String]
    var arrays: [[Int]]
  }

  /// In the order of `model.layers`.
  var layers: [Layer]

  static let folder = GoldenCases.root.appendingPathComponent("keras/architectures")

  init(_ name: String, dividedBy divisor: Int = 8) throws {
    let root = try Self.json(name)
    guard case .array(let elements) = root else { throw FerryError(.invalidJSON, "\(name) is no list") }
    layers = try elements.map { element in
      let object = try JSONField(element).object()
      var layer = Layer(
        name: try object.string("name"), className: try object.string("class"),
        options: try Self.object(element, "options"), inputs: try Self.texts(element, "inputs"),
        arrays: try Self.shapes(element))
      layer.narrow(by: divisor)
      return layer
    }
  }

  /// The names of the layers in Keras 3's order.
  static func namesInKeras3(_ name: String) throws -> [String] {
    guard case .array(let names) = try json("\(name)-keras3") else { return [] }
    return names.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  private static func json(_ name: String) throws -> JSONValue {
    let data = try Data(contentsOf: folder.appendingPathComponent("\(name).json"))
    return try data.withUnsafeBytes { try JSONValue(parsing: $0) }
  }

  private static func object(_ value: JSONValue, _ key: String) throws -> JSONObject {
    guard case .object(let all) = value, case .object(let inner)? = all[key] else {
      throw FerryError(.invalidJSON, "\(key) is no object")
    }
    return inner
  }

  private static func texts(_ value: JSONValue, _ key: String) throws -> [String] {
    guard case .object(let all) = value, case .array(let list)? = all[key] else { return [] }
    return list.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  private static func shapes(_ value: JSONValue) throws -> [[Int]] {
    guard case .object(let all) = value, case .array(let list)? = all["arrays"] else { return [] }
    return list.map { shape in
      guard case .array(let extents) = shape else { return [] }
      return extents.compactMap { if case .number(let number) = $0 { Int(number) } else { nil } }
    }
  }

  // MARK: Tables

  /// The weights of a file that names its layers.
  func table(values: [String: [Float]] = [:]) throws -> KerasWeightTable {
    KerasWeightTable(
      naming: .layerNames,
      layers: try layers.filter { !$0.arrays.isEmpty }.map { layer in
        KerasWeightTable.Layer(key: layer.name, variables: try layer.variables(at: layer.name, values: values))
      })
  }

  /// The weights of a file that counts classes.
  func countedTable() throws -> KerasWeightTable {
    var counts: [String: Int] = [:]
    let counted = try layers.filter { !$0.arrays.isEmpty }.map { layer in
      let stem = Self.snakeCase[layer.className] ?? layer.className
      let number = counts[stem, default: 0]
      counts[stem] = number + 1
      let key = number == 0 ? stem : "\(stem)_\(number)"
      let variables = try layer.variables(at: key).map {
        KerasWeightTable.Variable(name: nil, path: $0.path, tensor: $0.tensor)
      }
      return KerasWeightTable.Layer(key: key, variables: variables)
    }
    // By class, as a file's groups may stand.
    return KerasWeightTable(
      naming: .classCounters,
      layers: zip(counted, layers.filter { !$0.arrays.isEmpty }).enumerated().sorted { first, second in
        let (one, other) = (first.element.1.className, second.element.1.className)
        return one != other ? one < other : first.offset < second.offset
      }.map(\.element.0))
  }

  private static let snakeCase = [
    "Conv2D": "conv2d", "DepthwiseConv2D": "depthwise_conv2d", "SeparableConv2D": "separable_conv2d",
    "BatchNormalization": "batch_normalization", "Dense": "dense", "Normalization": "normalization",
  ]

  /// Gives a layer another name, as another session of Keras would.
  func renamed(_ names: [String: String]) -> WrittenArchitecture {
    var copy = self
    copy.layers = layers.map { layer in
      Layer(
        name: names[layer.name] ?? layer.name, className: layer.className, options: layer.options,
        inputs: layer.inputs.map { names[$0] ?? $0 }, arrays: layer.arrays)
    }
    return copy
  }
}

extension WrittenArchitecture.Layer {
  /// Variables of one repeated number.
  fileprivate func variables(
    at path: String, values: [String: [Float]] = [:]
  ) throws -> [KerasWeightTable.Variable] {
    let names =
      switch className {
      case "BatchNormalization": ["gamma", "beta", "moving_mean", "moving_variance"]
      case "SeparableConv2D": ["depthwise_kernel", "pointwise_kernel"]
      case "DepthwiseConv2D": ["depthwise_kernel"]
      case "Normalization": ["mean", "variance", "count"]
      default: ["kernel", "bias"]
      }
    return try zip(arrays, names).map { shape, variable in
      let path = "\(path)/\(variable)"
      let elements = values[path] ?? [Float](repeating: 1, count: shape.reduce(1, *))
      return KerasWeightTable.Variable(name: variable, path: path, tensor: try Tensor(elements, shape: shape))
    }
  }

  /// Divides all numbers of channels but those of pictures and single outputs.
  fileprivate mutating func narrow(by divisor: Int) {
    func narrowed(_ channels: Int) -> Int { channels == 3 || channels == 1 ? channels : max(1, channels / divisor) }
    func narrowed(_ value: JSONValue) -> JSONValue {
      switch value {
      case .number(let number): .number(Double(narrowed(Int(number))))
      case .array(let elements): .array(elements.map(narrowed))
      default: value
      }
    }
    for key in ["filters", "units", "target_shape"] {
      if let value = options[key] { options.set(key, narrowed(value)) }
    }
    arrays = arrays.map { shape in
      shape.count == 4 ? Array(shape[..<2]) + shape[2...].map(narrowed) : shape.map(narrowed)
    }
  }
}

import FerryModel
import FerryTensor

/// The stored arrays of one layer, asked for by role in the order in which Keras's layer makes them.
final class KerasLayerWeights {
  /// nil if the file has nothing for the layer.
  private let stored: KerasWeightTable.Layer?
  private var unread: [KerasWeightTable.Variable]
  /// The arrays that were asked for.
  private(set) var readPaths: [String] = []

  init(_ stored: KerasWeightTable.Layer?) {
    self.stored = stored
    unread = stored?.variables ?? []
  }

  /// The array of that role: by its name where the file tells names, else the next one.
  func take(_ role: String, aliases: [String]) throws -> KerasWeightTable.Variable {
    let names = [role] + aliases
    let isNamed = unread.allSatisfy { $0.name != nil }
    let index = isNamed ? unread.firstIndex { names.contains($0.name ?? "") } : unread.indices.first
    guard let index else {
      let found = (stored?.variables ?? []).map { $0.name ?? $0.path }
      throw FerryError(
        .missingParameters,
        found.isEmpty
          ? "the file has no weights for the layer, which needs its \(role)"
          : "the file has no \(role) for the layer, only \(found.joined(separator: ", "))")
    }
    let variable = unread.remove(at: index)
    readPaths.append(variable.path)
    return variable
  }

  /// Whether the file names an array of that role.
  func has(_ role: String) -> Bool { stored?.variables.contains { $0.name == role } ?? false }

  /// How many arrays have not been asked for.
  var unreadCount: Int { unread.count }
}

extension KerasLayerImport {
  /// A weight of the layer as the graph holds it.
  ///
  /// - Parameters:
  ///   - role: what Keras calls it: "kernel".
  ///   - aliases: what other versions call it.
  ///   - shape: the shape that the layer's options ask for.
  ///   - reason: those options, for the message: "filters 8, kernel_size [3, 3] over 3 channels".
  ///   - order: the file's axes in the graph's order; nil as they are.
  ///   - form: the shape in the graph, where it is another way of writing the same elements.
  func weight(
    _ role: String, aliases: [String] = [], shape: [Int], because reason: String, order: [Int]? = nil,
    form: [Int]? = nil
  ) throws -> ValueID {
    let variable = try stored(role, aliases: aliases, shape: shape, because: reason)
    var tensor = variable.tensor
    if let order { tensor = try tensor.permuted(order) }
    if let form, form != tensor.shape.dimensions { tensor = try tensor.reshaped(form) }
    guard order != nil || form != nil && form != shape else {
      return importer.assembly.addWeight(tensor, name: variable.path)
    }
    return importer.assembly.addRearrangedWeight(
      tensor, name: variable.path, AxisOrder(shape: shape, axes: order ?? Array(shape.indices)))
  }

  /// A stored array that has been checked against the layer's options.
  func stored(
    _ role: String, aliases: [String] = [], shape: [Int], because reason: String
  ) throws -> KerasWeightTable.Variable {
    let variable = try weights.take(role, aliases: aliases)
    importer.isRead(variable.path, by: source)
    let wanted = try Shape(shape)
    guard variable.tensor.shape == wanted else {
      throw FerryError(
        .shapeMismatch,
        "the \(role) has the shape \(variable.tensor.shape), where \(wanted) is needed: \(reason)",
        at: .init(tensor: variable.path),
        hint: "the configuration and the weights are not of one model, or the input has another size")
    }
    guard variable.tensor.elementType.isFloatingPoint else {
      throw FerryError(
        .unsupportedType, "the \(role) holds \(variable.tensor.elementType.rawValue)", at: .init(tensor: variable.path),
        supported: "float32, float16, float64")
    }
    return variable
  }
}

import FerryModel
import FerryTensor

/// The shapes of a model's inputs: those that its configuration declares, or what the user puts in their place.
enum KerasInputs {
  /// The shape that an input layer declares, nil where an extent is open; nil as a whole where it declares none.
  static func declaredShape(_ options: KerasOptions) throws -> [Dimension?]? {
    try options.require("sparse", is: false)
    try options.require("ragged", is: false)
    options.pass("optional", "batch_size", "input_tensor", "type_spec")
    var declared: [Dimension?]?
    for key in ["batch_shape", "batch_input_shape"] {
      switch options.value(key) {
      case nil: continue
      case .array(let extents):
        declared = try extents.map { extent in
          switch extent {
          case .null: return nil
          case .number(let number):
            guard let size = Int(exactly: number), (1...(1 << 31)).contains(size) else {
              throw options.refusal(key, "the input's shape has an extent of \(number)", supported: "1 and more")
            }
            return Dimension(size)
          default: throw options.wrongKind(key, "a list of sizes")
          }
        }
      default: throw options.wrongKind(key, "a list of sizes")
      }
    }
    return declared
  }

  /// An input's shape; nil where neither the configuration nor the user gives an extent.
  static func shape(
    of layer: KerasLayer, options: KerasOptions, replacement: [Dimension]?
  ) throws -> [Dimension?] {
    let declared = try declaredShape(options)
    guard let replacement else {
      guard let declared, !declared.isEmpty else {
        throw FerryError(
          .unsupportedModel, "the model does not state the shape of its input",
          hint: "state it with --input-shape batchxheightxwidthx3")
      }
      return declared
    }
    if let declared, declared.count != replacement.count {
      throw FerryError(
        .shapeMismatch,
        "--input-shape gives \"\(layer.name)\" \(replacement.count) dimensions, "
          + "but the model declares \(declared.count)")
    }
    if declared?.count == 4, let channels = declared?[3], channels != replacement[3] {
      throw FerryError(
        .shapeMismatch,
        "--input-shape gives \"\(layer.name)\" \(replacement[3]) channels, but the model declares \(channels)",
        hint: "the shape is batch, height, width, channels")
    }
    return replacement
  }

  /// The shape with symbols for what is open: the batch is that of all inputs, other extents are each input's own.
  static func named(_ shape: [Dimension?], isFirst: Bool, _ name: String) -> [Dimension] {
    let standard = shape.count == 4 ? ["batch", "height", "width", "channels"] : ["batch"]
    return shape.enumerated().map { axis, extent in
      if let extent { return extent }
      let symbol = axis < standard.count ? standard[axis] : "dimension\(axis)"
      return .symbol(axis == 0 || isFirst ? symbol : "\(name)-\(symbol)")
    }
  }
}

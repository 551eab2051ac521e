import FerryModel
import FerryTensor

/// The layers that are nothing but a function of each element, which may also stand in another layer's `activation`.
enum KerasActivationLayers {
  typealias Make = @Sendable (KerasOptions, _ kerasMajorVersion: Int) throws -> KerasActivation

  static let byClass: [String: Make] = [
    "Activation": { options, version in try options.activation("activation", kerasMajorVersion: version) },
    "ReLU": { options, _ in
      try .relu(
        maximum: options.optionalNumber("max_value"), slope: options.number("negative_slope", default: 0),
        threshold: options.number("threshold", default: 0))
    },
    "LeakyReLU": { options, _ in
      // Keras 3 calls it negative_slope.
      let slope = try options.optionalNumber("negative_slope") ?? options.optionalNumber("alpha") ?? 0.3
      return KerasActivation(.leakyRelu, a: slope)
    },
    "ELU": { options, _ in KerasActivation(.elu, a: try options.number("alpha", default: 1)) },
    "ThresholdedReLU": { options, _ in KerasActivation(.threshold, a: try options.number("theta", default: 1)) },
  ]
}

extension KerasLayerType {
  static let activation = elementwise("Activation")
  static let reLU = elementwise("ReLU")
  static let leakyReLU = elementwise("LeakyReLU")
  static let elu = elementwise("ELU")
  static let thresholdedReLU = elementwise("ThresholdedReLU")

  private static func elementwise(_ className: String) -> KerasLayerType {
    KerasLayerType(className) { layer in
      guard let make = KerasActivationLayers.byClass[className] else {
        throw FerryError(.internalDefect, "\(className) has no function")
      }
      try layer.finish(layer.inputs[0], make(layer.options, layer.kerasMajorVersion))
    }
  }

  static let softmax = KerasLayerType("Softmax") { layer in
    let axes = try layer.options.optionalIntegers("axis") ?? [-1]
    guard axes.count == 1 else {
      throw layer.options.refusal("axis", "Softmax over the axes \(axes)", supported: "one axis")
    }
    try layer.finish(Softmax(axis: layer.axis(axes[0], of: layer.inputs[0])), layer.inputs)
  }

  /// x < 0 ? alpha · x : x, with alpha for each place of a sample but those along shared axes.
  static let pReLU = KerasLayerType("PReLU") { layer in
    let shape = layer.shape(layer.inputs[0])
    let shared = try layer.options.optionalIntegers("shared_axes") ?? []
    guard shared.allSatisfy({ (1..<shape.count).contains($0) }) else {
      throw layer.options.refusal(
        "shared_axes", "shared_axes is \(shared) for the shape \(shape.text)", supported: "1 to \(shape.count - 1)")
    }
    let extents = try (1..<shape.count).map { axis in
      if shared.contains(axis) { return 1 }
      guard let extent = shape[axis].value else {
        throw FerryError(
          .unsupportedModel, "PReLU has a slope for each place of the shape \(shape.text), which is not known",
          hint: "state the input's size with --input-shape")
      }
      return extent
    }
    let slope = try layer.weight(
      "alpha", shape: extents, because: "shared_axes \(shared) over the shape \(shape.dropFirst().text)",
      order: shape.count == 4 ? [2, 0, 1] : nil)
    try layer.finish(PRelu(), [layer.inputs[0], slope])
  }
}

extension ArraySlice<Dimension> {
  var text: String { Array(self).text }
}

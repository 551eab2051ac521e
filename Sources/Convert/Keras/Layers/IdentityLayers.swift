import FerryModel
import FerryTensor

/// Layers whose result is their input outside training.
extension KerasLayerType {
  static let identityLayers: [KerasLayerType] = [
    passing("Dropout", ["rate", "seed", "noise_shape"]),
    passing("SpatialDropout2D", ["rate", "seed", "noise_shape", "data_format"]),
    passing("GaussianNoise", ["stddev", "seed"]),
    passing("GaussianDropout", ["rate", "seed"]),
    passing("AlphaDropout", ["rate", "seed", "noise_shape"]),
    // Of the package efficientnet: Dropout with another shape of noise.
    passing("FixedDropout", ["rate", "seed", "noise_shape"]),
    passing("ActivityRegularization", ["l1", "l2"]),
    passing("Identity", []),
    augmentation("RandomFlip", ["mode"]),
    augmentation(
      "RandomRotation", ["factor", "fill_mode", "fill_value", "interpolation", "value_range"]),
    augmentation(
      "RandomZoom", ["height_factor", "width_factor", "fill_mode", "fill_value", "interpolation", "value_range"]),
    augmentation(
      "RandomTranslation",
      ["height_factor", "width_factor", "fill_mode", "fill_value", "interpolation", "value_range"]),
    augmentation("RandomContrast", ["factor", "value_range"]),
    augmentation("RandomBrightness", ["factor", "value_range"]),
  ]

  /// Layers of which a report says "dropout".
  static let dropoutClasses: Set<String> = [
    "Dropout", "SpatialDropout2D", "GaussianDropout", "AlphaDropout", "FixedDropout",
  ]

  private static func passing(_ className: String, _ passive: [String]) -> KerasLayerType {
    KerasLayerType(className, isIdentity: true) { layer in
      for name in passive { layer.options.pass(name) }
      layer.finish(identity: layer.inputs[0])
    }
  }

  /// Changes pictures at random in training.
  private static func augmentation(_ className: String, _ passive: [String]) -> KerasLayerType {
    passing(className, passive + ["seed", "data_format", "force_generator", "bounding_box_format"])
  }
}

import FerryModel
import FerryTensor

extension KerasLayerType {
  static let maxPooling2D = pooling("MaxPooling2D", .maximum)
  /// Padding does not count in a mean.
  static let averagePooling2D = pooling("AveragePooling2D", .average)
  static let globalMaxPooling2D = globalPooling("GlobalMaxPooling2D", .maximum)
  static let globalAveragePooling2D = globalPooling("GlobalAveragePooling2D", .average)

  private static func pooling(_ className: String, _ kind: Pool.Kind) -> KerasLayerType {
    KerasLayerType(className) { layer in
      let x = try layer.image()
      try layer.requireChannelsLast()
      let kernel = try layer.options.pair("pool_size", default: [2])
      let strides = try layer.options.pair("strides", default: kernel)
      try layer.finish(Pool(kind, window: layer.window(x, kernel: kernel, strides: strides)), [x])
    }
  }

  private static func globalPooling(_ className: String, _ kind: GlobalPool.Kind) -> KerasLayerType {
    KerasLayerType(className) { layer in
      let x = try layer.image()
      try layer.requireChannelsLast()
      guard try !layer.options.flag("keepdims", default: false) else { return try layer.finish(GlobalPool(kind), [x]) }
      let pooled = try layer.step(GlobalPool(kind), [x], "pooled")
      try layer.finish(Flatten(axis: 1), [pooled])
    }
  }
}

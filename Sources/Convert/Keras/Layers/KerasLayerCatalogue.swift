/// All layers of Keras that Ferry reads, one line each. Tests walk this list.
package enum KerasLayerCatalogue {
  package static let all: [KerasLayerType] =
    [
      .activation,
      .add,
      .average,
      .averagePooling2D,
      .batchNormalization,
      .concatenate,
      .conv2D,
      .conv2DTranspose,
      .cropping2D,
      .dense,
      .depthwiseConv2D,
      .elu,
      .flatten,
      .globalAveragePooling2D,
      .globalMaxPooling2D,
      .leakyReLU,
      .maximum,
      .maxPooling2D,
      .minimum,
      .multiply,
      .normalization,
      .permute,
      .pReLU,
      .reLU,
      .rescaling,
      .reshape,
      .resizing,
      .separableConv2D,
      .softmax,
      .subtract,
      .thresholdedReLU,
      .upSampling2D,
      .zeroPadding2D,
    ] + KerasLayerType.identityLayers

  /// Layers that are models, or a model's inputs: what a configuration is made of beside those above.
  package static let structural = ["InputLayer", "Functional", "Sequential"]

  static let byClass = Dictionary(uniqueKeysWithValues: all.map { ($0.className, $0) })
}

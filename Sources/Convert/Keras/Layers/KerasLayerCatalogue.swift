import FerryTensor

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

  static func knows(_ className: String) -> Bool { byClass[className] != nil || structural.contains(className) }

  /// The error about a layer that is not in the catalogue.
  static func unknown(_ className: String) -> FerryError {
    let isCode = className == "Lambda" || className.hasSuffix("OpLambda")
    let isFunction = className.hasPrefix("keras.ops.")
    return FerryError(
      .unknownOperator, "Ferry does not know the \(isFunction ? "function" : "layer") \(className)",
      hint: isCode
        ? "it holds Python code, which no file can carry: write it with layers of Keras, "
          + "or convert the model's ONNX export"
        : isFunction
          ? "write it with a layer of Keras, or convert the model's ONNX export"
          : "the layers that it knows are listed in docs/keras-layers.md")
  }

  static let byClass = Dictionary(uniqueKeysWithValues: all.map { ($0.className, $0) })
}

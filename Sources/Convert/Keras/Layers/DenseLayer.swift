import FerryModel
import FerryTensor

extension KerasLayerType {
  /// The kernel is inputs×units. It is applied along the last of Keras's axes, whatever the rank.
  static let dense = KerasLayerType("Dense") { layer in
    let x = layer.inputs[0]
    let rank = layer.shape(x).count
    let features = try layer.channels(x)
    let units = try layer.options.size("units")
    layer.options.pass("lora_alpha")
    try layer.options.requireNothing("lora_rank")
    try layer.options.requireNothing("quantization_config")
    let reason = "units \(units) over \(features) features"
    let shape = [features, units]
    let activation = try layer.ownActivation()
    switch rank {
    case 2:
      let kernel = try layer.weight("kernel", shape: shape, because: reason, order: [1, 0])
      try layer.finish(Gemm(), [x, kernel] + layer.bias(units), activation)
    case 4:
      // Along the channels a product is a convolution of single pixels.
      let kernel = try layer.weight(
        "kernel", shape: shape, because: reason, order: [1, 0], form: [units, features, 1, 1])
      let window = try Window(kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0])
      try layer.finish(Conv(window: window, groups: 1), [x, kernel] + layer.bias(units), activation)
    default:
      guard rank > 2 else {
        throw FerryError(
          .invalidModel, "Dense is applied to the shape \(layer.shape(x).text)", supported: "2 dimensions and more")
      }
      let kernel = try layer.weight("kernel", shape: shape, because: reason)
      let bias = try layer.bias(units)
      guard let bias = bias.first else { return try layer.finish(MatMul(), [x, kernel], activation) }
      let product = try layer.step(MatMul(), [x, kernel], "product")
      try layer.finish(Binary(.add), [product, bias], activation)
    }
  }
}

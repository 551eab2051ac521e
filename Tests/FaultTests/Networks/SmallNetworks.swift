import FerryModel
import FerryTensor

/// Networks for what the committed ones lack. Their goldens are what their own graphs give in double precision, by the
/// plain loops.
extension FaultNetwork {
  static let small = [stem, pools, joins, head, keras, crops]

  /// A normalised and a separable convolution, a connection around it, a gate, convolutions with biases. Ragged sizes.
  static let stem = FaultNetwork("stem") { try stem(seed: 1) }

  static func stem(seed: UInt64) throws -> FaultScene {
    var builder = NetworkBuilder("stem", seed: seed)
    let picture = builder.input("picture", [1, 3, 26, 22])
    var x = try builder.conv(
      "conv1", picture, 8, kernel: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1], bias: false)
    x = try builder.norm("norm1", x, epsilon: 1e-3, gain: 4)
    let skip = try builder.activation("relu6", Activation(.clip, a: 0, b: 6), x)
    x = try builder.conv("depthwise", skip, 8, kernel: [3, 3], pads: [1, 1, 1, 1], groups: 8, bias: false)
    x = try builder.conv("pointwise", x, 8, bias: false)
    x = try builder.norm("norm2", x, epsilon: 1e-5)
    x = try builder.activation("swish", Activation(.hardSwish, a: 1 / 6, b: 0.5), x)
    x = try builder.node("sum", Binary(.add), [x, skip])
    x = try builder.conv("wide", x, 12, kernel: [3, 5], pads: [1, 2, 1, 2])
    x = try builder.activation("leaky", Activation(.leakyRelu, a: 0.1), x)
    x = try builder.conv("conv3", x, 12, kernel: [3, 3], pads: [1, 1, 1, 1], gain: 4)
    x = try builder.activation("relu", Activation(.relu), x)
    x = try builder.conv("conv4", x, 12, kernel: [3, 3], pads: [1, 1, 1, 1], gain: 0.5)
    x = try builder.activation("silu", Activation(.silu), x)
    var gate = try builder.node("squeeze", GlobalPool(.average), [x])
    gate = try builder.conv("reduce", gate, 4)
    gate = try builder.conv("expand", gate, 12)
    gate = try builder.activation("gate", Activation(.sigmoid), gate)
    x = try builder.node("excite", Binary(.multiply), [x, gate])
    return try builder.closed(try builder.conv("last", x, 5, kernel: [3, 3], pads: [1, 1, 1, 1]))
  }

  /// Poolings with padding, a depthwise convolution with a multiplier, a transposed convolution.
  static let pools = FaultNetwork("pools") {
    var builder = NetworkBuilder("pools", seed: 2)
    var x = builder.input("x", [1, 6, 30, 24])
    x = try builder.conv("strided", x, 8, kernel: [3, 3], strides: [2, 2], pads: [0, 1, 1, 0])
    x = try builder.pool("maximum", .maximum, x, kernel: 3, stride: 1, pads: [1, 1, 1, 1])
    x = try builder.pool("average", .average, x, kernel: 3, stride: 1, pads: [1, 1, 1, 1])
    x = try builder.pool("counting", .averageIncludingPadding, x, kernel: 3, stride: 1, pads: [1, 1, 1, 1])
    x = try builder.conv("multiplied", x, 16, kernel: [3, 3], pads: [1, 1, 1, 1], groups: 8)
    let weight = try builder.random("transposed.weight", [16, 6, 3, 3], scale: 0.3)
    let window = try Window(kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1])
    x = try builder.node("transposed", ConvTranspose(window: window, outputPadding: [1, 1], groups: 1), [x, weight])
    x = try builder.pool("halved", .maximum, x, kernel: 3, stride: 2, pads: [0, 0, 0, 0])
    return try builder.closed(try builder.node("mean", GlobalPool(.average), [x]))
  }

  /// Two branches that are joined, a difference, enlarged pictures, a softmax over channels.
  static let joins = FaultNetwork("joins") {
    var builder = NetworkBuilder("joins", seed: 3)
    let x = builder.input("x", [1, 4, 9, 11])
    let left = try builder.conv("left", x, 6, kernel: [3, 3], pads: [1, 1, 1, 1])
    let right = try builder.conv("right", x, 6)
    var y = try builder.node("join", Concat(axis: 1), [left, right])
    y = try builder.conv("mix", y, 6, bias: false)
    y = try builder.node("around", Binary(.add), [y, left])
    y = try builder.node("difference", Binary(.subtract), [y, right])
    y = try builder.resize("nearest", y, to: [14, 17], Resize.Method(.nearest, .asymmetric, rounding: .floor))
    y = try builder.resize("linear", y, to: [23, 31], Resize.Method(.linear, .halfPixel))
    y = try builder.resize("cubic", y, to: [33, 40], Resize.Method(.cubic, .halfPixel))
    y = try builder.conv("classes", y, 6)
    return try builder.closed(try builder.node("softmax", Softmax(axis: 1), [y]))
  }

  /// A batch of eight, flattened, with dense layers.
  static let head = FaultNetwork("head") {
    var builder = NetworkBuilder("head", seed: 4)
    var x = builder.input("x", [8, 3, 4, 5])
    x = try builder.conv("conv", x, 6, kernel: [3, 3], pads: [1, 1, 1, 1], activation: Activation(.relu))
    x = try builder.node("flatten", Flatten(axis: 1), [x])
    x = try builder.dense("wide", x, 20)
    x = try builder.activation("sigmoid", Activation(.sigmoid), x)
    x = try builder.dense("square", x, 20)
    x = try builder.activation("hard", Activation(.hardSigmoid, a: 0.2, b: 0.5), x)
    x = try builder.dense("scores", x, 7)
    return try builder.closed(try builder.node("softmax", Softmax(axis: 1), [x]))
  }

  /// As a Keras file gives it: inner values captured with the channels last, features flattened as H×W×C.
  static let keras = FaultNetwork("Keras head") {
    var builder = NetworkBuilder("keras", seed: 5)
    var x = builder.input("x", [6, 3, 8, 6])
    x = try builder.conv("conv", x, 5, kernel: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1])
    x = try builder.activation("relu", Activation(.relu), x)
    x = try builder.node("flatten", Flatten(axis: 1), [x])
    x = try builder.dense("dense", x, 9)
    x = try builder.node("softmax", Softmax(axis: 1), [x])
    return try builder.closed(x, isChannelsLast: true, forgetting: ["flatten"])
  }

  /// A window that begins at the second pixel, and two layers of which only the second one's value was captured.
  static let crops = FaultNetwork("crops") {
    var builder = NetworkBuilder("crops", seed: 6)
    let x = builder.input("x", [1, 4, 17, 15])
    let shifted = try builder.node("crop", Pad(pads: [0, 0, -1, -1, 0, 0, 1, 1].map { Dimension($0) }), [x])
    let body = try builder.conv("strided", shifted, 7, strides: [2, 2])
    let inner = try builder.conv("inner", body, 7, kernel: [3, 3], pads: [1, 1, 1, 1], activation: Activation(.relu))
    let around = try builder.node("around", Binary(.add), [inner, body])
    let padded = try builder.node(
      "pad", Pad(pads: [0, 0, 1, 1, 0, 0, 1, 1].map { Dimension($0) }, mode: .reflect), [around])
    let last = try builder.conv("last", padded, 5, kernel: [3, 3])
    let frame = try builder.node("frame", Pad(pads: [0, 0, 1, 2, 0, 0, 1, 2].map { Dimension($0) }, value: 1), [last])
    return try builder.closed(frame, forgetting: ["crop", "inner", "pad"])
  }
}

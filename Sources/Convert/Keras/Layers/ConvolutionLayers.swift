import FerryModel
import FerryTensor

extension KerasLayerType {
  /// The kernel is kH×kW×(C/groups)×filters.
  static let conv2D = KerasLayerType("Conv2D") { layer in
    let x = try layer.image()
    let channels = try layer.channels(x)
    let window = try layer.convolutionWindow(x)
    let filters = try layer.options.size("filters")
    let groups = try layer.options.size("groups", default: 1)
    guard channels % groups == 0, filters % groups == 0 else {
      throw layer.options.refusal(
        "groups", "\(groups) groups divide \(channels) channels and \(filters) filters with a remainder")
    }
    let kernel = try layer.weight(
      "kernel", shape: window.kernel + [channels / groups, filters],
      because: "filters \(filters), kernel_size \(window.kernel) over \(channels) channels in \(groups) groups",
      order: [3, 2, 0, 1])
    layer.options.pass("rank", "lora_alpha")
    try layer.options.requireNothing("lora_rank")
    try layer.options.requireNothing("quantization_config")
    let operands = [x, kernel] + (try layer.bias(filters))
    try layer.finish(Conv(window: window, groups: groups), operands, layer.ownActivation())
  }

  /// The kernel is kH×kW×C×multiplier; output channel c · multiplier + m is made of channel c.
  static let depthwiseConv2D = KerasLayerType("DepthwiseConv2D") { layer in
    let x = try layer.image()
    let channels = try layer.channels(x)
    let window = try layer.convolutionWindow(x)
    let multiplier = try layer.options.size("depth_multiplier", default: 1)
    // tf.keras writes what the class it is made from calls so; here it says nothing.
    layer.options.pass("groups", "filters", "rank", "kernel_initializer")
    let kernel = try layer.depthwiseKernel(window, channels: channels, multiplier: multiplier)
    let operands = [x, kernel] + (try layer.bias(channels * multiplier))
    try layer.finish(Conv(window: window, groups: channels), operands, layer.ownActivation())
  }

  /// A depthwise convolution, then one of 1×1 pixels.
  static let separableConv2D = KerasLayerType("SeparableConv2D") { layer in
    let x = try layer.image()
    let channels = try layer.channels(x)
    let window = try layer.convolutionWindow(x)
    let filters = try layer.options.size("filters")
    let multiplier = try layer.options.size("depth_multiplier", default: 1)
    layer.options.pass("groups", "rank")
    let depthwise = try layer.depthwiseKernel(window, channels: channels, multiplier: multiplier)
    let (wide, overflow) = channels.multipliedReportingOverflow(by: multiplier)
    guard !overflow else { throw layer.options.refusal("depth_multiplier", "depth_multiplier is \(multiplier)") }
    let pointwise = try layer.weight(
      "pointwise_kernel", shape: [1, 1, wide, filters],
      because: "filters \(filters), depth_multiplier \(multiplier) over \(channels) channels", order: [3, 2, 0, 1])
    let bias = try layer.bias(filters)
    let activation = try layer.ownActivation()
    let between = try layer.step(Conv(window: window, groups: channels), [x, depthwise], "depthwise")
    let single = try Window(kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0])
    try layer.finish(Conv(window: single, groups: 1), [between, pointwise] + bias, activation)
  }

  /// The gradient of a convolution. The kernel is kH×kW×filters×C.
  static let conv2DTranspose = KerasLayerType("Conv2DTranspose") { layer in
    let x = try layer.image()
    let channels = try layer.channels(x)
    try layer.requireChannelsLast()
    let options = layer.options
    let filters = try options.size("filters")
    let kernel = try options.pair("kernel_size")
    let strides = try options.pair("strides", default: [1])
    let dilations = try options.pair("dilation_rate", default: [1])
    guard dilations == [1, 1] else {
      throw options.refusal("dilation_rate", "dilation_rate is \(dilations)", supported: "[1, 1]")
    }
    let groups = try options.size("groups", default: 1)
    guard groups == 1 else { throw options.refusal("groups", "groups is \(groups)", supported: "1") }
    let isSame = try options.choice("padding", default: "valid", of: ["valid", "same"]) == "same"
    let added = try options.value("output_padding").map { _ in try options.pair("output_padding") }
    // Checks the numbers before anything is computed with them.
    let none = [Dimension](repeating: 0, count: 4)
    _ = try Window(kernel: kernel, strides: strides, dilations: dilations, pads: none)
    var begin: [Dimension] = []
    var end: [Dimension] = []
    var outputPadding: [Int] = []
    for axis in 0..<2 {
      let (size, stride) = (kernel[axis], strides[axis])
      if let added, !(0..<stride).contains(added[axis]) {
        throw options.refusal("output_padding", "output_padding is \(added) with strides \(strides)")
      }
      // What the output lacks of (input − 1) · stride + kernel.
      let lacking =
        if let added {
          (isSame ? 2 * (size / 2) : 0) - added[axis]
        } else {
          isSame ? size - stride : min(size - stride, 0)
        }
      begin.append(Dimension(max(lacking, 0) / 2))
      end.append(Dimension(max(lacking, 0) - max(lacking, 0) / 2))
      outputPadding.append(max(-lacking, 0))
    }
    let window = try Window(kernel: kernel, strides: strides, dilations: dilations, pads: begin + end)
    let weight = try layer.weight(
      "kernel", shape: kernel + [filters, channels],
      because: "filters \(filters), kernel_size \(kernel) over \(channels) channels", order: [3, 2, 0, 1])
    let operands = [x, weight] + (try layer.bias(filters))
    try layer.finish(
      ConvTranspose(window: window, outputPadding: outputPadding, groups: 1), operands, layer.ownActivation())
  }
}

extension KerasLayerImport {
  /// kernel_size, strides, dilation_rate and padding over a value of four axes.
  func convolutionWindow(_ x: ValueID) throws -> Window {
    try requireChannelsLast()
    let kernel = try options.pair("kernel_size")
    let strides = try options.pair("strides", default: [1])
    return try window(x, kernel: kernel, strides: strides, dilations: options.pair("dilation_rate", default: [1]))
  }

  /// A window with the layer's padding: none, or that which gives ⌈input / stride⌉ outputs, the odd one at the end.
  func window(_ x: ValueID, kernel: [Int], strides: [Int], dilations: [Int] = [1, 1]) throws -> Window {
    let padding = try options.choice("padding", default: "valid", of: ["valid", "same"])
    // Checks the numbers before anything is computed with them.
    let none = try Window(
      kernel: kernel, strides: strides, dilations: dilations, pads: [Dimension](repeating: 0, count: 4))
    guard padding == "same" else { return none }
    let pads = try Window.samePads(
      Array(graphShape(x)[2...]), kernel: kernel, strides: strides, dilations: dilations, upper: true)
    return try Window(kernel: kernel, strides: strides, dilations: dilations, pads: pads)
  }

  /// The bias, if the layer has one.
  func bias(_ count: Int) throws -> [ValueID] {
    guard try options.flag("use_bias", default: true) else { return [] }
    return [try weight("bias", shape: [count], because: "\(count) output channels")]
  }

  func ownActivation() throws -> KerasActivation {
    try options.activation("activation", kerasMajorVersion: kerasMajorVersion)
  }

  /// A kernel kH×kW×C×multiplier as that of a convolution in C groups.
  fileprivate func depthwiseKernel(_ window: Window, channels: Int, multiplier: Int) throws -> ValueID {
    let (outputs, overflow) = channels.multipliedReportingOverflow(by: multiplier)
    guard !overflow else { throw options.refusal("depth_multiplier", "depth_multiplier is \(multiplier)") }
    return try weight(
      "depthwise_kernel", aliases: ["kernel"], shape: window.kernel + [channels, multiplier],
      because: "kernel_size \(window.kernel), depth_multiplier \(multiplier) over \(channels) channels",
      order: [2, 3, 0, 1], form: [outputs, 1] + window.kernel)
  }
}

import FerryModel

/// Puts the layers of a built-in architecture together: keeps each result's channels and size, and states every layer's
/// options as Keras's own configuration has them.
struct NetworkPlan {
  /// What a layer gives: channels, and height and width, nil where they are the caller's choice.
  struct Extent {
    var channels: Int
    var height: Int?
    var width: Int?
  }

  private(set) var layers: [PlannedLayer] = []
  private var extents: [String: Extent] = [:]
  private var numbers: [String: Int] = [:]
  /// The numbers of output channels that a file's shapes say, by layer; where it says nothing, the standard ones hold.
  private let widths: [String: Int]
  /// Of every BatchNormalization.
  let epsilon: Double
  /// Where the layers that are laid now stand, for those that Keras numbers.
  var place: String?

  init(widths: [String: Int] = [:], epsilon: Double = 1e-3) {
    self.widths = widths
    self.epsilon = epsilon
  }

  func extent(of layer: String) -> Extent { extents[layer] ?? Extent(channels: 0) }

  /// How many channels the layer gives: what the file says, else the standard number.
  func width(_ layer: String, standard: Int) -> Int { widths[layer] ?? standard }

  mutating func input(_ name: String, _ extent: Extent) -> String {
    let shape: JSONValue = .array([.null, number(extent.height), number(extent.width), number(extent.channels)])
    return add(
      "InputLayer", name, [], ["batch_input_shape": shape, "sparse": false, "ragged": false], gives: extent)
  }

  mutating func convolution(
    _ name: String?, of input: String, filters: Int, kernel: Int, stride: Int = 1, padding: String = "same",
    hasBias: Bool = false, activation: String = "linear"
  ) -> String {
    let name = name ?? numbered("conv2d")
    let before = extent(of: input)
    let filters = width(name, standard: filters)
    return add(
      "Conv2D", name, [input],
      [
        "filters": number(filters), "kernel_size": pair(kernel), "strides": pair(stride), "padding": .string(padding),
        "data_format": "channels_last", "dilation_rate": pair(1), "groups": 1, "activation": .string(activation),
        "use_bias": .bool(hasBias),
      ],
      arrays: [[kernel, kernel, before.channels, filters]] + (hasBias ? [[filters]] : []),
      gives: moved(before, to: filters, kernel: kernel, stride: stride, padding: padding))
  }

  mutating func depthwise(
    _ name: String, of input: String, kernel: Int, stride: Int = 1, padding: String = "same"
  ) -> String {
    let before = extent(of: input)
    let multiplier = width(name, standard: 1)
    return add(
      "DepthwiseConv2D", name, [input],
      [
        "kernel_size": pair(kernel), "strides": pair(stride), "padding": .string(padding),
        "data_format": "channels_last", "dilation_rate": pair(1), "groups": 1, "activation": "linear",
        "use_bias": false, "depth_multiplier": number(multiplier),
      ],
      arrays: [[kernel, kernel, before.channels, multiplier]],
      gives: moved(
        before, to: Self.product(before.channels, multiplier), kernel: kernel, stride: stride, padding: padding))
  }

  mutating func separable(_ name: String, of input: String, filters: Int) -> String {
    let before = extent(of: input)
    let filters = width(name, standard: filters)
    return add(
      "SeparableConv2D", name, [input],
      [
        "filters": number(filters), "kernel_size": pair(3), "strides": pair(1), "padding": "same",
        "data_format": "channels_last", "dilation_rate": pair(1), "groups": 1, "activation": "linear",
        "use_bias": false, "depth_multiplier": 1,
      ],
      arrays: [[3, 3, before.channels, 1], [1, 1, before.channels, filters]],
      gives: Extent(channels: filters, height: before.height, width: before.width))
  }

  /// - Parameter epsilon: nil for the network's own.
  mutating func batchNormalization(
    _ name: String?, of input: String, axis: Int = 3, epsilon: Double? = nil
  ) -> String {
    let channels = extent(of: input).channels
    return add(
      "BatchNormalization", name ?? numbered("batch_normalization"), [input],
      [
        "axis": .array([number(axis)]), "momentum": 0.99, "epsilon": .number(epsilon ?? self.epsilon), "center": true,
        "scale": true,
      ],
      arrays: [[Int]](repeating: [channels], count: 4), gives: extent(of: input))
  }

  mutating func activation(_ name: String, of input: String, _ function: String) -> String {
    add("Activation", name, [input], ["activation": .string(function)], gives: extent(of: input))
  }

  /// - Parameter maximum: 6 for ReLU6; nil for none.
  mutating func rectifier(_ name: String, of input: String, maximum: Double?) -> String {
    add(
      "ReLU", name, [input],
      ["max_value": maximum.map { .number($0) } ?? .null, "negative_slope": 0.0, "threshold": 0.0],
      gives: extent(of: input))
  }

  /// - Parameter pads: above and below, left and right.
  mutating func zeroPadding(_ name: String, of input: String, _ pads: [[Int]]) -> String {
    var after = extent(of: input)
    after.height = after.height.map { $0 + pads[0][0] + pads[0][1] }
    after.width = after.width.map { $0 + pads[1][0] + pads[1][1] }
    let amounts = JSONValue.array(pads.map { .array($0.map { number($0) }) })
    return add("ZeroPadding2D", name, [input], ["padding": amounts, "data_format": "channels_last"], gives: after)
  }

  mutating func maximumPooling(
    _ name: String, of input: String, size: Int, stride: Int, padding: String
  ) -> String {
    let before = extent(of: input)
    return add(
      "MaxPooling2D", name, [input],
      [
        "pool_size": pair(size), "padding": .string(padding), "strides": pair(stride), "data_format": "channels_last",
      ],
      gives: moved(before, to: before.channels, kernel: size, stride: stride, padding: padding))
  }

  /// - Parameter kind: "avg" or "max".
  mutating func globalPooling(_ name: String?, of input: String, _ kind: String, keepsSize: Bool = false) -> String {
    let className = kind == "max" ? "GlobalMaxPooling2D" : "GlobalAveragePooling2D"
    return add(
      className, name ?? numbered(kind == "max" ? "global_max_pooling2d" : "global_average_pooling2d"), [input],
      ["data_format": "channels_last", "keepdims": .bool(keepsSize)],
      gives: Extent(channels: extent(of: input).channels, height: 1, width: 1))
  }

  mutating func reshape(_ name: String, of input: String, to shape: [Int]) -> String {
    add(
      "Reshape", name, [input], ["target_shape": .array(shape.map { number($0) })],
      gives: Extent(channels: shape.last ?? 0, height: 1, width: 1))
  }

  mutating func dropout(_ name: String, of input: String, rate: Double, wholeBranch: Bool = false) -> String {
    add(
      "Dropout", name, [input],
      ["rate": .number(rate), "noise_shape": wholeBranch ? [.null, 1, 1, 1] : .null, "seed": .null],
      gives: extent(of: input))
  }

  mutating func sum(_ name: String?, of inputs: [String]) -> String {
    add("Add", name ?? numbered("add"), inputs, [:], gives: extent(of: inputs[0]))
  }

  mutating func product(_ name: String, of inputs: [String]) -> String {
    add("Multiply", name, inputs, [:], gives: extent(of: inputs[0]))
  }

  mutating func rescaling(of input: String, by scale: JSONValue) -> String {
    add("Rescaling", numbered("rescaling"), [input], ["scale": scale, "offset": 0.0], gives: extent(of: input))
  }

  mutating func normalization(of input: String) -> String {
    let channels = extent(of: input).channels
    return add(
      "Normalization", numbered("normalization"), [input],
      ["axis": [3], "invert": false, "mean": .null, "variance": .null], arrays: [[channels], [channels]],
      gives: extent(of: input))
  }

  mutating func dense(_ name: String, of input: String, units: Int, hasBias: Bool, activation: String) -> String {
    let before = extent(of: input)
    return add(
      "Dense", name, [input],
      ["units": number(units), "activation": .string(activation), "use_bias": .bool(hasBias)],
      arrays: [[before.channels, units]] + (hasBias ? [[units]] : []), gives: Extent(channels: units))
  }

  private mutating func add(
    _ className: String, _ name: String, _ inputs: [String], _ options: KeyValuePairs<String, JSONValue>,
    arrays: [[Int]] = [], gives extent: Extent
  ) -> String {
    var all = JSONObject()
    if className != "InputLayer" { all.set("trainable", true) }
    all.set("dtype", "float32")
    for (key, value) in options { all.set(key, value) }
    let isNumbered = numbers[String(KerasClassNames.uncounted(name).stem)] != nil
    layers.append(
      PlannedLayer(
        name: name, className: className, options: all, inputs: inputs, isNumbered: isNumbered,
        place: isNumbered ? place : nil, arrays: arrays))
    extents[name] = extent
    return name
  }

  /// The next name that Keras makes up for a class: "conv2d", "conv2d_1" …
  private mutating func numbered(_ stem: String) -> String {
    let number = numbers[stem, default: 0]
    numbers[stem] = number + 1
    return number == 0 ? stem : "\(stem)_\(number)"
  }

  /// What is left of the size; rounding is as for SAME and VALID windows.
  private func moved(_ before: Extent, to channels: Int, kernel: Int, stride: Int, padding: String) -> Extent {
    func length(_ extent: Int?) -> Int? {
      extent.map { padding == "same" ? ($0 + stride - 1) / stride : max(0, $0 - kernel + stride) / stride }
    }
    return Extent(channels: channels, height: length(before.height), width: length(before.width))
  }

  /// Numbers of a file: what overflows fits nothing.
  private static func product(_ first: Int, _ second: Int) -> Int {
    let (product, overflows) = first.multipliedReportingOverflow(by: second)
    return overflows ? .max : product
  }

  private func number(_ value: Int) -> JSONValue { .number(Double(value)) }
  private func number(_ value: Int?) -> JSONValue { value.map { number($0) } ?? .null }
  private func pair(_ value: Int) -> JSONValue { .array([number(value), number(value)]) }
}

import FerryModel

/// Puts the modules of a PyTorch network together and keeps the channels of each result.
package struct ModulePlan {
  private(set) var modules: [PlannedModule] = []
  private var channels: [String: Int]
  /// Output channels by module, as the file's shapes say; where the file lacks a module, its input's number goes on, so
  /// that one missing array is one finding.
  private let widths: [String: Int]
  private let epsilon: Double
  /// Whether windows are padded as TensorFlow's SAME.
  private let padsAsTensorFlow: Bool

  init(inputChannels: Int, widths: [String: Int], epsilon: Double, padsAsTensorFlow: Bool = false) {
    channels = ["": inputChannels]
    self.widths = widths
    self.epsilon = epsilon
    self.padsAsTensorFlow = padsAsTensorFlow
  }

  func channels(of module: String) -> Int { channels[module] ?? 0 }
  func width(of module: String) -> Int? { widths[module] }

  /// - Parameter pads: on each side; nil for half the kernel, or as TensorFlow does where the network is of that kind.
  mutating func convolution(
    _ name: String, of input: String, kernel: Int, stride: Int = 1, pads: Int? = nil, isDepthwise: Bool = false,
    hasBias: Bool = false
  ) -> String {
    let before = channels(of: input)
    let outputs = isDepthwise ? before : widths[name] ?? before
    let isSame = pads == nil && padsAsTensorFlow && kernel > 1
    var arrays = [("weight", [outputs, isDepthwise ? 1 : before, kernel, kernel])]
    if hasBias { arrays.append(("bias", [outputs])) }
    return add(
      name,
      .convolution(
        kernel: kernel, stride: stride, pads: isSame ? nil : pads ?? kernel / 2, isDepthwise: isDepthwise,
        hasBias: hasBias), [input], arrays, gives: outputs)
  }

  mutating func batchNormalization(_ name: String, of input: String, epsilon: Double? = nil) -> String {
    let count = [channels(of: input)]
    return add(
      name, .batchNormalization(epsilon: epsilon ?? self.epsilon), [input],
      [("weight", count), ("bias", count), ("running_mean", count), ("running_var", count)], gives: count[0])
  }

  mutating func activation(_ name: String, of input: String, _ kind: Activation.Kind) -> String {
    add(name, .activation(Activation(kind)), [input], [], gives: channels(of: input))
  }

  mutating func linear(_ name: String, of input: String, outputs: Int, hasBias: Bool) -> String {
    var arrays = [("weight", [outputs, channels(of: input)])]
    if hasBias { arrays.append(("bias", [outputs])) }
    return add(name, .linear(hasBias: hasBias), [input], arrays, gives: outputs)
  }

  /// A module without arrays.
  mutating func plain(_ name: String, _ kind: PlannedModule.Kind, of inputs: String...) -> String {
    add(name, kind, inputs, [], gives: channels(of: inputs[0]))
  }

  /// Convolution, normalization and activation, as pytorchcv's ConvBlock.
  mutating func block(
    _ name: String, of input: String, kernel: Int, stride: Int = 1, pads: Int? = nil, isDepthwise: Bool = false,
    activation kind: Activation.Kind? = .relu
  ) -> String {
    var x = convolution(
      "\(name).conv", of: input, kernel: kernel, stride: stride, pads: pads, isDepthwise: isDepthwise)
    x = batchNormalization("\(name).bn", of: x)
    if let kind { x = activation("\(name).activ", of: x, kind) }
    return x
  }

  private mutating func add(
    _ name: String, _ kind: PlannedModule.Kind, _ inputs: [String], _ arrays: [(String, [Int])], gives count: Int
  ) -> String {
    modules.append(
      PlannedModule(name: name, kind: kind, inputs: inputs, arrays: arrays.map { (leaf: $0.0, shape: $0.1) }))
    channels[name] = count
    return name
  }
}

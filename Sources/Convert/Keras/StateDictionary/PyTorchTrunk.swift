import FerryModel

/// The features of a network of the package pytorchcv.
package protocol PyTorchTrunk: Sendable {
  /// As `--architecture` takes it.
  var name: String { get }
  /// In words, for messages.
  var title: String { get }
  /// Height and width of the pictures where nobody says otherwise.
  var standardSize: Int { get }
  /// The name of the first convolution's array, behind the trunk's own prefix.
  var stem: String { get }
  /// Where the trunk's pooled features come from, behind the prefix.
  var pooling: String { get }
  /// What pytorchcv calls the classifier's only layer, beside the trunk.
  var classifier: String { get }

  /// Settles what the file cannot prove.
  func settle(_ assumptions: Assumptions) throws -> (epsilon: Double, padsAsTensorFlow: Bool)

  /// Lays the modules before the final pooling.
  ///
  /// - Parameter prefix: what all names begin with: "features.".
  /// - Returns: the last module.
  func lay(_ plan: inout ModulePlan, prefix: String) -> String
}

extension PyTorchTrunk {
  package func settle(_ assumptions: Assumptions) throws -> (epsilon: Double, padsAsTensorFlow: Bool) {
    let epsilon = try assumptions.number(
      "epsilon", default: 1e-5, allowed: 0...1,
      because: "a state dictionary does not hold the epsilon of its BatchNorm modules; 1e-05 is PyTorch's own")
    return (epsilon, false)
  }
}

/// pytorchcv's MobileNet.
package struct PyTorchMobileNet: PyTorchTrunk {
  package let name = "pytorchcv/mobilenet"
  package let title = "pytorchcv's MobileNet"
  package let standardSize = 224
  package let stem = "init_block.conv.weight"
  package let pooling = "final_pool"
  package let classifier = "output"
  private let units: [Int]

  /// - Parameter units: how many units each stage has; relatives have other numbers than MobileNet itself.
  package init(units: [Int] = [1, 2, 2, 6, 2]) { self.units = units }

  package func lay(_ plan: inout ModulePlan, prefix: String) -> String {
    var x = plan.block("\(prefix)init_block", of: "", kernel: 3, stride: 2)
    for (stage, count) in units.enumerated() {
      for unit in 0..<count {
        let name = "\(prefix)stage\(stage + 1).unit\(unit + 1)"
        let stride = stage > 0 && unit == 0 ? 2 : 1
        x = plan.block("\(name).dw_conv", of: x, kernel: 3, stride: stride, isDepthwise: true)
        x = plan.block("\(name).pw_conv", of: x, kernel: 1)
      }
    }
    return x
  }
}

/// pytorchcv's Xception.
package struct PyTorchXception: PyTorchTrunk {
  package let name = "pytorchcv/xception"
  package let title = "pytorchcv's Xception"
  package let standardSize = 299
  package let stem = "init_block.conv1.conv.weight"
  package let pooling = "final_block.pool"
  package let classifier = "output"
  private let units: [Int]

  /// - Parameter units: how many units each stage has; relatives have other numbers than Xception itself.
  package init(units: [Int] = [1, 1, 9, 1]) { self.units = units }

  package func lay(_ plan: inout ModulePlan, prefix: String) -> String {
    var x = plan.block("\(prefix)init_block.conv1", of: "", kernel: 3, stride: 2, pads: 0)
    x = plan.block("\(prefix)init_block.conv2", of: x, kernel: 3, pads: 0)
    for (stage, count) in units.enumerated() {
      for unit in 0..<count {
        x = lay(
          unit: "\(prefix)stage\(stage + 1).unit\(unit + 1)", &plan, on: x, reduces: unit == 0,
          isFirst: stage == 0 && unit == 0)
      }
    }
    let final = "\(prefix)final_block"
    x = separable("\(final).conv1", &plan, on: x, activates: false)
    x = separable("\(final).conv2", &plan, on: x, activates: true)
    return plan.activation("\(final).activ", of: x, .relu)
  }

  /// Separable convolutions beside a shortcut, which a convolution brings to their size where it has another.
  private func lay(
    unit name: String, _ plan: inout ModulePlan, on input: String, reduces: Bool, isFirst: Bool
  ) -> String {
    let blocks = reduces ? 2 : 3
    let outputs = plan.width(of: "\(name).body.block\(blocks).conv.pw_conv") ?? plan.channels(of: input)
    var shortcut = input
    if reduces || outputs != plan.channels(of: input) {
      shortcut = plan.block("\(name).identity_conv", of: input, kernel: 1, stride: reduces ? 2 : 1, activation: nil)
    }
    var x = input
    for block in 1...blocks {
      x = separable("\(name).body.block\(block)", &plan, on: x, activates: block > 1 || !isFirst)
    }
    if reduces { x = plan.plain("\(name).body.pool", .maximumPool, of: x) }
    return plan.plain(name, .add, of: x, shortcut)
  }

  private func separable(
    _ name: String, _ plan: inout ModulePlan, on input: String, activates: Bool
  ) -> String {
    var x = activates ? plan.activation("\(name).activ", of: input, .relu) : input
    x = plan.convolution("\(name).conv.dw_conv", of: x, kernel: 3, isDepthwise: true)
    x = plan.convolution("\(name).conv.pw_conv", of: x, kernel: 1)
    return plan.batchNormalization("\(name).bn", of: x)
  }
}

/// pytorchcv's EfficientNet-B1, in both ways of padding: efficientnet_b1 and efficientnet_b1b.
package struct PyTorchEfficientNet: PyTorchTrunk {
  package let name = "pytorchcv/efficientnet-b1"
  package let title = "pytorchcv's EfficientNet-B1"
  package let standardSize = 240
  package let stem = "init_block.conv.conv.weight"
  package let pooling = "final_pool"
  package let classifier = "output.fc"
  /// Of each unit of each stage; the first stage's units expand nothing.
  private let kernels: [[Int]]

  /// - Parameter kernels: of each unit of each stage; relatives have others than EfficientNet-B1 itself.
  package init(
    kernels: [[Int]] = [[3, 3], [3, 3, 3], [5, 5, 5], [3, 3, 3, 3, 5, 5, 5, 5], [5, 5, 5, 5, 5, 3, 3]]
  ) {
    self.kernels = kernels
  }

  package func settle(_ assumptions: Assumptions) throws -> (epsilon: Double, padsAsTensorFlow: Bool) {
    let padding = try assumptions.choose(
      "padding", default: "symmetric", allowed: ["symmetric", "tensorflow"],
      because: "efficientnet_b1 and efficientnet_b1b have the same names and shapes, and differ in padding (alike on both "
        + "sides, or TensorFlow's SAME) and epsilon")
    let isTensorFlow = padding == "tensorflow"
    let epsilon = try assumptions.number(
      "epsilon", default: isTensorFlow ? 1e-3 : 1e-5, allowed: 0...1,
      because: "a state dictionary does not hold the epsilon of its BatchNorm modules; efficientnet_b1 has 1e-05, "
        + "efficientnet_b1b 0.001")
    return (epsilon, isTensorFlow)
  }

  package func lay(_ plan: inout ModulePlan, prefix: String) -> String {
    var x = plan.block("\(prefix)init_block.conv", of: "", kernel: 3, stride: 2, activation: .silu)
    for (stage, kernels) in kernels.enumerated() {
      for (unit, kernel) in kernels.enumerated() {
        let name = "\(prefix)stage\(stage + 1).unit\(unit + 1)"
        x = lay(
          unit: name, &plan, on: x, kernel: kernel, stride: stage > 0 && unit == 0 ? 2 : 1, expands: stage > 0)
      }
    }
    return plan.block("\(prefix)final_block", of: x, kernel: 1, activation: .silu)
  }

  private func lay(
    unit name: String, _ plan: inout ModulePlan, on input: String, kernel: Int, stride: Int, expands: Bool
  ) -> String {
    var x = input
    if expands { x = plan.block("\(name).conv1", of: x, kernel: 1, activation: .silu) }
    let depthwise = expands ? "\(name).conv2" : "\(name).dw_conv"
    x = plan.block(depthwise, of: x, kernel: kernel, stride: stride, isDepthwise: true, activation: .silu)
    var gate = plan.plain("\(name).se.pool", .globalPool(.average), of: x)
    gate = plan.convolution("\(name).se.conv1", of: gate, kernel: 1, hasBias: true)
    gate = plan.activation("\(name).se.activ", of: gate, .silu)
    gate = plan.convolution("\(name).se.conv2", of: gate, kernel: 1, hasBias: true)
    gate = plan.activation("\(name).se.sigmoid", of: gate, .sigmoid)
    x = plan.plain("\(name).se", .multiply, of: x, gate)
    x = plan.block(expands ? "\(name).conv3" : "\(name).pw_conv", of: x, kernel: 1, activation: nil)
    guard stride == 1, plan.channels(of: x) == plan.channels(of: input) else { return x }
    return plan.plain(name, .add, of: x, input)
  }
}

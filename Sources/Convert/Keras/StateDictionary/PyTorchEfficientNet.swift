import FerryModel

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
      because: "efficientnet_b1 and efficientnet_b1b have the same names and shapes, and differ in padding (alike on "
        + "both sides, or TensorFlow's SAME) and epsilon")
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

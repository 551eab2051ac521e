import FerryModel

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

import FerryModel

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

import FerryModel
import FerryTensor

extension ONNXOperator {
  static let conv = ONNXOperator("Conv", inputs: 2...3) { node in
    let weight = try node.shape(1)
    let window = try node.window(kernelFrom: weight, input: node.shape(0))
    let operation = try Conv(window: window, groups: node.int("group", default: 1))
    try node.emit(operation, node.allOperands())
  }

  static let convTranspose = ONNXOperator("ConvTranspose", inputs: 2...3) { node in
    let (window, outputPadding) = try node.transposedWindow(kernelFrom: node.shape(1), input: node.shape(0))
    let operation = try ConvTranspose(
      window: window, outputPadding: outputPadding, groups: node.int("group", default: 1))
    try node.emit(operation, node.allOperands())
  }
}

import FerryModel
import FerryTensor

extension ONNXOperator {
  static let maxPool = ONNXOperator("MaxPool", inputs: 1...1, outputs: 2) { node in
    try node.requireSingleOutput(
      .unsupportedModel, "MaxPool gives the positions of its maxima, which Ferry does not compute")
    // Column-major order concerns the positions alone.
    node.ignore("storage_order")
    let ceilMode = try node.flag("ceil_mode")
    let window = try node.window(kernelFrom: nil, input: node.shape(0))
    try node.emit(Pool(.maximum, window: window, ceilMode: ceilMode), [node.operand(0)])
  }

  static let averagePool = ONNXOperator("AveragePool", inputs: 1...1) { node in
    let includesPadding = try node.flag("count_include_pad")
    let ceilMode = try node.flag("ceil_mode")
    let window = try node.window(kernelFrom: nil, input: node.shape(0))
    try node.emit(
      Pool(includesPadding ? .averageIncludingPadding : .average, window: window, ceilMode: ceilMode),
      [node.operand(0)])
  }

  static let globalAveragePool = ONNXOperator("GlobalAveragePool", inputs: 1...1) { node in
    try node.emit(GlobalPool(.average), [node.operand(0)])
  }

  static let globalMaxPool = ONNXOperator("GlobalMaxPool", inputs: 1...1) { node in
    try node.emit(GlobalPool(.maximum), [node.operand(0)])
  }
}

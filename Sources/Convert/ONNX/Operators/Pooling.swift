import FerryModel
import FerryTensor

extension ONNXOperator {
  static let maxPool = ONNXOperator("MaxPool", inputs: 1...1, outputs: 2) { node in
    let countsColumns = try node.flag("storage_order")
    let ceilMode = try node.flag("ceil_mode")
    let window = try node.window(kernelFrom: nil, input: node.shape(0))
    try node.emit(Pool(.maximum, window: window, ceilMode: ceilMode), [node.operand(0)])
    if node.reads(output: 1) {
      let positions = MaxPoolPositions(window: window, ceilMode: ceilMode, countsColumns: countsColumns)
      try node.emit(positions, [node.operand(0)], output: 1)
    }
  }

  static let averagePool = ONNXOperator("AveragePool", inputs: 1...1) { node in
    let includesPadding = try node.flag("count_include_pad")
    let ceilMode = try node.flag("ceil_mode")
    let window = try node.window(kernelFrom: nil, input: node.shape(0))
    try node.emit(
      Pool(includesPadding ? .averageIncludingPadding : .average, window: window, ceilMode: ceilMode),
      [node.operand(0)])
  }

  static let lpPool = ONNXOperator("LpPool", inputs: 1...1) { node in
    let order = try node.int("p", default: 2)
    let ceilMode = try node.flag("ceil_mode")
    let input = try node.shape(0)
    let window = try node.window(kernelFrom: nil, input: input)
    // A window that hangs over the end is scaled up by PyTorch and ONNX's reference, as if it were whole.
    let pool = try LpPool(order: order, window: window)
    guard try !ceilMode || pool.isSameInCeilMode(input) else {
      throw node.refusal(
        "ceil_mode", "LpPool has ceil_mode = 1 and windows that hang over the end, which runtimes resolve differently",
        supported: "ceil_mode = 0, or sizes that the windows divide evenly")
    }
    try node.emit(pool, [node.operand(0)])
  }

  static let globalLpPool = ONNXOperator("GlobalLpPool", inputs: 1...1) { node in
    try node.emit(GlobalLpPool(order: node.int("p", default: 2)), [node.operand(0)])
  }

  static let globalAveragePool = ONNXOperator("GlobalAveragePool", inputs: 1...1) { node in
    try node.emit(GlobalPool(.average), [node.operand(0)])
  }

  static let globalMaxPool = ONNXOperator("GlobalMaxPool", inputs: 1...1) { node in
    try node.emit(GlobalPool(.maximum), [node.operand(0)])
  }
}

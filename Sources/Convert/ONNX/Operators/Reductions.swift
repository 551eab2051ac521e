import FerryModel
import FerryTensor

extension ONNXOperator {
  static let reduceMean = reduction("ReduceMean", .mean, axesAsInputSince: 18)
  static let reduceSum = reduction("ReduceSum", .sum, axesAsInputSince: 13)
  static let reduceMax = reduction("ReduceMax", .maximum, axesAsInputSince: 18)
  static let reduceMin = reduction("ReduceMin", .minimum, axesAsInputSince: 18)

  private static func reduction(_ type: String, _ kind: Reduce.Kind, axesAsInputSince version: Int) -> ONNXOperator {
    ONNXOperator(type, inputs: 1...2) { node in
      let rank = try node.shape(0).count
      let keepsDimensions = try node.flag("keepdims", default: true)
      let emptyMeansNone = try node.flag("noop_with_empty_axes")
      var axes: [Int] = []
      if node.opset >= version {
        if node.has(1) { axes = try node.fixedIntegers(1, "axes") }
      } else {
        axes = try node.ints("axes") ?? []
      }
      if axes.isEmpty {
        if emptyMeansNone { return try node.alias(node.operand(0)) }
        axes = Array(0..<rank)
      }
      axes = try axes.map { try node.axis($0, rank: rank) }
      try node.emit(Reduce(kind, axes: axes, keepsDimensions: keepsDimensions), [node.operand(0)])
    }
  }
}

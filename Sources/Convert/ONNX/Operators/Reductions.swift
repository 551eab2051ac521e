import FerryModel
import FerryTensor

extension ONNXOperator {
  static let reduceL1 = reduction("ReduceL1", .l1Norm)
  static let reduceL2 = reduction("ReduceL2", .l2Norm)
  static let reduceLogSum = reduction("ReduceLogSum", .logSum)
  static let reduceLogSumExp = reduction("ReduceLogSumExp", .logSumExp)
  static let reduceMax = reduction("ReduceMax", .maximum)
  static let reduceMean = reduction("ReduceMean", .mean)
  static let reduceMin = reduction("ReduceMin", .minimum)
  static let reduceProd = reduction("ReduceProd", .product)
  static let reduceSum = reduction("ReduceSum", .sum, axesAsInputSince: 13)
  static let reduceSumSquare = reduction("ReduceSumSquare", .sumOfSquares)

  private static func reduction(
    _ type: String, _ kind: Reduce.Kind, axesAsInputSince version: Int = 18
  ) -> ONNXOperator {
    ONNXOperator(type, opsets: 6...28, inputs: 1...2) { node in
      let rank = try node.shape(0).count
      let keepsDimensions = try node.flag("keepdims", default: true)
      var axes: [Int] = []
      var emptyMeansNone = false
      if node.opset >= version {
        emptyMeansNone = try node.flag("noop_with_empty_axes")
        if node.has(1) { axes = try node.fixedIntegers(1, "axes") }
      } else {
        axes = try node.ints("axes") ?? []
      }
      if axes.isEmpty {
        if !emptyMeansNone {
          axes = Array(0..<rank)
        } else if kind.isIdentityOfOne {
          return try node.alias(node.operand(0))
        }
      }
      axes = try axes.map { try node.axis($0, rank: rank) }
      guard Set(axes).count == axes.count else {
        throw FerryError(.invalidModel, "\(type) names an axis twice: \(axes)")
      }
      let shape = try node.shape(0)
      guard try node.elementType(0).isFloatingPoint || axes.allSatisfy({ shape[$0] != 0 }) else {
        throw FerryError(.unsupportedModel, "\(type) of no integers", supported: "at least one, or floating point")
      }
      try node.emit(Reduce(kind, axes: axes, keepsDimensions: keepsDimensions), [node.operand(0)])
    }
  }
}

extension Reduce.Kind {
  /// Whether one number reduces to itself. Norms and sums of squares take its magnitude or its square.
  fileprivate var isIdentityOfOne: Bool {
    switch self {
    case .mean, .sum, .maximum, .minimum, .product, .logSumExp: true
    case .l1Norm, .l2Norm, .sumOfSquares, .logSum: false
    }
  }
}

import FerryModel
import FerryTensor

extension ONNXOperator {
  static let argMax = argument("ArgMax", .maximum)
  static let argMin = argument("ArgMin", .minimum)

  private static func argument(_ type: String, _ kind: ArgReduce.Kind) -> ONNXOperator {
    ONNXOperator(type, inputs: 1...1) { node in
      let axis = try node.axis(node.int("axis", default: 0), rank: node.shape(0).count)
      let keepsDimensions = try node.flag("keepdims", default: true)
      let selectsLast = try node.flag("select_last_index")
      try node.emit(
        ArgReduce(kind, axis: axis, keepsDimensions: keepsDimensions, selectsLast: selectsLast), [node.operand(0)])
    }
  }

  /// Elements come best first, also where `sorted` leaves their order open.
  static let topK = ONNXOperator("TopK", inputs: 1...2, outputs: 2) { node in
    let rank = try node.shape(0).count
    let axis = try node.axis(node.int("axis", default: -1), rank: rank)
    let count: Dimension
    if node.opset < 10 {
      guard let stated = try node.optionalInt("k") else { throw FerryError(.invalidModel, "TopK has no k") }
      count = try Dimension(checking: stated)
    } else {
      let stated = try node.integers(1, "k")
      guard stated.elements.count == 1 else {
        throw FerryError(.invalidModel, "the k of TopK has the shape \(stated.shape)")
      }
      count = stated.elements[0]
    }
    let selectsLargest = try node.flag("largest", default: true)
    _ = try node.flag("sorted", default: true)
    try node.emitAll(TopK(count, axis: axis, selectsLargest: selectsLargest), [node.operand(0)])
  }

  static let nonMaxSuppression = ONNXOperator(
    "NonMaxSuppression", opsets: 10...ONNXModel.supportedOpsets.upperBound, inputs: 2...5
  ) { node in
    let usesCenters = try node.flag("center_point_box")
    var boxesPerClass = 0
    if node.has(2) {
      let stated = try node.fixedIntegers(2, "max_output_boxes_per_class")
      guard stated.count == 1 else {
        throw FerryError(.invalidModel, "max_output_boxes_per_class has \(stated.count) elements", supported: "1")
      }
      boxesPerClass = stated[0]
    }
    guard boxesPerClass >= 1 else {
      throw FerryError(
        .unsupportedModel, "NonMaxSuppression keeps \(boxesPerClass) boxes of each class", supported: "at least 1")
    }
    let suppression = try NonMaxSuppression(
      rows: .symbol("rows of \(node.node.outputs.first ?? "")"), boxesPerClass: Swift.min(boxesPerClass, 1 << 24),
      overlapThreshold: node.has(3) ? node.scalar(3, "iou_threshold") : 0,
      scoreThreshold: node.has(4) ? node.scalar(4, "score_threshold") : -.infinity, usesCenters: usesCenters)
    try node.emitAll(suppression, [node.operand(0), node.operand(1)])
  }
}

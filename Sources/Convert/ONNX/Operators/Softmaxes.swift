import FerryModel
import FerryTensor

extension ONNXOperator {
  static let hardmax = alongAxis("Hardmax") { Hardmax(axis: $0) }
  static let logSoftmax = alongAxis("LogSoftmax") { LogSoftmax(axis: $0) }
  static let softmax = alongAxis("Softmax") { Softmax(axis: $0) }

  private static func alongAxis(
    _ type: String, _ make: @escaping @Sendable (_ axis: Int) -> any Operator
  ) -> ONNXOperator {
    ONNXOperator(type, opsets: 6...28, inputs: 1...1) { node in
      let shape = try node.shape(0)
      let axis = try node.axis(node.int("axis", default: node.opset < 13 ? 1 : -1), rank: shape.count)
      if node.opset < 13 && axis != shape.count - 1 {
        // Before opset 13 all axes from the given one on are taken together.
        let matrix = try node.intermediate(Flatten(axis: axis), [node.operand(0)], suffix: "matrix")
        let result = try node.intermediate(make(1), [matrix], suffix: type.lowercased())
        return try node.emit(Reshape(shape: shape), [result])
      }
      try node.emit(make(axis), [node.operand(0)])
    }
  }
}

import FerryModel
import FerryTensor

extension ONNXOperator {
  static let equal = comparison("Equal", .equal)
  static let less = comparison("Less", .less)
  static let lessOrEqual = comparison("LessOrEqual", .lessOrEqual, since: 12)
  static let greater = comparison("Greater", .greater)
  static let greaterOrEqual = comparison("GreaterOrEqual", .greaterOrEqual, since: 12)
  static let and = logic("And", .and)
  static let or = logic("Or", .or)
  static let xor = logic("Xor", .xor)
  static let not = logic("Not", .not)

  static let whereCondition = ONNXOperator(
    "Where", opsets: 9...ONNXModel.supportedOpsets.upperBound, inputs: 3...3
  ) { node in
    try node.emit(Where(), [node.operand(0), node.operand(1), node.operand(2)])
  }

  private static func comparison(_ type: String, _ kind: Compare.Kind, since opset: Int = 7) -> ONNXOperator {
    ONNXOperator(type, opsets: opset...ONNXModel.supportedOpsets.upperBound, inputs: 2...2) { node in
      try node.emit(Compare(kind), [node.operand(0), node.operand(1)])
    }
  }

  private static func logic(_ type: String, _ kind: Logic.Kind) -> ONNXOperator {
    let count = kind == .not ? 1 : 2
    return ONNXOperator(type, inputs: count...count) { node in
      try node.emit(Logic(kind), (0..<count).map { try node.operand($0) })
    }
  }
}

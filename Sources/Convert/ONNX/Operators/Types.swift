import FerryModel
import FerryTensor

extension ONNXOperator {
  static let cast = ONNXOperator("Cast", inputs: 1...1) { node in
    // How a number out of range is brought into the 8-bit floating-point types, which are refused.
    node.ignore("saturate")
    node.ignore("round_mode")
    let code = try node.int("to", default: 0)
    guard let target = ONNXElementType.elementType(Int32(truncatingIfNeeded: code)) else {
      throw node.refusal(
        "to", "a cast to \(ONNXElementType.name(Int32(truncatingIfNeeded: code)))",
        supported: ONNXElementType.supported)
    }
    try node.cast(to: target)
  }

  static let castLike = ONNXOperator("CastLike", opsets: 15...ONNXModel.supportedOpsets.upperBound, inputs: 2...2) {
    node in
    node.ignore("saturate")
    node.ignore("round_mode")
    if case .constant(let constant) = try node.operand(1) { return try node.cast(to: constant.tensor.elementType) }
    try node.cast(to: node.elementType(1))
  }
}

extension ONNXNodeImport {
  fileprivate func cast(to target: ElementType) throws {
    switch (try operand(0), target) {
    case (.constant(let constant), .float32), (.constant(let constant), .float64):
      alias(.constant(constant))
    case (.constant(let constant), .float16):
      let rounded = constant.tensor.floats().map { Float(Float16($0)) }
      let tensor = try Tensor(rounded, shape: constant.tensor.shape.dimensions)
      bind(
        0,
        .constant(
          Constant(
            name: node.outputs.first ?? "", tensor: tensor, sources: constant.sources,
            passes: constant.passes + ["fold-constants"])))
    case (.integers, .float64): try emit(Cast(to: .float32), [operand(0)])
    case (.value, .float16), (.value, .float64), (.integers, .float16):
      throw FerryError(
        .unsupportedType, "a value of the network is cast to \(target.rawValue)",
        supported: "float32, integers, bool", hint: "export the model in float32")
    case (.value(let id), _) where importer.graph[id].elementType == target: alias(.value(id))
    default: try emit(Cast(to: target), [operand(0)])
    }
  }
}

import FerryModel
import FerryTensor

extension ONNXOperator {
  static let constant = ONNXOperator("Constant", inputs: 0...0) { node in
    let name = node.node.outputs.first ?? ""
    let tensor: Tensor
    if let value = node.attribute("value") {
      guard case .tensor(let stored) = value else {
        throw FerryError(.invalidModel, "the value of Constant is not a tensor")
      }
      tensor = stored
    } else if case .float(let number)? = node.attribute("value_float") {
      tensor = try Tensor([number], shape: [])
    } else if case .floats(let numbers)? = node.attribute("value_floats") {
      tensor = try Tensor(numbers, shape: [numbers.count])
    } else if case .int(let number)? = node.attribute("value_int") {
      tensor = try Tensor([Int64(number)], shape: [])
    } else if case .ints(let numbers)? = node.attribute("value_ints") {
      tensor = try Tensor(numbers.map { Int64($0) }, shape: [numbers.count])
    } else {
      throw FerryError(
        .unsupportedAttribute, "Constant has no value that Ferry reads",
        supported: "value, value_float, value_floats, value_int, value_ints")
    }
    node.bind(0, try node.importer.operand(for: tensor, name: name, sources: [name]))
  }

  static let constantOfShape = ONNXOperator("ConstantOfShape", opsets: 9...23, inputs: 1...1) { node in
    let shape = try node.fixedIntegers(0, "sizes")
    let count = try Shape(shape).elementCount
    guard count <= ShapeTensor.sizeLimit else {
      throw FerryError(
        .unsupportedModel, "ConstantOfShape makes \(count) elements", supported: "up to \(ShapeTensor.sizeLimit)")
    }
    var fill = try Tensor([Float(0)], shape: [1])
    if let value = node.attribute("value") {
      guard case .tensor(let stored) = value, stored.shape.elementCount == 1 else {
        throw FerryError(.invalidModel, "the value of ConstantOfShape is not one number")
      }
      fill = stored
    }
    if fill.elementType.isFloatingPoint {
      let name = node.node.outputs.first ?? ""
      let numbers = [Float](repeating: fill.floats()[0], count: count)
      node.bind(0, .constant(Constant(name: name, tensor: try Tensor(numbers, shape: shape), sources: [], passes: [])))
    } else {
      guard let number = fill.integers()?.first else {
        throw FerryError(.unsupportedType, "ConstantOfShape of a large integer")
      }
      let element = try Dimension(checking: number)
      node.bind(0, .integers(ShapeTensor(shape: shape, elements: [Dimension](repeating: element, count: count))))
    }
  }

  /// A change of type: nothing within floating point or within integers, a change of world between them.
  static let cast = ONNXOperator("Cast", inputs: 1...1) { node in
    node.ignore("saturate")
    let code = try node.int("to", default: 0)
    let floating = [1: ElementType.float32, 10: .float16, 11: .float64]
    let integer = [2, 3, 4, 5, 6, 7, 9, 12, 13]
    switch try node.operand(0) {
    case .value(let id):
      guard code == 1 else {
        throw node.refusal("to", "a value of the network is cast to type \(code)", supported: "1 (float32)")
      }
      node.alias(.value(id))
    case .constant(let constant):
      if floating[code] != nil { return node.alias(.constant(constant)) }
      guard integer.contains(code) else { throw node.refusal("to", "Cast to type \(code)", supported: "numbers") }
      let truncated = constant.tensor.doubles().map { Int(exactly: $0.rounded(.towardZero)) }
      guard truncated.count <= ShapeTensor.sizeLimit else {
        throw FerryError(.unsupportedType, "a large tensor is cast to integers")
      }
      let elements = try truncated.map { number in
        guard let number else { throw FerryError(.invalidModel, "Cast of a number that no integer holds") }
        return try Dimension(checking: number)
      }
      node.bind(
        0,
        .integers(ShapeTensor(shape: constant.tensor.shape.dimensions, elements: elements, sources: constant.sources)))
    case .integers(let tensor):
      if integer.contains(code) { return node.alias(.integers(tensor)) }
      guard floating[code] != nil, let numbers = tensor.fixed else {
        throw node.refusal(
          "to", "sizes that depend on the input are cast to type \(code)", supported: "integer types")
      }
      let name = node.node.outputs.first ?? ""
      let doubles = try Tensor(numbers.map { Double($0) }, shape: tensor.shape)
      node.bind(
        0, .constant(Constant(name: name, tensor: doubles, sources: tensor.sources, passes: ["fold-constants"])))
    case .refused: break
    }
  }
}

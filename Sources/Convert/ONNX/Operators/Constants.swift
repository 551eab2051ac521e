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
    try node.importer.spend(count, on: node.node)
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
      guard count <= ShapeTensor.sizeLimit else {
        throw FerryError(
          .unsupportedModel, "ConstantOfShape makes \(count) integers", supported: "up to \(ShapeTensor.sizeLimit)")
      }
      guard let number = fill.integers()?.first else {
        throw FerryError(.unsupportedType, "ConstantOfShape of a large integer")
      }
      let element = try Dimension(checking: number)
        node.bind(
        0,
        .integers(
          ShapeTensor(
            shape: shape, elements: [Dimension](repeating: element, count: count), elementType: fill.elementType)))
    }
  }
}

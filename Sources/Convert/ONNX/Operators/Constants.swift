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

  /// Computed here where the sizes are known; where they depend on the input, one number is repeated when the network
  /// runs.
  static let constantOfShape = ONNXOperator("ConstantOfShape", opsets: 9...28, inputs: 1...1) { node in
    let sizes = try node.integers(0, "sizes")
    guard sizes.shape.count == 1, sizes.elements.allSatisfy({ ($0.value ?? 0) >= 0 }) else {
      throw FerryError(.invalidModel, "ConstantOfShape gets the sizes \(sizes.elements.text)")
    }
    var fill = try Tensor([Float(0)], shape: [1])
    if let value = node.attribute("value") {
      guard case .tensor(let stored) = value, stored.shape.elementCount == 1 else {
        throw FerryError(.invalidModel, "the value of ConstantOfShape is not one number")
      }
      fill = stored
    }
    if fill.elementType.isFloatingPoint {
      let number = try node.number(fill.floats()[0], "value")
      return try node.emit(Expand(shape: sizes.elements), [number])
    }
    guard let number = fill.integers()?.first else {
      throw FerryError(.unsupportedType, "ConstantOfShape of a large integer")
    }
    let one = ShapeTensor(shape: [], elements: [try Dimension(checking: number)], elementType: fill.elementType)
    try node.emit(Expand(shape: sizes.elements), [.integers(one)])
  }

  /// start, start + delta, … below limit, all known.
  static let range = ONNXOperator("Range", opsets: 11...28, inputs: 3...3) { node in
    // Concerns the intermediate precision of half-precision numbers alone.
    if node.opset >= 27 { node.ignore("stash_type") }
    let operands = try node.allOperands()
    guard operands.count == 3, try (0..<3).allSatisfy({ try Dimension.product(node.shape($0)) == 1 }) else {
      throw FerryError(.invalidModel, "Range does not get three numbers", supported: "start, limit, delta")
    }
    func refusal(_ reason: String) -> FerryError {
      FerryError(.unsupportedModel, "Range \(reason)", supported: "start, limit and delta known at conversion")
    }
    if operands.allSatisfy(\.isIntegers) {
      let elementType = try node.elementType(0)
      let numbers = try (0..<3).map { try node.integers($0, "bounds").elements[0] }
      guard let fixed = numbers.fixed else { throw refusal("counts to a number that depends on the input's size") }
      guard fixed[2] != 0 else { throw FerryError(.invalidModel, "Range steps by 0") }
      // Within ±2⁴⁰ each, as all sizes are.
      let span = fixed[2] > 0 ? fixed[1] - fixed[0] : fixed[0] - fixed[1]
      let step = fixed[2].magnitude
      let count = span <= 0 ? 0 : (span - 1) / Int(step) + 1
      guard count <= ShapeTensor.sizeLimit else {
        throw FerryError(
          .unsupportedModel, "Range makes \(count) integers", supported: "up to \(ShapeTensor.sizeLimit)")
      }
      try node.importer.spend(count, on: node.node)
      let elements = try (0..<count).map { try Dimension(checking: fixed[0] + $0 * fixed[2]) }
      return node.bind(0, .integers(ShapeTensor(shape: [count], elements: elements, elementType: elementType)))
    }
    let numbers = operands.compactMap { operand in
      if case .constant(let constant) = operand { constant.tensor.doubles()[0] } else { nil }
    }
    guard numbers.count == 3 else { throw refusal("has bounds that the network computes, or of two types") }
    let count = Swift.max(((numbers[1] - numbers[0]) / numbers[2]).rounded(.up), 0)
    guard numbers.allSatisfy(\.isFinite), count.isFinite else {
      throw FerryError(.invalidModel, "Range from \(numbers[0]) to \(numbers[1]) in steps of \(numbers[2])")
    }
    guard count <= 0x1p28 else {
      throw FerryError(.memoryBudget, "Range makes \(count) elements", supported: "up to 2^28")
    }
    try node.importer.spend(Int(count), on: node.node)
    let elements = (0..<Int(count)).map { Float(numbers[0] + Double($0) * numbers[2]) }
    node.bind(
      0,
      .constant(
        Constant(
          name: node.outputName(0), tensor: try Tensor(elements, shape: [elements.count]), sources: [],
          passes: ["fold-constants"])))
  }
}

import FerryModel
import FerryTensor

extension ONNXImporter {
  /// Applies an operator: what is known is computed at once, sizes stay in the world of shapes, anything else becomes a
  /// node.
  ///
  /// - Returns: one operand for each output of the operator.
  func apply(
    _ operation: any Operator, _ operands: [Operand], node: ONNXNode, outputNames: [String],
    isIntermediate: Bool = false
  ) throws -> [Operand] {
    let sizes = operands.compactMap { if case .integers(let tensor) = $0 { tensor } else { nil } }
    let known = operands.compactMap(KnownNumbers.init)
    guard !operands.isEmpty, sizes.count == operands.count || known.count == operands.count,
      // Where the shape of the result depends on the input, what is known is repeated when the network runs.
      let count = try elementCount(operation.outputShapes(for: operands.map { shape(of: $0) }))
    else {
      return try addNode(
        operation, operands, node: node, outputNames: outputNames, isIntermediate: isIntermediate)
    }
    try spend(count, on: node)
    if sizes.count == operands.count, let result = try operation.applied(toSizes: sizes) { return [.integers(result)] }
    if known.count == operands.count { return try fold(operation, known, node: node, outputNames: outputNames) }
    return try addNode(
      operation, operands, node: node, outputNames: outputNames, isIntermediate: isIntermediate)
  }

  /// The elements of all shapes together; nil if one is symbolic.
  private func elementCount(_ shapes: [[Dimension]]) throws -> Int? {
    var sum = 0
    for shape in shapes {
      guard let fixed = shape.fixed else { return nil }
      let (total, overflows) = sum.addingReportingOverflow(try Shape(fixed).elementCount)
      sum = overflows ? .max : total
    }
    return sum
  }

  /// Computes an operator of constants in double precision.
  private func fold(
    _ operation: any Operator, _ known: [KnownNumbers], node: ONNXNode, outputNames: [String]
  ) throws -> [Operand] {
    let types = try operation.outputTypes(for: known.map(\.elementType))
    let sources = known.flatMap(\.sources)
    let results = try operation.evaluate(known.map { ReferenceArray(shape: $0.shape, elements: $0.numbers()) })
    return try results.enumerated().map { index, result in
      if types[index] == .float32 {
        return .constant(
          Constant(
            name: index < outputNames.count ? outputNames[index] : "", tensor: try Tensor(result), sources: sources,
            passes: known.flatMap(\.passes) + ["fold-constants"]))
      }
      guard result.count <= ShapeTensor.sizeLimit else {
        throw FerryError(
          .unsupportedType, "\(node.operatorType) of constants gives \(result.count) integers",
          supported: "up to \(ShapeTensor.sizeLimit)")
      }
      let elements = try result.elements.map { number in
        guard let whole = Int(exactly: number) else {
          throw FerryError(.invalidModel, "\(node.operatorType) of constants gives \(number) as an integer")
        }
        return try Dimension(checking: whole)
      }
      return .integers(
        ShapeTensor(shape: result.shape, elements: elements, elementType: types[index], sources: sources))
    }
  }
}

/// An operand whose every element is a number already.
private struct KnownNumbers {
  let shape: [Int]
  let elementType: ElementType
  let sources: [String]
  let passes: [String]
  let numbers: () -> [Double]

  init?(_ operand: Operand) {
    switch operand {
    case .constant(let constant):
      shape = constant.tensor.shape.dimensions
      elementType = .float32
      sources = constant.sources
      passes = constant.passes
      numbers = { constant.tensor.doubles() }
    case .integers(let tensor):
      guard let fixed = tensor.fixed else { return nil }
      shape = tensor.shape
      elementType = tensor.elementType
      sources = tensor.sources
      passes = []
      numbers = { fixed.map { Double($0) } }
    case .value, .refused: return nil
    }
  }
}

extension Tensor {
  /// The same numbers in the declared type.
  ///
  /// - Throws: `typeMismatch` if they change.
  func fitting(_ declared: ElementType) throws -> Tensor {
    if elementType == declared || (elementType.isFloatingPoint && declared.isFloatingPoint) { return self }
    if declared.isFloatingPoint { return try Tensor(doubles(), shape: shape.dimensions) }
    guard let whole = try whole(as: declared) else {
      throw FerryError(
        .typeMismatch, "--constant gives \(elementType.rawValue) where the model declares \(declared.rawValue)")
    }
    return whole
  }
}

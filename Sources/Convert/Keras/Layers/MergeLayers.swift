import FerryModel
import FerryTensor

extension KerasLayerType {
  static let add = merge("Add", .add)
  static let multiply = merge("Multiply", .multiply)
  static let maximum = merge("Maximum", .maximum)
  static let minimum = merge("Minimum", .minimum)
  static let subtract = merge("Subtract", .subtract, inputs: 2...2)

  private static let manyInputs = 2...1024

  /// The operands are taken together from the first on.
  private static func merge(
    _ className: String, _ kind: Binary.Kind, inputs: ClosedRange<Int> = manyInputs
  ) -> KerasLayerType {
    KerasLayerType(className, inputs: inputs) { layer in
      let operands = try layer.aligned(layer.inputs)
      let partial = try layer.folded(kind, Array(operands.dropLast()))
      try layer.finish(Binary(kind), [partial, operands[operands.count - 1]])
    }
  }

  /// The sum divided by the number of operands.
  static let average = KerasLayerType("Average", inputs: manyInputs) { layer in
    let sum = try layer.folded(.add, layer.aligned(layer.inputs))
    let count = try layer.constant([Float(layer.inputs.count)], shape: [], "count")
    try layer.finish(Binary(.divide), [sum, count])
  }

  static let concatenate = KerasLayerType("Concatenate", inputs: 1...1024) { layer in
    let axis = try layer.options.optionalInteger("axis") ?? -1
    let rank = layer.graphShape(layer.inputs[0]).count
    if let other = layer.inputs.first(where: { layer.graphShape($0).count != rank }) {
      throw FerryError(
        .invalidModel,
        "Concatenate of the shapes \(layer.shape(layer.inputs[0]).text) and \(layer.shape(other).text)",
        supported: "one number of dimensions")
    }
    let held = try layer.axis(axis, of: layer.inputs[0])
    guard layer.inputs.count > 1 else { return layer.finish(identity: layer.inputs[0]) }
    try layer.finish(Concat(axis: held), layer.inputs)
  }
}

extension KerasLayerImport {
  /// The operands with one number of axes. Keras puts axes of extent 1 behind the batch of those that have fewer.
  fileprivate func aligned(_ operands: [ValueID]) throws -> [ValueID] {
    let rank = operands.map { graphShape($0).count }.max() ?? 0
    return try operands.enumerated().map { index, operand in
      let shape = shape(operand)
      guard shape.count < rank else { return operand }
      guard let batch = shape.first, shape.count == 2 || rank != 4 else {
        throw FerryError(
          .unsupportedModel,
          "\(className) of the shapes \(operands.map { self.shape($0).text }.joined(separator: ", "))",
          supported: "one number of dimensions, or 2 beside others")
      }
      let filled = [batch] + [Dimension](repeating: 1, count: rank - shape.count) + shape.dropFirst()
      return try step(Reshape(shape: KerasAxes.held(filled)), [operand], "operand-\(index)")
    }
  }

  fileprivate func folded(_ kind: Binary.Kind, _ operands: [ValueID]) throws -> ValueID {
    var value = operands[0]
    for (index, operand) in operands.dropFirst().enumerated() {
      value = try step(Binary(kind), [value, operand], "partial-\(index)")
    }
    return value
  }
}

import FerryModel
import FerryTensor

/// What a name of an ONNX file stands for while the file is imported.
enum Operand {
  /// A value that the graph computes or is given.
  case value(ValueID)
  /// Floating-point numbers that are known.
  case constant(Constant)
  /// Integers that are known or follow from the input's shape.
  case integers(ShapeTensor)
  /// Its producer was refused; what reads it is passed over, so that one cause is reported once.
  case refused
}

/// A floating-point tensor that no node of the graph reads yet.
struct Constant {
  let name: String
  let tensor: Tensor
  /// The source's tensors that went into it.
  let sources: [String]
  /// What changed it; empty for a tensor of the source.
  let passes: [String]
}

/// Integers or booleans in the world of shapes: each element a number or an expression over the input's symbols.
struct ShapeTensor {
  let shape: [Int]
  let elements: [Dimension]
  /// The source's tensors that went into it.
  var sources: [String] = []

  init(shape: [Int], elements: [Dimension], sources: [String] = []) {
    precondition(elements.count == shape.reduce(1, *))
    self.shape = shape
    self.elements = elements
    self.sources = sources
  }

  /// The elements as numbers; nil if one is symbolic.
  var fixed: [Int]? { elements.fixed }

  /// Shape arithmetic is about shapes: anything larger than this is data.
  static let sizeLimit = 1 << 16

  /// The result of an operator that only moves elements, as the operator's own loops move their positions.
  static func moved(by operation: any Operator, _ inputs: [ShapeTensor]) throws -> ShapeTensor {
    var pool: [Dimension] = []
    var arrays: [ReferenceArray<Double>] = []
    for input in inputs {
      arrays.append(
        ReferenceArray(shape: input.shape, elements: input.elements.indices.map { Double(pool.count + $0) }))
      pool += input.elements
    }
    let moved = try operation.evaluateChecked(arrays)
    return ShapeTensor(
      shape: moved.shape, elements: moved.elements.map { pool[Int($0)] }, sources: inputs.flatMap(\.sources))
  }

  /// Element-wise arithmetic with broadcasting.
  static func combined(
    _ kind: Binary.Kind, _ a: ShapeTensor, _ b: ShapeTensor
  ) throws -> ShapeTensor {
    let positions = { (tensor: ShapeTensor) in
      ReferenceArray<Double>(shape: tensor.shape, elements: tensor.elements.indices.map { Double($0) })
    }
    let zeros = { (tensor: ShapeTensor) in ReferenceArray<Double>(zeros: tensor.shape) }
    let left = try Binary(.add).evaluateChecked([positions(a), zeros(b)])
    let right = try Binary(.add).evaluateChecked([zeros(a), positions(b)])
    let elements = try zip(left.elements, right.elements).map { i, j in
      try combine(kind, a.elements[Int(i)], b.elements[Int(j)])
    }
    return ShapeTensor(shape: left.shape, elements: elements, sources: a.sources + b.sources)
  }

  private static func combine(_ kind: Binary.Kind, _ a: Dimension, _ b: Dimension) throws -> Dimension {
    switch kind {
    case .add: return try a + b
    case .subtract: return try a - b
    case .multiply: return try a * b
    case .maximum: return try .maximum(a, b)
    case .minimum: return try .minimum(a, b)
    case .divide:
      guard let divisor = b.value, divisor != 0 else {
        throw FerryError(.unsupportedModel, "a size is divided by \(b)", supported: "division by a number other than 0")
      }
      // ONNX divides integers towards zero, which rounding down matches for sizes: they are not negative.
      if let dividend = a.value { return try Dimension(checking: dividend / divisor) }
      if divisor < 0 { return try (a * -1).dividedRoundingDown(by: -divisor) }
      return try a.dividedRoundingDown(by: divisor)
    case .power:
      throw FerryError(.unsupportedModel, "a size is raised to a power", supported: "+ − × ÷ min max")
    }
  }
}

extension Operator {
  /// Evaluates after checking the shapes, for inputs that come from a file.
  func evaluateChecked(_ inputs: [ReferenceArray<Double>]) throws -> ReferenceArray<Double> {
    let shapes = try outputShapes(for: inputs.map { $0.shape.map { Dimension($0) } })
    guard let shape = shapes.first?.fixed, shapes.count == 1 else {
      throw FerryError(.unsupportedModel, "\(Self.name) of constants depends on the input's size")
    }
    guard try Shape(shape).elementCount <= 1 << 28 else {
      throw FerryError(
        .unsupportedModel, "a constant of shape \(try Shape(shape)) is too large to be computed at conversion")
    }
    return try evaluate(inputs)[0]
  }
}

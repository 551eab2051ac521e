import FerryModel
import FerryTensor

/// Integers or booleans in the world of shapes: each element a number or an expression over the input's symbols.
struct ShapeTensor {
  let shape: [Int]
  let elements: [Dimension]
  /// An integer type or `bool`.
  let elementType: ElementType
  /// The source's tensors that went into it.
  var sources: [String] = []

  init(shape: [Int], elements: [Dimension], elementType: ElementType = .int64, sources: [String] = []) {
    precondition(elements.count == shape.reduce(1, *))
    self.shape = shape
    self.elements = elements
    self.elementType = elementType
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
      shape: moved.shape, elements: moved.elements.map { pool[Int($0)] }, elementType: inputs[0].elementType,
      sources: inputs.flatMap(\.sources))
  }

  /// Element-wise arithmetic with broadcasting.
  static func combined(
    _ kind: Binary.Kind, _ a: ShapeTensor, _ b: ShapeTensor
  ) throws -> ShapeTensor {
    guard a.elementType == b.elementType, a.elementType != .bool else {
      throw FerryError(
        .unsupportedType, "\(kind.rawValue) of \(a.elementType.rawValue) and \(b.elementType.rawValue)",
        supported: "two of one integer type")
    }
    let positions = { (tensor: ShapeTensor) in
      ReferenceArray<Double>(shape: tensor.shape, elements: tensor.elements.indices.map { Double($0) })
    }
    let zeros = { (tensor: ShapeTensor) in ReferenceArray<Double>(zeros: tensor.shape) }
    let left = try Binary(.add).evaluateChecked([positions(a), zeros(b)])
    let right = try Binary(.add).evaluateChecked([zeros(a), positions(b)])
    let elements = try zip(left.elements, right.elements).map { i, j in
      try Dimension.combined(kind, a.elements[Int(i)], b.elements[Int(j)])
    }
    return ShapeTensor(
      shape: left.shape, elements: elements, elementType: a.elementType, sources: a.sources + b.sources)
  }

  /// Which sizes stand in a relation, where that does not depend on the input; nil if it does.
  static func compared(_ compare: Compare, _ a: ShapeTensor, _ b: ShapeTensor) throws -> ShapeTensor? {
    let pairs = try broadcast([a, b])
    var elements: [Dimension] = []
    for pair in pairs.elements {
      // Sizes of inputs are at least 1, so that a sum of them is never what exporters ask about: 0 or -1.
      if let difference = try (pair[0] - pair[1]).value {
        elements.append(compare(Double(difference), 0) ? 1 : 0)
      } else if compare.kind == .equal, pair[0].isPositive && (pair[1].value ?? 1) <= 0
        || pair[1].isPositive && (pair[0].value ?? 1) <= 0
      {
        elements.append(0)
      } else {
        return nil
      }
    }
    return ShapeTensor(shape: pairs.shape, elements: elements, elementType: .bool, sources: a.sources + b.sources)
  }

  static func selected(_ condition: [Int], of tensors: [ShapeTensor]) throws -> ShapeTensor {
    _ = try Where().outputTypes(for: tensors.map(\.elementType))
    let triples = try broadcast(tensors)
    return ShapeTensor(
      shape: triples.shape, elements: triples.elements.map { $0[0] == 0 ? $0[2] : $0[1] },
      elementType: tensors[1].elementType, sources: tensors.flatMap(\.sources))
  }

  /// For each element of the common shape, the elements of all tensors.
  private static func broadcast(_ tensors: [ShapeTensor]) throws -> (shape: [Int], elements: [[Dimension]]) {
    let shape = try tensors.dropFirst().reduce(tensors[0].shape) { shape, tensor in
      let sum = try Binary(.add).evaluateChecked([
        ReferenceArray(zeros: shape), ReferenceArray(zeros: tensor.shape),
      ])
      return sum.shape
    }
    let columns = try tensors.map { tensor in
      let positions = ReferenceArray<Double>(
        shape: tensor.shape, elements: tensor.elements.indices.map { Double($0) })
      return try Binary(.add).evaluateChecked([positions, ReferenceArray(zeros: shape)]).elements.map {
        tensor.elements[Int($0)]
      }
    }
    return (shape, (columns.first ?? []).indices.map { position in columns.map { $0[position] } })
  }
}

extension Operator {
  /// The result for operands that are all sizes; nil if the operator has no meaning for symbols.
  ///
  /// - Throws: `unsupportedType`, `unsupportedModel`, `invalidModel`.
  func applied(toSizes sizes: [ShapeTensor]) throws -> ShapeTensor? {
    if let binary = self as? Binary { return try .combined(binary.kind, sizes[0], sizes[1]) }
    if let unary = self as? Unary { return try sizes[0].applying(unary.kind) }
    if let reduce = self as? Reduce { return try sizes[0].reduced(by: reduce) }
    if self is Concat || self is Reshape || self is Slice || self is Transpose || self is Flatten || self is Expand
      || self is Tile
    {
      _ = try outputTypes(for: sizes.map(\.elementType))
      return try .moved(by: self, sizes)
    }
    // What is known wholly is computed as any constant is.
    guard sizes.contains(where: { $0.fixed == nil }) else { return nil }
    if let cast = self as? Cast, cast.elementType == .int64 || cast.elementType == .int32 {
      return ShapeTensor(
        shape: sizes[0].shape, elements: sizes[0].elements, elementType: cast.elementType, sources: sizes[0].sources)
    }
    if let compare = self as? Compare {
      return try .compared(compare, sizes[0], sizes[1])
    }
    if self is Where, let condition = sizes[0].fixed {
      return try .selected(condition, of: sizes)
    }
    return nil
  }

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

extension Dimension {
  /// Whether every input gives a positive number: a sum of sizes.
  fileprivate var isPositive: Bool {
    constant >= 0 && !terms.isEmpty
      && terms.allSatisfy { term in
        if case .symbol = term.atom { term.coefficient > 0 } else { false }
      }
  }
}

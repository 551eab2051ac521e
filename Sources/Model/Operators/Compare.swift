import FerryTensor

/// Whether x₁ stands in a relation to x₂, element by element, after both have been broadcast to a common shape.
public struct Compare: Operator {
  public static let name = "Compare"

  public enum Kind: String, Sendable, CaseIterable { case equal, less, lessOrEqual, greater, greaterOrEqual }
  public let kind: Kind

  public init(_ kind: Kind) { self.kind = kind }

  public init(attributes: inout AttributeReader) throws {
    kind = try attributes.choice("kind")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("kind", .text(kind.rawValue))] }
  public var inputCount: ClosedRange<Int> { 2...2 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    [try Binary.broadcast(inputs[0], inputs[1])]
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    _ = try sharedType(of: inputs)
    return [.bool]
  }

  /// Comparisons with NaN are false.
  package func callAsFunction(_ x: Double, _ y: Double) -> Bool {
    switch kind {
    case .equal: x == y
    case .less: x < y
    case .lessOrEqual: x <= y
    case .greater: x > y
    case .greaterOrEqual: x >= y
    }
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    [try combined(inputs, shape: outputShape(of: inputs)) { self($0[0], $0[1]) ? 1 : 0 }]
  }
}

/// A function of truth values, element by element, after they have been broadcast to a common shape.
public struct Logic: Operator {
  public static let name = "Logic"

  public enum Kind: String, Sendable, CaseIterable { case and, or, xor, not }
  public let kind: Kind

  public init(_ kind: Kind) { self.kind = kind }

  public init(attributes: inout AttributeReader) throws {
    kind = try attributes.choice("kind")
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("kind", .text(kind.rawValue))] }
  public var inputCount: ClosedRange<Int> { kind == .not ? 1...1 : 2...2 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    [kind == .not ? inputs[0] : try Binary.broadcast(inputs[0], inputs[1])]
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    guard inputs.allSatisfy({ $0 == .bool }) else {
      throw FerryError(
        .unsupportedType, "\(kind.rawValue) of \(inputs.map(\.rawValue).joined(separator: " and ")) values",
        supported: "bool")
    }
    return [.bool]
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let kind = kind
    return [
      try combined(inputs, shape: outputShape(of: inputs)) { values in
        let a = values[0] != 0
        switch kind {
        case .and: return a && values[1] != 0 ? 1 : 0
        case .or: return a || values[1] != 0 ? 1 : 0
        case .xor: return a != (values[1] != 0) ? 1 : 0
        case .not: return a ? 0 : 1
        }
      }
    ]
  }
}

/// condition ? x : y, element by element, after all three have been broadcast to a common shape.
///
/// Inputs: condition (`bool`), x and y of one type.
public struct Where: Operator {
  public static let name = "Where"

  public init() {}
  public init(attributes: inout AttributeReader) throws { try attributes.finish() }

  public var attributes: [Attribute] { [] }
  public var inputCount: ClosedRange<Int> { 3...3 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    [try Binary.broadcast(Binary.broadcast(inputs[0], inputs[1]), inputs[2])]
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    guard inputs.first == .bool else {
      throw FerryError(
        .unsupportedType, "the condition of Where holds \(inputs.first?.rawValue ?? "nothing")", supported: "bool")
    }
    return try sharedType(of: Array(inputs.dropFirst()))
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    [try combined(inputs, shape: outputShape(of: inputs)) { $0[0] != 0 ? $0[1] : $0[2] }]
  }
}

extension Operator {
  /// A function of one element of each input, the inputs read as if they had `shape`.
  func combined<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], shape: [Int], _ function: ([Double]) -> Double
  ) throws -> ReferenceArray<Scalar> {
    var columns: [[Double]] = []
    for input in inputs {
      var column = [Double](repeating: 0, count: shape.reduce(1, *))
      forEachOffset(shape: shape, strides: input.broadcastStrides(to: shape)) { position, offset in
        column[position] = input.elements[offset].asDouble
      }
      columns.append(column)
    }
    var result = ReferenceArray<Scalar>(zeros: shape)
    for position in result.elements.indices {
      result.elements[position] = Scalar(function(columns.map { $0[position] }))
    }
    return result
  }
}

import FerryModel
import FerryTensor

extension ShapeTensor {
  /// Each element under a function that gives whole numbers; nil for any other function.
  func applying(_ kind: Unary.Kind) throws -> ShapeTensor? {
    let transform: (Dimension) throws -> Dimension
    switch kind {
    case .negate: transform = { try $0 * -1 }
    case .absolute: transform = { try .maximum($0, $0 * -1) }
    case .sign: transform = { try .maximum(.minimum($0, 1), -1) }
    default: return nil
    }
    guard elementType != .bool else { return nil }
    return ShapeTensor(shape: shape, elements: try elements.map(transform), elementType: elementType, sources: sources)
  }

  /// The sum, product or extreme of all elements, as exporters count the elements of a shape; nil for anything else.
  func reduced(by reduce: Reduce) throws -> ShapeTensor? {
    let kinds: [Reduce.Kind: Binary.Kind] = [
      .sum: .add, .product: .multiply, .maximum: .maximum, .minimum: .minimum,
    ]
    guard let kind = kinds[reduce.kind], reduce.axes == Array(shape.indices), let first = elements.first,
      elementType != .bool
    else { return nil }
    let result = try elements.dropFirst().reduce(first) { try Dimension.combined(kind, $0, $1) }
    let kept = reduce.keepsDimensions ? [Int](repeating: 1, count: shape.count) : []
    return ShapeTensor(shape: kept, elements: [result], elementType: elementType, sources: sources)
  }
}

extension Dimension {
  /// The quotient rounded towards zero, as ONNX divides integers, for a divisor above 0.
  private static func truncated(_ a: Dimension, by divisor: Int) throws -> Dimension {
    if let bound = a.lowerBound, bound >= 0 { return try a.dividedRoundingDown(by: divisor) }
    let negated = try a * -1
    if let bound = negated.lowerBound, bound >= 0 { return try negated.dividedRoundingDown(by: divisor) * -1 }
    // One of the two is 0, whichever sign the input gives.
    let above = try Dimension.maximum(a.dividedRoundingDown(by: divisor), 0)
    return try above - Dimension.maximum(negated.dividedRoundingDown(by: divisor), 0)
  }

  /// Two sizes under an arithmetic operation.
  static func combined(_ kind: Binary.Kind, _ a: Dimension, _ b: Dimension) throws -> Dimension {
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
      if let dividend = a.value { return try Dimension(checking: dividend / divisor) }
      return try divisor < 0 ? truncated(a * -1, by: -divisor) : truncated(a, by: divisor)
    case .modulo:
      guard let divisor = b.value, divisor > 0 else {
        throw FerryError(.unsupportedModel, "a size is taken modulo \(b)", supported: "a positive number")
      }
      return try a - a.dividedRoundingDown(by: divisor) * b
    case .remainder:
      guard let a = a.value, let b = b.value, b != 0 else {
        throw FerryError(
          .unsupportedModel, "the remainder of \(a) by \(b) is taken", supported: "two numbers, the second not 0")
      }
      return try Dimension(checking: a % b)
    case .power:
      guard let base = a.value, let exponent = b.value, (0...64).contains(exponent) else {
        throw FerryError(
          .unsupportedModel, "a size \(a) is raised to the power of \(b)",
          supported: "a number to the power of 0 to 64; + − × ÷ min max")
      }
      return try (0..<exponent).reduce(Dimension(1)) { power, _ in try power * Dimension(base) }
    }
  }
}

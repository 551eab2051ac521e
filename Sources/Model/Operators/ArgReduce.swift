import FerryTensor

/// Where along an axis the largest or smallest element stands: the first such place, or the last. NaN counts as both.
public struct ArgReduce: Operator {
  public static let name = "ArgReduce"

  public enum Kind: String, Sendable, CaseIterable { case maximum, minimum }
  public let kind: Kind
  public let axis: Int
  /// The axis stays with extent 1.
  public let keepsDimensions: Bool
  /// Of equal elements the last one counts.
  public let selectsLast: Bool

  public init(_ kind: Kind, axis: Int, keepsDimensions: Bool, selectsLast: Bool = false) {
    self.kind = kind
    self.axis = axis
    self.keepsDimensions = keepsDimensions
    self.selectsLast = selectsLast
  }

  public init(attributes: inout AttributeReader) throws {
    self.init(
      try attributes.choice("kind"), axis: try attributes.integer("axis"),
      keepsDimensions: try attributes.flag("keepsDimensions"), selectsLast: try attributes.flag("selectsLast"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("kind", .text(kind.rawValue)), Attribute("axis", .integer(axis)),
      Attribute("keepsDimensions", .flag(keepsDimensions)), Attribute("selectsLast", .flag(selectsLast)),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    var shape = inputs[0]
    guard shape.indices.contains(axis) else { throw invalid("axis \(axis) does not exist in the shape \(shape.text)") }
    try requireCountable(shape[axis], Self.name)
    if keepsDimensions { shape[axis] = 1 } else { shape.remove(at: axis) }
    return [shape]
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { [.int64] }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let extent = x.shape[axis]
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    var y = ReferenceArray<Scalar>(zeros: try outputShape(of: inputs))
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for column in 0..<inner {
        func element(_ place: Int) -> Double { x.elements[(outer * extent + place) * inner + column].asDouble }
        var best = 0
        for place in 0..<extent where place > 0 {
          let (value, champion) = (element(place), element(best))
          let isBetter = kind == .maximum ? value > champion : value < champion
          if (value.isNaN && !champion.isNaN) || isBetter || (selectsLast && value == champion) { best = place }
        }
        y.elements[outer * inner + column] = Scalar(Double(best))
      }
    }
    return [y]
  }
}

/// Checks that places along an extent can be told in the integers that a run holds.
func requireCountable(_ extent: Dimension, _ operatorName: String) throws {
  if let count = extent.value, count > 1 << 24 {
    throw invalid("\(operatorName) counts \(count) elements", supported: "up to 2^24")
  }
}

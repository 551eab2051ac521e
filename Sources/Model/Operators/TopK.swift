import FerryTensor

/// The k largest or smallest elements along an axis, best first, and their places. Of equal elements the first counts
/// as better; NaN counts as larger than everything.
///
/// Outputs: the elements, their places along the axis (`int64`).
public struct TopK: Operator {
  public static let name = "TopK"
  public let elementCount: Dimension
  public let axis: Int
  public let selectsLargest: Bool

  public init(_ count: Dimension, axis: Int, selectsLargest: Bool = true) {
    elementCount = count
    self.axis = axis
    self.selectsLargest = selectsLargest
  }

  public init(attributes: inout AttributeReader) throws {
    self.init(
      try attributes.dimensions("k", count: 1)[0], axis: try attributes.integer("axis"),
      selectsLargest: try attributes.flag("selectsLargest"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("k", .dimensions([elementCount])), Attribute("axis", .integer(axis)),
      Attribute("selectsLargest", .flag(selectsLargest)),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    var shape = inputs[0]
    guard shape.indices.contains(axis) else { throw invalid("axis \(axis) does not exist in the shape \(shape.text)") }
    try requireCountable(shape[axis], Self.name)
    if let count = elementCount.value, count < 1 || count > shape[axis].value ?? .max {
      throw invalid("TopK of \(count) along axis \(axis) of \(shape.text)", supported: "1 to \(shape[axis])")
    }
    shape[axis] = elementCount
    return [shape, shape]
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { inputs + [.int64] }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    let (extent, count) = (x.shape[axis], shape[axis])
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    var values = ReferenceArray<Scalar>(zeros: shape)
    var places = values
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for column in 0..<inner {
        let row = (0..<extent).map { x.elements[(outer * extent + $0) * inner + column].asDouble }
        let order = row.indices.sorted { first, second in
          let (a, b) = selectsLargest ? (row[first], row[second]) : (row[second], row[first])
          if a.isNaN != b.isNaN { return a.isNaN }
          return a == b || a.isNaN ? first < second : a > b
        }
        for (rank, place) in order.prefix(count).enumerated() {
          let target = (outer * count + rank) * inner + column
          values.elements[target] = x.elements[(outer * extent + place) * inner + column]
          places.elements[target] = Scalar(Double(place))
        }
      }
    }
    return [values, places]
  }
}

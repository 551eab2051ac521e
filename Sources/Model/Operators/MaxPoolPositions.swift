import FerryTensor

/// Where the maximum of each window stands in the whole input: the first of equal ones, NaN above all.
///
/// One place for each element of the pool's output (`int64`), counted row by row over all axes, or column by column
/// within a plane.
public struct MaxPoolPositions: Operator {
  public static let name = "MaxPoolPositions"
  public let window: Window
  public let ceilMode: Bool
  /// Within a plane the first spatial axis counts fastest.
  public let countsColumns: Bool

  public init(window: Window, ceilMode: Bool = false, countsColumns: Bool = false) {
    self.window = window
    self.ceilMode = ceilMode
    self.countsColumns = countsColumns
  }

  public init(attributes: inout AttributeReader) throws {
    self.init(
      window: try Window(attributes: &attributes), ceilMode: try attributes.flag("ceilMode"),
      countsColumns: try attributes.flag("countsColumns"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    window.attributes + [Attribute("ceilMode", .flag(ceilMode)), Attribute("countsColumns", .flag(countsColumns))]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    if let extents = inputs[0].fixed { try requireCountable(Dimension(Shape(extents).elementCount), Self.name) }
    // The pool's own rules about padding hold here as well.
    return try Pool(.maximum, window: window, ceilMode: ceilMode).outputShapes(for: inputs)
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    _ = try floatTypes(for: inputs)
    return [.int64]
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    let spatial = Array(x.shape[2...])
    let plane = spatial.reduce(1, *)
    var elements: [Scalar] = []
    elements.reserveCapacity(shape.reduce(1, *))
    try VolumeWindow(window).forEachWindow(input: x.shape, output: shape) { seen in
      var place: Int?
      seen.forEachPixel { pixel in
        guard let best = place else { return place = pixel }
        let (value, champion) = (x.elements[pixel].asDouble, x.elements[best].asDouble)
        if value > champion || (value.isNaN && !champion.isNaN) { place = pixel }
      }
      let found = place ?? 0
      elements.append(Scalar(Double(countsColumns ? Self.byColumns(found, spatial, plane) : found)))
    }
    return [ReferenceArray(shape: shape, elements: elements)]
  }

  private static func byColumns(_ place: Int, _ spatial: [Int], _ plane: Int) -> Int {
    var rest = place % plane
    var index = [Int](repeating: 0, count: spatial.count)
    for axis in spatial.indices.reversed() {
      index[axis] = rest % spatial[axis]
      rest /= spatial[axis]
    }
    let within = spatial.indices.reversed().reduce(0) { $0 * spatial[$1] + index[$1] }
    return place / plane * plane + within
  }
}

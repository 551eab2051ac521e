import FerryTensor

/// A part of each axis: `counts[i]` elements from `starts[i]` on in steps of `steps[i]`, which may be negative.
public struct Slice: Operator {
  public static let name = "Slice"
  /// One each axis.
  public let starts: [Dimension]
  public let counts: [Dimension]
  public let steps: [Int]

  public init(starts: [Dimension], counts: [Dimension], steps: [Int]) {
    self.starts = starts
    self.counts = counts
    self.steps = steps
  }

  public init(attributes: inout AttributeReader) throws {
    starts = try attributes.dimensions("starts")
    counts = try attributes.dimensions("counts")
    steps = try attributes.integers("steps")
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("starts", .dimensions(starts)), Attribute("counts", .dimensions(counts)),
      Attribute("steps", .integers(steps)),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try sharedType(of: inputs) }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let shape = inputs[0]
    guard starts.count == shape.count, counts.count == shape.count, steps.count == shape.count else {
      throw invalid("a slice of \(starts.count) axes is taken from the shape \(shape.text)")
    }
    for axis in shape.indices {
      guard let extent = shape[axis].value, let start = starts[axis].value, let count = counts[axis].value else {
        continue
      }
      guard steps[axis].magnitude <= 1 << 31, (0...(1 << 31)).contains(count) else {
        throw invalid("a slice of \(count) elements in steps of \(steps[axis])")
      }
      let last = start + (count - 1) * steps[axis]
      guard count == 0 || ((0..<extent).contains(start) && (0..<extent).contains(last)) else {
        throw invalid("a slice from \(start) to \(last) leaves axis \(axis) of the shape \(shape.text)")
      }
    }
    return [counts]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    guard let starts = starts.fixed else { throw FerryError(.internalDefect, "Slice is evaluated with symbols") }
    let strides = x.strides
    let base = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
    var y = ReferenceArray<Scalar>(zeros: shape)
    forEachOffset(shape: shape, strides: zip(strides, steps).map { $0 * $1 }) { position, offset in
      y.elements[position] = x.elements[base + offset]
    }
    return [y]
  }
}

import FerryTensor

/// y = x < 0 ? slope · x : x, with a trained slope, usually one a channel. NaN gives NaN.
///
/// Inputs: x of any shape, and slope, which is broadcast to the shape of x.
public struct PRelu: Operator {
  public static let name = "PRelu"

  public init() {}

  public init(attributes: inout AttributeReader) throws { try attributes.finish() }

  public var attributes: [Attribute] { [] }
  public var inputCount: ClosedRange<Int> { 2...2 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let (x, slope) = (inputs[0], inputs[1])
    // An extent that is a symbol is settled when the graph is bound.
    let fits = zip(x.suffix(slope.count), slope).allSatisfy { extent, count in
      count == 1 || count == extent || count.value == nil || extent.value == nil
    }
    guard slope.count <= x.count, fits else {
      throw invalid("a slope of shape \(slope.text) cannot be broadcast to \(x.text)")
    }
    return [x]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    var y = inputs[0]
    let slope = inputs[1]
    forEachOffset(shape: y.shape, strides: slope.broadcastStrides(to: y.shape)) { position, offset in
      let x = y.elements[position].asDouble
      if x < 0 { y.elements[position] = Scalar(slope.elements[offset].asDouble * x) }
    }
    return [y]
  }
}

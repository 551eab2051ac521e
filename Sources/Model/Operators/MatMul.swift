import FerryTensor

/// The matrix product of the last two axes, the axes before them broadcast: …×M×K times …×K×N.
public struct MatMul: Operator {
  public static let name = "MatMul"

  public init() {}
  public init(attributes: inout AttributeReader) throws { try attributes.finish() }

  public var attributes: [Attribute] { [] }
  public var inputCount: ClosedRange<Int> { 2...2 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let (a, b) = (inputs[0], inputs[1])
    guard a.count >= 2, b.count >= 2 else {
      throw invalid("MatMul gets shapes \(a.text) and \(b.text)", supported: "2 dimensions or more on both sides")
    }
    let (depth, height) = (a[a.count - 1], b[b.count - 2])
    if depth != height, depth.value != nil, height.value != nil {
      throw invalid("the inner extents of \(a.text) and \(b.text) differ")
    }
    return [try Binary.broadcast(a.dropLast(2), b.dropLast(2)) + [a[a.count - 2], b[b.count - 1]]]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let shape = try outputShape(of: inputs)
    let (a, b) = (inputs[0], inputs[1])
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let depth = a.shape[a.shape.count - 1]
    let outer = Array(shape.dropLast(2))
    var starts = [(Int, Int)](repeating: (0, 0), count: outer.reduce(1, *))
    let left = ReferenceArray<Scalar>(zeros: Array(a.shape.dropLast(2))).broadcastStrides(to: outer)
    let right = ReferenceArray<Scalar>(zeros: Array(b.shape.dropLast(2))).broadcastStrides(to: outer)
    forEachOffset(shape: outer, strides: left) { position, offset in starts[position].0 = offset * rows * depth }
    forEachOffset(shape: outer, strides: right) { position, offset in starts[position].1 = offset * depth * columns }
    var y = ReferenceArray<Scalar>(zeros: shape)
    for (matrix, start) in starts.enumerated() {
      for m in 0..<rows {
        for n in 0..<columns {
          var sum = 0.0
          for k in 0..<depth {
            sum += a.elements[start.0 + m * depth + k].asDouble * b.elements[start.1 + k * columns + n].asDouble
          }
          y.elements[(matrix * rows + m) * columns + n] = Scalar(sum)
        }
      }
    }
    return [y]
  }
}

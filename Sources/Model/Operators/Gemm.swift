import FerryTensor

/// A fully connected layer: y[m, n] = activation(bias[n] + Σ over k of x[m, k] · weight[n, k]).
///
/// Inputs: x M×K, weight N×K, bias N (optional).
public struct Gemm: Operator {
  public static let name = "Gemm"
  public let activation: Activation

  public init(activation: Activation = .identity) { self.activation = activation }

  public init(attributes: inout AttributeReader) throws {
    activation = try Activation(attributes: &attributes)
    try attributes.finish()
  }

  public var attributes: [Attribute] { activation.attributes }
  public var inputCount: ClosedRange<Int> { 2...3 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard inputs[0].count == 2, inputs[1].count == 2 else {
      throw invalid("Gemm gets shapes \(inputs[0].text) and \(inputs[1].text)", supported: "two matrices")
    }
    if inputs[0][1].value != nil, inputs[0][1] != inputs[1][1] {
      throw invalid("the input has \(inputs[0][1]) features, but the weight \(inputs[1].text) reads \(inputs[1][1])")
    }
    if inputs.count == 3, inputs[2] != [inputs[1][0]] {
      throw invalid("the bias has the shape \(inputs[2].text), where \(inputs[1][0]) is needed")
    }
    return [[inputs[0][0], inputs[1][0]]]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let (x, weight) = (inputs[0], inputs[1])
    let (rows, depth, columns) = (x.shape[0], x.shape[1], weight.shape[0])
    var y = ReferenceArray<Scalar>(zeros: [rows, columns])
    for m in 0..<rows {
      for n in 0..<columns {
        var sum = inputs.count == 3 ? inputs[2].elements[n].asDouble : 0
        for k in 0..<depth { sum += x.elements[m * depth + k].asDouble * weight.elements[n * depth + k].asDouble }
        y.elements[m * columns + n] = Scalar(activation(sum))
      }
    }
    return [y]
  }
}

import FerryTensor

/// y = (x − mean) / √(variance + epsilon) · scale + bias, each parameter one number a channel (axis 1).
///
/// Inputs: x N×C×…, scale C, bias C, mean C, variance C.
public struct BatchNormalization: Operator {
  public static let name = "BatchNormalization"
  public let epsilon: Float

  public init(epsilon: Float) { self.epsilon = epsilon }

  public init(attributes: inout AttributeReader) throws {
    epsilon = Float(try attributes.real("epsilon"))
    try attributes.finish()
  }

  public var attributes: [Attribute] { [Attribute("epsilon", .real(Double(epsilon)))] }
  public var inputCount: ClosedRange<Int> { 5...5 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard inputs[0].count >= 2 else {
      throw invalid("BatchNormalization gets an input of shape \(inputs[0].text)", supported: "2 dimensions or more")
    }
    for (parameter, shape) in zip(["scale", "bias", "mean", "variance"], inputs.dropFirst())
    where shape != [inputs[0][1]] {
      throw invalid("the \(parameter) has the shape \(shape.text), where \(inputs[0][1]) channels are normalised")
    }
    return [inputs[0]]
  }

  /// The factor and offset that the normalisation of one channel comes to.
  package func affine(scale: Double, bias: Double, mean: Double, variance: Double) -> (factor: Double, offset: Double) {
    let factor = scale / (variance + Double(epsilon)).squareRoot()
    return (factor, bias - mean * factor)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    var y = inputs[0]
    let channels = y.shape[1]
    let inner = y.shape[2...].reduce(1, *)
    for n in 0..<y.shape[0] {
      for c in 0..<channels {
        let (factor, offset) = affine(
          scale: inputs[1].elements[c].asDouble, bias: inputs[2].elements[c].asDouble,
          mean: inputs[3].elements[c].asDouble, variance: inputs[4].elements[c].asDouble)
        let start = (n * channels + c) * inner
        for position in start..<start + inner {
          y.elements[position] = Scalar(y.elements[position].asDouble * factor + offset)
        }
      }
    }
    return [y]
  }
}

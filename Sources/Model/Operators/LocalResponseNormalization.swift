import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Divides each element by a power of the squares around it along the channels (axis 1):
/// y[c] = x[c] / (bias + alpha / size · Σ x[i]²)^beta, i from c − ⌊(size − 1)/2⌋ to c + ⌈(size − 1)/2⌉ where it exists.
public struct LocalResponseNormalization: Operator {
  public static let name = "LocalResponseNormalization"

  /// Channels that a sum spans.
  public let size: Int
  public let alpha, beta, bias: Float

  public init(size: Int, alpha: Float, beta: Float, bias: Float) throws {
    guard (1...(1 << 20)).contains(size), alpha.isFinite, beta.isFinite, bias.isFinite else {
      throw invalid(
        "a response over \(size) channels, alpha \(alpha), beta \(beta), bias \(bias)",
        supported: "1 to 2^20 channels, finite numbers")
    }
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      size: attributes.integer("size"), alpha: Float(attributes.real("alpha")), beta: Float(attributes.real("beta")),
      bias: Float(attributes.real("bias")))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("size", .integer(size)), Attribute("alpha", .real(Double(alpha))),
      Attribute("beta", .real(Double(beta))), Attribute("bias", .real(Double(bias))),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    guard inputs[0].count > 1 else {
      throw invalid("\(Self.name) gets the shape \(inputs[0].text)", supported: "2 dimensions or more")
    }
    return inputs
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    var y = x
    let channels = x.shape[1]
    let pixels = x.shape[2...].reduce(1, *)
    let (before, after) = ((size - 1) / 2, size / 2)
    let factor = Double(alpha) / Double(size)
    for sample in 0..<x.shape[0] {
      for channel in 0..<channels {
        let neighbours = max(0, channel - before)...min(channels - 1, channel + after)
        for pixel in 0..<pixels {
          var sum = 0.0
          for neighbour in neighbours {
            let value = x.elements[(sample * channels + neighbour) * pixels + pixel].asDouble
            sum += value * value
          }
          let position = (sample * channels + channel) * pixels + pixel
          let divisor = pow(Double(bias) + factor * sum, Double(beta))
          y.elements[position] = Scalar(x.elements[position].asDouble / divisor)
        }
      }
    }
    return [y]
  }
}

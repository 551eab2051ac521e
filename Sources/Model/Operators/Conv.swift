import FerryTensor

/// A two-dimensional convolution (cross-correlation) with groups, bias and an activation at its end.
///
/// y[n, o, i, j] = activation(bias[o] + Σ over c, u, v of weight[o, c, u, v] · x[n, g·C/groups + c, i·s − p + u·d, j·s
/// − p + v·d]) where g is the group of o. Inputs: x N×C×H×W, weight O×(C/groups)×kH×kW, bias O (optional).
public struct Conv: Operator {
  public static let name = "Conv"
  public let window: Window
  public let groups: Int
  public let activation: Activation

  public init(window: Window, groups: Int, activation: Activation = .identity) throws {
    guard (1...(1 << 20)).contains(groups) else {
      throw invalid("a convolution has \(groups) groups; from 1 to 2^20 are possible")
    }
    self.window = window
    self.groups = groups
    self.activation = activation
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      window: Window(attributes: &attributes), groups: attributes.integer("groups"),
      activation: Activation(attributes: &attributes))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    window.attributes + [Attribute("groups", .integer(groups))] + activation.attributes
  }

  public var inputCount: ClosedRange<Int> { 2...3 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let (batch, channels, height, width) = try imageExtents(inputs[0], of: Self.name)
    guard let weight = inputs[1].fixed, weight.count == 4, Array(weight[2...]) == window.kernel else {
      throw invalid("the weight has the shape \(inputs[1].text), which does not fit the kernel \(window.kernel)")
    }
    guard weight[0] % groups == 0, weight[0] > 0, weight[1] > 0 else {
      throw invalid("\(weight[0]) output channels cannot be split into \(groups) groups")
    }
    if let channels = channels.value, channels != weight[1] * groups {
      throw invalid(
        "the input has \(channels) channels, "
          + "but the weight \(inputs[1].text) in \(groups) groups reads \(weight[1] * groups)")
    }
    if inputs.count == 3, inputs[2] != [Dimension(weight[0])] {
      throw invalid("the bias has the shape \(inputs[2].text), where \(weight[0]) is needed")
    }
    return [[batch, Dimension(weight[0])] + (try window.outputSize(height: height, width: width))]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let shape = try outputShape(of: inputs)
    let pads = try window.fixedPads()
    let x = inputs[0]
    let weight = inputs[1]
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    let (outputChannels, outputHeight, outputWidth) = (shape[1], shape[2], shape[3])
    let groupInputs = channels / groups
    let groupOutputs = outputChannels / groups
    var y = ReferenceArray<Scalar>(zeros: shape)
    var sums = [Double](repeating: 0, count: outputWidth)
    x.elements.withUnsafeBufferPointer { x in
      for n in 0..<shape[0] {
        for o in 0..<outputChannels {
          let bias = inputs.count == 3 ? inputs[2].elements[o].asDouble : 0
          for i in 0..<outputHeight {
            for j in 0..<outputWidth { sums[j] = bias }
            for c in 0..<groupInputs {
              let plane = (n * channels + o / groupOutputs * groupInputs + c) * height
              for u in 0..<window.kernel[0] {
                let row = i * window.strides[0] - pads[0] + u * window.dilations[0]
                guard row >= 0, row < height else { continue }
                for v in 0..<window.kernel[1] {
                  let tap = ((o * groupInputs + c) * window.kernel[0] + u) * window.kernel[1] + v
                  let factor = weight.elements[tap].asDouble
                  let shift = v * window.dilations[1] - pads[1]
                  let inside = columns(shift: shift, stride: window.strides[1], width: width, outputs: outputWidth)
                  for j in inside {
                    sums[j] += factor * x[(plane + row) * width + j * window.strides[1] + shift].asDouble
                  }
                }
              }
            }
            let target = ((n * outputChannels + o) * outputHeight + i) * outputWidth
            for j in 0..<outputWidth { y.elements[target + j] = Scalar(activation(sums[j])) }
          }
        }
      }
    }
    return [y]
  }
}

/// The output columns whose input column, j · stride + shift, lies inside the input.
func columns(shift: Int, stride: Int, width: Int, outputs: Int) -> Range<Int> {
  let first = shift >= 0 ? 0 : (-shift + stride - 1) / stride
  let end = width <= shift ? 0 : (width - shift + stride - 1) / stride
  return min(first, outputs)..<max(min(first, outputs), min(end, outputs))
}

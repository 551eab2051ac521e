import FerryTensor

/// A convolution (cross-correlation) over one to three spatial axes with groups, bias and an activation at its end.
///
/// In two dimensions: y[n, o, i, j] = activation(bias[o] + Σ over c, u, v of weight[o, c, u, v] · x[n, g·C/groups + c,
/// i·s − p + u·d, j·s − p + v·d]) where g is the group of o. Inputs: x N×C×H×W, weight O×(C/groups)×kH×kW, bias O
/// (optional); likewise N×C×W and N×C×D×H×W.
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
    let (batch, channels, spatial) = try window.split(inputs[0], of: Self.name)
    guard let weight = inputs[1].fixed, weight.count >= 3, Array(weight[2...]) == window.kernel else {
      throw invalid("the weight has the shape \(inputs[1].text), which does not fit the kernel \(window.kernel)")
    }
    guard weight[0] % groups == 0, weight[0] > 0, weight[1] > 0 else {
      throw invalid("\(weight[0]) output channels cannot be split into \(groups) groups")
    }
    let (read, overflow) = weight[1].multipliedReportingOverflow(by: groups)
    if let channels = channels.value, channels != read || overflow {
      throw invalid(
        "the input has \(channels) channels, "
          + "but the weight \(inputs[1].text) in \(groups) groups reads \(read)")
    }
    if inputs.count == 3, inputs[2] != [Dimension(weight[0])] {
      throw invalid("the bias has the shape \(inputs[2].text), where \(weight[0]) is needed")
    }
    return [[batch, Dimension(weight[0])] + (try window.outputExtents(spatial))]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let shape = try outputShape(of: inputs)
    let window = try VolumeWindow(window)
    let x = inputs[0]
    let weight = inputs[1]
    let channels = x.shape[1]
    let (depth, height, width) = VolumeWindow.extents(x.shape)
    let (outputDepth, outputHeight, outputWidth) = VolumeWindow.extents(shape)
    let outputChannels = shape[1]
    let groupInputs = channels / groups
    let groupOutputs = outputChannels / groups
    let (kernelHeight, kernelWidth) = (window.kernel[1], window.kernel[2])
    let taps = window.kernel[0] * kernelHeight * kernelWidth
    let stride = window.strides[2]
    var y = ReferenceArray<Scalar>(zeros: shape)
    var sums = [Double](repeating: 0, count: outputWidth)
    var target = 0
    x.elements.withUnsafeBufferPointer { x in
      for n in 0..<shape[0] {
        for o in 0..<outputChannels {
          let bias = inputs.count == 3 ? inputs[2].elements[o].asDouble : 0
          let firstChannel = n * channels + o / groupOutputs * groupInputs
          for h in 0..<outputDepth {
            let front = window.start(0, h)
            let layers = window.taps(0, start: front, extent: depth)
            for i in 0..<outputHeight {
              let top = window.start(1, i)
              let rows = window.taps(1, start: top, extent: height)
              for j in 0..<outputWidth { sums[j] = bias }
              for c in 0..<groupInputs {
                for t in layers {
                  let layer = (firstChannel + c) * depth + front + t * window.dilations[0]
                  for u in rows {
                    let row = (layer * height + top + u * window.dilations[1]) * width
                    let tap = (o * groupInputs + c) * taps + (t * kernelHeight + u) * kernelWidth
                    for v in 0..<kernelWidth {
                      let factor = weight.elements[tap + v].asDouble
                      let shift = v * window.dilations[2] - window.begin[2]
                      for j in positionsInside(start: shift, step: stride, extent: width, count: outputWidth) {
                        sums[j] += factor * x[row + j * stride + shift].asDouble
                      }
                    }
                  }
                }
              }
              for j in 0..<outputWidth { y.elements[target + j] = Scalar(activation(sums[j])) }
              target += outputWidth
            }
          }
        }
      }
    }
    return [y]
  }
}

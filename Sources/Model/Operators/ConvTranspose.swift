import FerryTensor

/// A two-dimensional transposed convolution: every input pixel adds its weighted kernel to the output.
///
/// The output's height is (H − 1)·stride − pads + span + outputPadding. Inputs: x N×C×H×W, weight C×(O/groups)×kH×kW,
/// bias O (optional). An activation may stand at its end.
public struct ConvTranspose: Operator {
  public static let name = "ConvTranspose"
  public let window: Window
  /// Rows and columns added at the bottom and right of the output.
  public let outputPadding: [Int]
  public let groups: Int
  public let activation: Activation

  public init(window: Window, outputPadding: [Int], groups: Int, activation: Activation = .identity) throws {
    guard (1...(1 << 20)).contains(groups) else {
      throw invalid("a transposed convolution has \(groups) groups; from 1 to 2^20 are possible")
    }
    guard outputPadding.count == 2, outputPadding.allSatisfy({ (0...(1 << 20)).contains($0) }) else {
      throw invalid("output_padding \(outputPadding) must be 2 numbers from 0 to 2^20")
    }
    self.window = window
    self.outputPadding = outputPadding
    self.groups = groups
    self.activation = activation
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      window: Window(attributes: &attributes), outputPadding: attributes.integers("outputPadding", count: 2),
      groups: attributes.integer("groups"), activation: Activation(attributes: &attributes))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    window.attributes
      + [Attribute("outputPadding", .integers(outputPadding)), Attribute("groups", .integer(groups))]
      + activation.attributes
  }

  public var inputCount: ClosedRange<Int> { 2...3 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let (batch, channels, height, width) = try imageExtents(inputs[0], of: Self.name)
    guard let weight = inputs[1].fixed, weight.count == 4, Array(weight[2...]) == window.kernel, weight[1] > 0 else {
      throw invalid("the weight has the shape \(inputs[1].text), which does not fit the kernel \(window.kernel)")
    }
    guard weight[0] % groups == 0 else {
      throw invalid("\(weight[0]) input channels cannot be split into \(groups) groups")
    }
    if let channels = channels.value, channels != weight[0] {
      throw invalid("the input has \(channels) channels, but the weight \(inputs[1].text) reads \(weight[0])")
    }
    let outputChannels = Dimension(weight[1] * groups)
    if inputs.count == 3, inputs[2] != [outputChannels] {
      throw invalid("the bias has the shape \(inputs[2].text), where \(outputChannels) is needed")
    }
    let size = try zip([height, width], 0...1).map { extent, axis in
      let grown =
        try (extent - 1) * Dimension(window.strides[axis]) + Dimension(window.span(axis) + outputPadding[axis])
      let size = try grown - window.pads[axis] - window.pads[axis + 2]
      guard (size.value ?? 1) > 0 else { throw invalid("the pads leave an output of \(size) pixels") }
      return size
    }
    return [[batch, outputChannels] + size]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let shape = try outputShape(of: inputs)
    let pads = try window.fixedPads()
    let (x, weight) = (inputs[0], inputs[1])
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    let (outputChannels, outputHeight, outputWidth) = (shape[1], shape[2], shape[3])
    let groupInputs = channels / groups
    let groupOutputs = outputChannels / groups
    var y = ReferenceArray<Scalar>(zeros: shape)
    var plane = [Double](repeating: 0, count: outputHeight * outputWidth)
    for n in 0..<shape[0] {
      for o in 0..<outputChannels {
        let bias = inputs.count == 3 ? inputs[2].elements[o].asDouble : 0
        for position in plane.indices { plane[position] = bias }
        for c in 0..<groupInputs {
          let channel = o / groupOutputs * groupInputs + c
          for i in 0..<height {
            for j in 0..<width {
              let value = x.elements[((n * channels + channel) * height + i) * width + j].asDouble
              for u in 0..<window.kernel[0] {
                let row = i * window.strides[0] - pads[0] + u * window.dilations[0]
                guard row >= 0, row < outputHeight else { continue }
                for v in 0..<window.kernel[1] {
                  let column = j * window.strides[1] - pads[1] + v * window.dilations[1]
                  guard column >= 0, column < outputWidth else { continue }
                  let tap = ((channel * groupOutputs + o % groupOutputs) * window.kernel[0] + u) * window.kernel[1] + v
                  plane[row * outputWidth + column] += value * weight.elements[tap].asDouble
                }
              }
            }
          }
        }
        let target = (n * outputChannels + o) * plane.count
        for position in plane.indices { y.elements[target + position] = Scalar(activation(plane[position])) }
      }
    }
    return [y]
  }
}

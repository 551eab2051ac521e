import FerryTensor

/// A transposed convolution over one to three spatial axes: every input pixel adds its weighted kernel to the output.
///
/// The output's height is (H − 1)·stride − pads + span + outputPadding. Inputs: x N×C×H×W, weight C×(O/groups)×kH×kW,
/// bias O (optional); likewise N×C×W and N×C×D×H×W. An activation may stand at its end.
public struct ConvTranspose: Operator {
  public static let name = "ConvTranspose"
  public let window: Window
  /// Pixels added at the end of each spatial axis of the output.
  public let outputPadding: [Int]
  public let groups: Int
  public let activation: Activation

  public init(window: Window, outputPadding: [Int], groups: Int, activation: Activation = .identity) throws {
    guard (1...(1 << 20)).contains(groups) else {
      throw invalid("a transposed convolution has \(groups) groups; from 1 to 2^20 are possible")
    }
    guard outputPadding.count == window.rank, outputPadding.allSatisfy({ (0...(1 << 20)).contains($0) }) else {
      throw invalid("output_padding \(outputPadding) must be \(window.rank) numbers from 0 to 2^20")
    }
    self.window = window
    self.outputPadding = outputPadding
    self.groups = groups
    self.activation = activation
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      window: Window(attributes: &attributes), outputPadding: attributes.integers("outputPadding"),
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
    let (batch, channels, spatial) = try window.split(inputs[0], of: Self.name)
    guard let weight = inputs[1].fixed, weight.count >= 3, Array(weight[2...]) == window.kernel, weight[1] > 0 else {
      throw invalid("the weight has the shape \(inputs[1].text), which does not fit the kernel \(window.kernel)")
    }
    guard weight[0] % groups == 0 else {
      throw invalid("\(weight[0]) input channels cannot be split into \(groups) groups")
    }
    if let channels = channels.value, channels != weight[0] {
      throw invalid("the input has \(channels) channels, but the weight \(inputs[1].text) reads \(weight[0])")
    }
    let outputChannels = try Dimension(checking: weight[1]) * Dimension(groups)
    if inputs.count == 3, inputs[2] != [outputChannels] {
      throw invalid("the bias has the shape \(inputs[2].text), where \(outputChannels) is needed")
    }
    let size = try spatial.enumerated().map { axis, extent in
      let grown =
        try (extent - 1) * Dimension(window.strides[axis]) + Dimension(window.span(axis) + outputPadding[axis])
      let size = try grown - window.pads[axis] - window.pads[axis + window.rank]
      guard (size.value ?? 1) > 0 else { throw invalid("the pads leave an output of \(size) pixels") }
      return size
    }
    return [[batch, outputChannels] + size]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let shape = try outputShape(of: inputs)
    let window = try VolumeWindow(window)
    let (x, weight) = (inputs[0], inputs[1])
    let channels = x.shape[1]
    let (depth, height, width) = VolumeWindow.extents(x.shape)
    let (outputDepth, outputHeight, outputWidth) = VolumeWindow.extents(shape)
    let outputChannels = shape[1]
    let groupInputs = channels / groups
    let groupOutputs = outputChannels / groups
    let (kernelHeight, kernelWidth) = (window.kernel[1], window.kernel[2])
    let taps = window.kernel[0] * kernelHeight * kernelWidth
    var y = ReferenceArray<Scalar>(zeros: shape)
    var volume = [Double](repeating: 0, count: outputDepth * outputHeight * outputWidth)
    for n in 0..<shape[0] {
      for o in 0..<outputChannels {
        let bias = inputs.count == 3 ? inputs[2].elements[o].asDouble : 0
        for position in volume.indices { volume[position] = bias }
        for c in 0..<groupInputs {
          let channel = o / groupOutputs * groupInputs + c
          let firstTap = (channel * groupOutputs + o % groupOutputs) * taps
          var source = (n * channels + channel) * depth * height * width
          for h in 0..<depth {
            let front = window.start(0, h)
            let layers = window.taps(0, start: front, extent: outputDepth)
            for i in 0..<height {
              let top = window.start(1, i)
              let rows = window.taps(1, start: top, extent: outputHeight)
              for j in 0..<width {
                let left = window.start(2, j)
                let columns = window.taps(2, start: left, extent: outputWidth)
                let value = x.elements[source].asDouble
                source += 1
                for t in layers {
                  for u in rows {
                    let layer = front + t * window.dilations[0]
                    let row = (layer * outputHeight + top + u * window.dilations[1]) * outputWidth + left
                    let tap = firstTap + (t * kernelHeight + u) * kernelWidth
                    for v in columns {
                      volume[row + v * window.dilations[2]] += value * weight.elements[tap + v].asDouble
                    }
                  }
                }
              }
            }
          }
        }
        let target = (n * outputChannels + o) * volume.count
        for position in volume.indices { y.elements[target + position] = Scalar(activation(volume[position])) }
      }
    }
    return [y]
  }
}

import FerryModel
import FerryTensor
import FerryVerify

/// A network of a hundred layers as converted ones look: a stem, stages of inverted bottlenecks with sums, a
/// classifier. Its weights are empty shells: it is drawn and never run.
struct DemoNetwork {
  private(set) var graph = Graph(name: "face-classifier")
  private var last: ValueID
  private var channels = 3
  private var size = 96

  init(units: Int = 24) throws {
    last = graph.add(Value(name: "input", shape: [.symbol("batch"), 3, 96, 96]))
    graph.inputs = [last]
    try conv("features/stem/conv", to: 16, kernel: 3, stride: 2)
    for unit in 0..<units {
      let stage = unit / 6 + 1
      let name = "features/stage\(stage)/unit\(unit % 6 + 1)"
      let (before, channelsBefore) = (last, channels)
      let stride = unit % 6 == 0 && size > 12 ? 2 : 1
      try conv(name + "/expand", to: channels * 3, kernel: 1)
      try conv(name + "/depthwise", to: channels, kernel: 3, stride: stride, isDepthwise: true)
      try conv(name + "/project", to: 16 * stage, kernel: 1, activation: Activation(.identity))
      if stride == 1 && channels == channelsBefore { add(name + "/Add", Binary(.add), [last, before]) }
    }
    size = 1
    add("head/GlobalAveragePool", GlobalPool(.average), [last])
    try conv("head/conv", to: 128, kernel: 1)
    try conv("head/classifier", to: 7, kernel: 1, activation: Activation(.identity))
    graph.outputs = [last]
  }

  private mutating func conv(
    _ name: String, to outputs: Int, kernel: Int, stride: Int = 1, isDepthwise: Bool = false,
    activation: Activation = Activation(.clip, a: 0, b: 6)
  ) throws {
    // SAME padding, as Keras and TensorFlow do: what is odd goes to the end.
    let before = Dimension(stride == 2 ? 0 : kernel / 2)
    let after = Dimension(kernel / 2)
    let window = try Window(
      kernel: [kernel, kernel], strides: [stride, stride], dilations: [1, 1], pads: [before, before, after, after])
    let shape = [outputs, isDepthwise ? 1 : channels, kernel, kernel]
    let weight = graph.add(Value(name: name + ".weight", shape: shape.map { Dimension($0) }))
    channels = outputs
    size /= stride
    add(name, try Conv(window: window, groups: isDepthwise ? channels : 1, activation: activation), [last, weight])
  }

  private mutating func add(_ name: String, _ operation: any Operator, _ inputs: [ValueID]) {
    last = graph.add(
      Value(
        name: name + ":0",
        shape: [.symbol("batch"), Dimension(channels), Dimension(size), Dimension(size)]))
    graph.nodes.append(
      Node(
        name: name, operation: operation, inputs: inputs, outputs: [last],
        sources: [SourceNode(name: "/" + name, operatorName: operation.name)]))
  }
}

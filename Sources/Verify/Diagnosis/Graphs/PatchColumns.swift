import FerryModel
import FerryTensor

/// What each weight of a convolution or of a product is multiplied with, at every place of the result.
///
/// A place is one pixel of one sample; the weights of an output channel are numbered as they lie in the array.
struct PatchColumns {
  /// Weights of one output channel.
  let columnCount: Int
  /// Places of the result: samples times pixels.
  let positionCount: Int
  private let input: Values
  private let groupOutputs: Int
  private let groupInputs: Int
  private let taps: Int
  private let plane: Int
  private let inputPlane: Int
  /// For each tap and pixel the input's pixel under it; −1 in the padding.
  private let sources: [Int32]

  /// - Parameter input: what the node reads.
  /// - Returns: nil for other operators, and for pictures of more than 2³¹ pixels.
  init?(_ node: Node, _ graph: Graph, input: Values) {
    let weight = graph.fixedShape(node.inputs.count > 1 ? node.inputs[1] : node.inputs[0])
    self.input = input
    columnCount = weight.dropFirst().reduce(1, *)
    switch node.operation {
    case is Gemm where weight.count == 2:
      (groupOutputs, groupInputs, taps, plane, inputPlane) = (weight[0], weight[1], 1, 1, 1)
      sources = [0]
    case let conv as Conv where conv.window.pads.fixed != nil:
      let output = graph.fixedShape(node.outputs[0])
      (groupOutputs, groupInputs) = (max(1, weight[0] / conv.groups), weight[1])
      taps = weight[2...].reduce(1, *)
      plane = output[2...].reduce(1, *)
      inputPlane = input.shape[2...].reduce(1, *)
      guard inputPlane <= Int(Int32.max) else { return nil }
      sources = Self.sources(
        conv.window, pads: conv.window.pads.fixed ?? [], input: Array(input.shape[2...]), output: Array(output[2...]))
    default: return nil
    }
    positionCount = input.shape[0] * plane
  }

  private static func sources(_ window: Window, pads: [Int], input: [Int], output: [Int]) -> [Int32] {
    var sources: [Int32] = []
    for tap in Indexes(window.kernel) {
      for pixel in Indexes(output) {
        var source: Int? = 0
        for axis in output.indices {
          let place = pixel[axis] * window.strides[axis] - pads[axis] + tap[axis] * window.dilations[axis]
          source = (0..<input[axis]).contains(place) ? source.map { $0 * input[axis] + place } : nil
        }
        sources.append(Int32(source ?? -1))
      }
    }
    return sources
  }

  /// What a weight is multiplied with at a place.
  @inline(__always)
  func value(column: Int, outputChannel: Int, position: Int) -> Double {
    let (channel, tap) = (column / taps, column % taps)
    let (sample, pixel) = (position / plane, position % plane)
    let source = sources[tap * plane + pixel]
    guard source >= 0 else { return 0 }
    let inputChannel = outputChannel / groupOutputs * groupInputs + channel
    return input.elements[(sample * input.shape[1] + inputChannel) * inputPlane + Int(source)]
  }

  /// Where a place of an output channel lies in the result.
  func resultIndex(outputChannel: Int, channels: Int, position: Int) -> Int {
    (position / plane * channels + outputChannel) * plane + position % plane
  }

  /// At most so many places, evenly spread.
  func positions(atMost count: Int) -> [Int] {
    let step = max(1, (positionCount + count - 1) / max(1, count))
    return Array(stride(from: 0, to: positionCount, by: step))
  }
}

/// All indexes of a shape in row-major order.
struct Indexes: Sequence, IteratorProtocol {
  private let shape: [Int]
  private var index: [Int]?

  init(_ shape: [Int]) {
    self.shape = shape
    index = shape.contains(0) ? nil : [Int](repeating: 0, count: shape.count)
  }

  mutating func next() -> [Int]? {
    guard let current = index else { return nil }
    var next = current
    for axis in shape.indices.reversed() {
      next[axis] += 1
      if next[axis] < shape[axis] {
        index = next
        return current
      }
      next[axis] = 0
    }
    index = nil
    return current
  }
}

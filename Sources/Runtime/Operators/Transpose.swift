import FerryKernels
import FerryModel

extension Planner {
  /// Channels from last to second or back, as networks with pictures of N×H×W×C begin and end: squares of pixels and
  /// channels at a time.
  func plan(_ transpose: Transpose, _ node: Node) throws -> Bool {
    let shape = try shape(of: node.inputs[0])
    guard shape.count == 4, transpose.permutation == [0, 3, 1, 2] || transpose.permutation == [0, 2, 3, 1] else {
      return false
    }
    let source = try buffer(of: node.inputs[0], in: .rowMajor)
    let target = try define(node.outputs[0], .rowMajor)
    let isLast = transpose.permutation == [0, 3, 1, 2]
    append(
      ChannelStep(
        source: source, target: target, channels: isLast ? shape[3] : shape[1],
        pixels: isLast ? shape[1] * shape[2] : shape[2] * shape[3], isLast: isLast, name: node.name),
      reading: [source], writing: [target])
    return true
  }
}

/// Moves the channels of row-major pictures.
struct ChannelStep: PlanStep {
  let source: Buffer
  let target: Buffer
  let channels, pixels: Int
  /// Whether the channels are last in the source.
  let isLast: Bool
  let name: String

  var kind: String { isLast ? "channels to the front" : "channels to the back" }

  func bind(_ binder: Binder) -> Binder.Call {
    let task = LayoutChange(
      channels: channels, pixels: pixels, input: binder.memory.read(source), output: binder.memory.write(target),
      stride: channels)
    return binder.call(
      isLast ? binder.kernels.toRowMajor : binder.kernels.toChannelsLast, task,
      Split(
        rows: source.count / max(channels, 1), rowGrain: 256, cost: Split.nanoseconds(floats: source.count)))
  }
}

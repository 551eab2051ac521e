import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  func plan(_ pool: Pool, _ node: Node) throws -> Bool {
    guard pool.window.rank == 2 else { return false }
    let kind: Pooling.Kind =
      switch pool.kind {
      case .maximum: .maximum
      case .average: .average
      case .averageIncludingPadding: .averageIncludingPadding
      }
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let target = try define(node.outputs[0], .channelsLast16)
    let pads = try pool.window.fixedPads()
    append(
      PoolStep(
        pooling: kind, window: try window(pool.window, from: source, to: target),
        paddedHeight: source.extents.height + pads[0] + pads[2], paddedWidth: source.extents.width + pads[1] + pads[3],
        source: source, target: target, name: node.name),
      reading: [source], writing: [target])
    return true
  }

  func plan(_ pool: GlobalPool, _ node: Node) throws -> Bool {
    guard try isImage(node.inputs[0]) else { return false }
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let target = try define(node.outputs[0], .channelsLast16)
    if pool.kind == .average {
      let sums = rowSums(of: node.inputs[0])
      append(
        GlobalAverageStep(source: sums ?? source, pixels: source.extents.pixels, target: target, name: node.name),
        reading: [sums ?? source], writing: [target])
    } else {
      let extents = source.extents
      let window = FerryKernels.Window(
        inputHeight: extents.height, inputWidth: extents.width, outputHeight: 1, outputWidth: 1,
        kernelHeight: extents.height, kernelWidth: extents.width)
      append(
        PoolStep(
          pooling: .maximum, window: window, paddedHeight: extents.height, paddedWidth: extents.width, source: source,
          target: target, name: node.name),
        reading: [source], writing: [target])
    }
    return true
  }
}

struct PoolStep: PlanStep {
  let pooling: Pooling.Kind
  let window: FerryKernels.Window
  let paddedHeight, paddedWidth: Int
  let source: Buffer
  let target: Buffer
  let name: String

  var kind: String { "pooling" }
  /// What is added or compared, padding included.
  var floatingPointOperations: Int {
    target.extents.count(in: .rowMajor) * window.kernelHeight * window.kernelWidth
  }

  func bind(_ binder: Binder) -> Binder.Call {
    let task = Pooling(
      kind: pooling, window: window, paddedHeight: paddedHeight, paddedWidth: paddedWidth,
      blocks: source.extents.blocks, input: binder.memory.read(source), inputStride: source.pixelStride,
      output: binder.memory.write(target), outputStride: target.pixelStride)
    let taps = window.kernelHeight * window.kernelWidth
    return binder.call(
      binder.kernels.pool, task,
      Split(
        rows: source.extents.batch * window.outputHeight, cost: Split.nanoseconds(floats: target.count * taps / 2)))
  }
}

struct GlobalAverageStep: PlanStep {
  /// The values, or their sums over each row of pixels.
  let source: Buffer
  /// Pixels of a sample.
  let pixels: Int
  let target: Buffer
  let name: String

  var kind: String { "global average" }

  func bind(_ binder: Binder) -> Binder.Call {
    let task = GlobalAverage(
      rows: source.extents.pixels, divisor: pixels, input: binder.memory.read(source),
      inputStride: source.pixelStride, output: binder.memory.write(target), outputStride: target.pixelStride)
    return binder.call(
      binder.kernels.globalAverage, task,
      Split(
        rows: source.extents.batch, columns: source.extents.blocks, columnGrain: 4,
        cost: Split.nanoseconds(floats: source.count)))
  }
}

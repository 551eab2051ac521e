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
        kind: kind, window: try window(pool.window, from: source, to: target),
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
      append(GlobalAverageStep(source: source, target: target, name: node.name), reading: [source], writing: [target])
    } else {
      let extents = source.extents
      let window = FerryKernels.Window(
        inputHeight: extents.height, inputWidth: extents.width, outputHeight: 1, outputWidth: 1,
        kernelHeight: extents.height, kernelWidth: extents.width)
      append(
        PoolStep(
          kind: .maximum, window: window, paddedHeight: extents.height, paddedWidth: extents.width, source: source,
          target: target, name: node.name),
        reading: [source], writing: [target])
    }
    return true
  }
}

struct PoolStep: PlanStep {
  let kind: Pooling.Kind
  let window: FerryKernels.Window
  let paddedHeight, paddedWidth: Int
  let source: Buffer
  let target: Buffer
  let name: String

  var label: String { "pooling: \(name)" }

  func run(_ run: borrowing PlanRun) {
    let kernel = run.kernels.pool
    for sample in 0..<source.extents.batch {
      let task = Pooling(
        kind: kind, window: window, paddedHeight: paddedHeight, paddedWidth: paddedWidth, blocks: source.extents.blocks,
        input: run.read(source, sample: sample), inputStride: source.pixelStride,
        output: run.write(target, sample: sample),
        outputStride: target.pixelStride)
      run.parallel(window.outputHeight, grain: 1) { kernel(task, $0) }
    }
  }
}

struct GlobalAverageStep: PlanStep {
  let source: Buffer
  let target: Buffer
  let name: String

  var label: String { "global average: \(name)" }

  func run(_ run: borrowing PlanRun) {
    let kernel = run.kernels.globalAverage
    for sample in 0..<source.extents.batch {
      let task = GlobalAverage(
        pixels: source.extents.pixels,
        input: run.read(source, sample: sample), inputStride: source.pixelStride,
        output: run.write(target, sample: sample))
      run.parallel(source.extents.blocks, grain: max(1, 8192 / (lanes * max(1, source.extents.pixels)))) {
        kernel(task, $0)
      }
    }
  }
}

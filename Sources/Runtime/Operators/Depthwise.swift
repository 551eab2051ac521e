import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  /// A depthwise convolution; with the 1×1 convolution that alone reads it, if there is one; with the sums of a global
  /// average that reads it.
  func planDepthwise(_ conv: Conv, _ node: Node) throws -> Bool {
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let weight = try packed(node.inputs[1], .depthwise16)
    let bias = try bias(of: node, channels: source.extents.channels)
    let output = node.outputs[0]
    let extents = try extents(of: output)
    if let next = soleReader(of: output), let pointwise = next.operation as? Conv, pointwise.isPointwise,
      next.inputs[0] == output, isPlain(pointwise, next), extents.batch * extents.height >= 8
    {
      absorbReader(of: output)
      let between = Buffer(place: .constant(0), layout: .channelsLast16, extents: extents)
      let ending = try ending(of: next, activation: pointwise.activation)
      let step = SeparableStep(
        depthwise: DepthwiseStep(
          window: try window(conv.window, from: source, to: between), source: source, target: between, weight: weight,
          bias: bias, activation: ActivationTask(conv.activation), sums: nil, name: node.name),
        target: ending.target, weight: try packed(next.inputs[1], .panel16),
        bias: try self.bias(of: next, channels: ending.target.extents.channels), epilogue: ending.epilogue,
        name: "\(node.name), \(next.name)")
      requireScratch(step.scratchSize)
      append(step, reading: [source] + ending.read, writing: [ending.target])
      return true
    }
    let target = try define(output, .channelsLast16)
    var sums: Buffer?
    if readers(of: output).contains(where: { ($0.operation as? GlobalPool)?.kind == .average }) {
      let rows = allocate(
        Extents(batch: extents.batch, channels: extents.channels, height: extents.height, width: 1), .channelsLast16)
      noteRowSums(of: output, rows)
      sums = rows
    }
    append(
      DepthwiseStep(
        window: try window(conv.window, from: source, to: target), source: source, target: target, weight: weight,
        bias: bias, activation: ActivationTask(conv.activation), sums: sums, name: node.name),
      reading: [source], writing: [target] + [sums].compactMap { $0 })
    return true
  }
}

struct DepthwiseStep: PlanStep {
  let window: FerryKernels.Window
  let source: Buffer
  let target: Buffer
  let weight: Storage
  let bias: Storage
  let activation: ActivationTask
  /// Where the sums over each row of pixels go.
  let sums: Buffer?
  let name: String

  var kind: String { "depthwise convolution" }
  var multiplyAdds: Int {
    target.extents.batch * target.extents.pixels * target.extents.channels * window.kernelHeight * window.kernelWidth
  }
  var floatingPointOperations: Int { 2 * multiplyAdds }

  func bind(_ binder: inout Binder) {
    binder.call(
      binder.kernels.depthwise,
      task(binder.memory, output: binder.memory.write(target)),
      Split(
        rows: source.extents.batch * window.outputHeight, columns: source.extents.blocks, columnGrain: 4,
        cost: Split.nanoseconds(multiplyAdds: multiplyAdds * 2)))
  }

  func task(_ memory: ProgramMemory, output: UnsafeMutablePointer<Float>) -> DepthwiseConvolution {
    DepthwiseConvolution(
      window: window, blocks: source.extents.blocks, input: memory.read(source), inputStride: source.pixelStride,
      weights: weight.floats, bias: bias.floats, output: output, outputStride: target.pixelStride,
      epilogue: Epilogue(activation: activation), sums: sums.map { memory.write($0) },
      sumsStride: sums?.pixelStride ?? 0)
  }
}

/// A depthwise convolution and the 1×1 convolution of its result, which stays in cache between the two.
struct SeparableStep: PlanStep {
  let depthwise: DepthwiseStep
  let target: Buffer
  let weight: Storage
  let bias: Storage
  let epilogue: PlannedEpilogue
  let name: String

  var kind: String { "separable convolution" }
  private var multiplyAdds: Int {
    depthwise.multiplyAdds + target.extents.batch * target.extents.pixels * target.extents.channels
      * depthwise.source.extents.channels
  }
  var floatingPointOperations: Int { 2 * multiplyAdds }
  var scratchSize: Int {
    SeparableConvolution.scratchSize(depthwise.window, blocks: depthwise.source.extents.blocks)
  }

  func bind(_ binder: inout Binder) {
    let memory = binder.memory
    let output = memory.write(target)
    // What lies between the two is scratch memory: the kernel puts its addresses in.
    let task = SeparableConvolution(
      depthwise: depthwise.task(memory, output: output),
      product: MatrixProduct(
        depth: depthwise.source.extents.channels, input: UnsafePointer(output), inputStride: 0,
        weights: weight.floats, bias: bias.floats, output: output, outputStride: target.pixelStride,
        epilogue: epilogue.bound(memory)),
      panels: target.extents.blocks)
    binder.call(
      binder.kernels.separable, task,
      Split(
        rows: target.extents.batch * target.extents.height, cost: Split.nanoseconds(multiplyAdds: multiplyAdds)))
  }
}

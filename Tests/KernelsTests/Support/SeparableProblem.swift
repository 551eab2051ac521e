import FerryKernels

/// A depthwise convolution with 1×1 convolutions before and behind it, both as one task and as three.
final class SeparableProblem {
  let window: Window
  let samples, channels: Int
  let expands, projects: Bool
  let expansion, projection: ProductProblem
  let depthwise: DepthwiseProblem
  let activations: (expansion: ActivationTask, depthwise: ActivationTask, projection: ActivationTask)
  let adds, takesSums: Bool
  let scratch: GuardedBuffer
  /// What the single kernels put between the convolutions.
  private let expanded: GuardedBuffer
  private let between: GuardedBuffer
  var blocks: Int { padded(channels) / lanes }
  var rows: Int { samples * window.outputHeight }
  /// Where the result goes.
  var output: GuardedBuffer { projects ? projection.output : depthwise.output }
  var sums: GuardedBuffer { depthwise.sums }
  var outputChannels: Int { projects ? projection.channels : channels }
  var outputStride: Int { projects ? projection.outputStride : depthwise.stride }

  /// - Parameters:
  ///   - adds: whether the projection adds a residual
  ///   - takesSums: whether the depthwise convolution's rows are summed
  init(
    _ window: Window, samples: Int, inputChannels: Int, channels: Int, outputChannels: Int, expands: Bool,
    projects: Bool, adds: Bool = false, takesSums: Bool = false,
    activations: (ActivationTask, ActivationTask, ActivationTask)
  ) {
    (self.window, self.samples, self.channels) = (window, samples, channels)
    (self.expands, self.projects, self.adds, self.takesSums) = (expands, projects, adds, takesSums)
    self.activations = activations
    expansion = ProductProblem(
      rows: samples * window.inputHeight * window.inputWidth, channels: channels, depth: inputChannels)
    let blocks = padded(channels) / lanes
    depthwise = DepthwiseProblem(window, samples: samples, blocks: blocks)
    for i in 0..<depthwise.weights.count where i % (blocks * lanes) >= channels { depthwise.weights.floats[i] = 0 }
    let pixels = samples * window.outputHeight * window.outputWidth
    projection = ProductProblem(rows: pixels, channels: outputChannels, depth: channels)
    scratch = GuardedBuffer(
      count: SeparableConvolution.scratchSize(window, blocks: blocks, expands: expands), edge: .afterLast)
    expanded = GuardedBuffer(count: expansion.rows * blocks * lanes, edge: .afterLast) { _ in .nan }
    between = GuardedBuffer(count: pixels * blocks * lanes, edge: .afterLast) { _ in .nan }
    // The padding lanes here are those beyond the last channel.
    for i in 0..<depthwise.input.count {
      let channel = i % (blocks * lanes)
      if channel >= channels { depthwise.input.floats[i] = .nan }
      if channel == blocks * lanes - 1 && channel < channels { depthwise.input.floats[i] = 0.5 }
    }
  }

  private func depthwiseTask() -> DepthwiseConvolution {
    depthwise.task(residual: false, sums: takesSums, activations.depthwise)
  }

  var task: SeparableConvolution {
    var depthwiseTask = depthwiseTask()
    var expansionTask = expansion.task(residual: false, activations.expansion)
    var projectionTask = projection.task(residual: adds, activations.projection)
    // What is not to be read is nowhere.
    if expands {
      depthwiseTask.input = nowhere
      expansionTask.output = UnsafeMutablePointer(mutating: nowhere)
    }
    if projects {
      depthwiseTask.output = UnsafeMutablePointer(mutating: nowhere)
      projectionTask.input = nowhere
    }
    return SeparableConvolution(
      expansion: expands ? expansionTask : nil, depthwise: depthwiseTask, projection: projects ? projectionTask : nil,
      panels: projects ? projection.panels : 0)
  }

  /// An address from which every access ends the test run.
  private var nowhere: UnsafePointer<Float> { scratch.input + scratch.count }

  /// One task, with nothing but NaN in scratch memory before.
  func run(_ table: KernelTable, _ rows: Range<Int>) {
    scratch.fill(.nan)
    table.separable(task, rows, scratch: scratch.floats)
  }

  /// The same with a kernel for each convolution.
  func runSingly(_ table: KernelTable) {
    var depthwiseTask = depthwiseTask()
    if expands {
      var expansionTask = expansion.task(residual: false, activations.expansion)
      (expansionTask.output, expansionTask.outputStride) = (expanded.floats, blocks * lanes)
      table.matrixProduct(expansionTask, 0..<expansion.rows, 0..<blocks)
      depthwiseTask.input = expanded.input
    }
    if projects { depthwiseTask.output = between.floats }
    table.depthwise(depthwiseTask, 0..<rows, 0..<blocks)
    if projects {
      var projectionTask = projection.task(residual: adds, activations.projection)
      (projectionTask.input, projectionTask.inputStride) = (between.input, blocks * lanes)
      table.matrixProduct(projectionTask, 0..<projection.rows, 0..<projection.panels)
    }
  }
}

import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  /// A dense convolution, a depthwise one, or a product of pixels for 1×1; other groups have no fast form.
  func plan(_ conv: Conv, _ node: Node) throws -> Bool {
    guard conv.window.rank == 2, isWeight(node.inputs[1]), node.inputs.count == 2 || isWeight(node.inputs[2]) else {
      return false
    }
    let weightShape = try shape(of: node.inputs[1])
    let input = try extents(of: node.inputs[0])
    let isDepthwise = conv.groups == input.channels && weightShape[0] == conv.groups
    if conv.groups == 1 {
      let weight = try packed(node.inputs[1], .panel16)
      let isPointwise =
        conv.window.kernel == [1, 1] && conv.window.strides == [1, 1] && conv.window.pads.allSatisfy { $0 == 0 }
      if isPointwise { return try planPointwise(conv, node, weight) }
      return try planDense(conv, node, weight)
    }
    guard isDepthwise, conv.groups > 1 else { return false }
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let weight = try packed(node.inputs[1], .depthwise16)
    let bias = try bias(of: node, channels: input.channels)
    let target = try define(node.outputs[0], .channelsLast16)
    append(
      DepthwiseStep(
        window: try window(conv.window, from: source, to: target), source: source, target: target, weight: weight,
        bias: bias,
        activation: ActivationTask(conv.activation), name: node.name),
      reading: [source], writing: [target])
    return true
  }

  private func planPointwise(_ conv: Conv, _ node: Node, _ weight: Storage) throws -> Bool {
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let target = try define(node.outputs[0], .channelsLast16)
    append(
      ProductStep(
        source: source, target: target, rows: source.extents.batch * source.extents.pixels, weight: weight,
        bias: try bias(of: node, channels: target.extents.channels), activation: ActivationTask(conv.activation),
        name: node.name),
      reading: [source], writing: [target])
    return true
  }

  private func planDense(_ conv: Conv, _ node: Node, _ weight: Storage) throws -> Bool {
    // The caller's row-major picture is read where it lies.
    let source = try anyBuffer(of: node.inputs[0])
    let target = try define(node.outputs[0], .channelsLast16)
    let step = ConvolutionStep(
      window: try window(conv.window, from: source, to: target), source: source, target: target, weight: weight,
      bias: try bias(of: node, channels: target.extents.channels), activation: ActivationTask(conv.activation),
      name: node.name)
    requireScratch(step.scratchSize)
    append(step, reading: [source], writing: [target])
    return true
  }

  /// The kernels' form of a window.
  func window(_ window: FerryModel.Window, from source: Buffer, to target: Buffer) throws -> FerryKernels.Window {
    let pads = try window.fixedPads()
    return FerryKernels.Window(
      inputHeight: source.extents.height, inputWidth: source.extents.width,
      outputHeight: target.extents.height, outputWidth: target.extents.width,
      kernelHeight: window.kernel[0], kernelWidth: window.kernel[1],
      strideHeight: window.strides[0], strideWidth: window.strides[1],
      dilationHeight: window.dilations[0], dilationWidth: window.dilations[1], padTop: pads[0], padLeft: pads[1])
  }

  /// The third input as kernels read a bias: 16 floats a panel. Zeros where there is none.
  func bias(of node: Node, channels: Int) throws -> Storage {
    if node.inputs.count > 2 { return try packed(node.inputs[2], .rowMajor) }
    return try constant([Float](repeating: 0, count: (channels + lanes - 1) / lanes * lanes))
  }
}

extension ActivationTask {
  init(_ activation: Activation) {
    let kind: ActivationKind =
      switch activation.kind {
      case .identity: .identity
      case .relu: .relu
      case .clip: .clip
      case .sigmoid: .sigmoid
      case .silu: .silu
      case .hardSigmoid: .hardSigmoid
      case .hardSwish: .hardSwish
      case .leakyRelu: .leakyRelu
      case .tanh: .tanh
      }
    self.init(kind, a: activation.a, b: activation.b)
  }
}

extension Storage {
  var floats: UnsafePointer<Float> { UnsafePointer(address.assumingMemoryBound(to: Float.self)) }
}

/// Rows times panels of weights: 1×1 convolutions and fully connected layers.
struct ProductStep: PlanStep {
  let source: Buffer
  let target: Buffer
  let rows: Int
  let weight: Storage
  let bias: Storage
  let activation: ActivationTask
  let name: String

  var label: String { "matrix product: \(name)" }

  func run(_ run: borrowing PlanRun) {
    let depth = source.extents.channels
    let task = MatrixProduct(
      depth: depth, input: run.read(source),
      inputStride: source.layout == .channelsLast16 ? source.pixelStride : depth,
      weights: weight.floats, bias: bias.floats, output: run.write(target), outputStride: target.pixelStride,
      epilogue: Epilogue(activation: activation))
    let panels = target.extents.blocks
    let kernel = run.kernels.matrixProduct
    if rows >= 24 || panels == 1 {
      run.parallel(rows, grain: 12) { kernel(task, $0, 0..<panels) }
    } else {
      run.parallel(panels, grain: 2) { kernel(task, 0..<rows, $0) }
    }
  }
}

/// A dense convolution over gathered patches, sample by sample.
struct ConvolutionStep: PlanStep {
  let window: FerryKernels.Window
  let source: Buffer
  let target: Buffer
  let weight: Storage
  let bias: Storage
  let activation: ActivationTask
  let name: String

  var label: String { "convolution: \(name)" }

  /// Floats of scratch for one chunk.
  var scratchSize: Int { Convolution.scratchSize(window, inputChannels: source.extents.channels) }

  func run(_ run: borrowing PlanRun) {
    let input = source.extents
    let isRowMajor = source.layout == .rowMajor
    let pixelStride = isRowMajor ? 1 : source.pixelStride
    let pixels = target.extents.pixels
    let kernel = run.kernels.convolution
    let (scratch, scratchSize) = (run.scratch, run.scratchSize)
    let pool = run.pool
    let chunks = PlanRun.chunkCount(units: pixels, grain: Convolution.scratchPixels, threads: pool.threadCount)
    for sample in 0..<input.batch {
      let task = Convolution(
        window: window, inputChannels: input.channels,
        input: run.read(source, sample: sample),
        rowStride: input.width * pixelStride, pixelStride: pixelStride, channelStride: isRowMajor ? input.pixels : 1,
        weights: weight.floats, bias: bias.floats,
        output: run.write(target, sample: sample), outputStride: target.pixelStride,
        epilogue: Epilogue(activation: activation))
      let panels = target.extents.blocks
      pool.run(chunks: chunks) { chunk in
        kernel(task, pixels * chunk / chunks..<pixels * (chunk + 1) / chunks, 0..<panels, scratch + chunk * scratchSize)
      }
    }
  }
}

/// A depthwise convolution, sample by sample.
struct DepthwiseStep: PlanStep {
  let window: FerryKernels.Window
  let source: Buffer
  let target: Buffer
  let weight: Storage
  let bias: Storage
  let activation: ActivationTask
  let name: String

  var label: String { "depthwise convolution: \(name)" }

  func run(_ run: borrowing PlanRun) {
    let kernel = run.kernels.depthwise
    for sample in 0..<source.extents.batch {
      let task = DepthwiseConvolution(
        window: window, blocks: source.extents.blocks,
        input: run.read(source, sample: sample), inputStride: source.pixelStride,
        weights: weight.floats, bias: bias.floats,
        output: run.write(target, sample: sample),
        outputStride: target.pixelStride,
        epilogue: Epilogue(activation: activation))
      run.parallel(window.outputHeight, grain: 1) { kernel(task, $0) }
    }
  }
}

import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  /// A dense convolution, a depthwise one, or a product of pixels for 1×1; other groups have no fast form.
  func plan(_ conv: Conv, _ node: Node) throws -> Bool {
    guard isPlain(conv, node) else { return false }
    if isDepthwise(conv, node) { return try planDepthwise(conv, node, expansion: nil) }
    guard conv.groups == 1 else { return false }
    let weight = try packed(node.inputs[1], .panel16)
    return conv.isPointwise ? try planPointwise(conv, node, weight) : try planDense(conv, node, weight)
  }

  /// Two dimensions, constant weights and bias.
  func isPlain(_ conv: Conv, _ node: Node) -> Bool {
    conv.window.rank == 2 && hasConstantWeights(node)
  }

  /// Whether all inputs but the first are weights.
  func hasConstantWeights(_ node: Node) -> Bool { node.inputs.dropFirst().allSatisfy(isWeight) }

  func isDepthwise(_ conv: Conv, _ node: Node) -> Bool {
    guard conv.groups > 1, let input = try? shape(of: node.inputs[0]), let weight = try? shape(of: node.inputs[1])
    else { return false }
    return conv.groups == input[1] && weight[0] == conv.groups
  }

  private func planPointwise(_ conv: Conv, _ node: Node, _ weight: Storage) throws -> Bool {
    if let reader = try depthwiseReader(of: node) { return try planExpanded(conv, node, weight, reader) }
    let postponed = takeScaled(node.inputs[0])
    let source = try postponed?.value ?? buffer(of: node.inputs[0], in: .channelsLast16)
    let sources = [source] + [postponed?.factors].compactMap { $0 }
    let ending = try ending(of: node, activation: conv.activation, sources: sources)
    let step = ProductStep(
      source: source, factors: postponed?.factors, target: ending.target,
      rows: source.extents.batch * source.extents.pixels, weight: weight,
      bias: try bias(of: node, channels: ending.target.extents.channels), epilogue: ending.epilogue, name: node.name)
    requireScratch(step.scratchSize)
    append(step, reading: sources + ending.read, writing: [ending.target])
    return true
  }

  private func planDense(_ conv: Conv, _ node: Node, _ weight: Storage) throws -> Bool {
    // The caller's row-major picture is read where it lies.
    let source = try anyBuffer(of: node.inputs[0])
    let ending = try ending(of: node, activation: conv.activation, sources: [source])
    let step = ConvolutionStep(
      window: try window(conv.window, from: source, to: ending.target), source: source, target: ending.target,
      weight: weight, bias: try bias(of: node, channels: ending.target.extents.channels), epilogue: ending.epilogue,
      name: node.name)
    requireScratch(step.scratchSize)
    append(step, reading: [source] + ending.read, writing: [ending.target])
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

extension Conv {
  /// Every pixel by itself.
  var isPointwise: Bool {
    groups == 1 && window.kernel == [1, 1] && window.strides == [1, 1] && window.pads.allSatisfy { $0 == 0 }
  }
}

extension Storage {
  var floats: UnsafePointer<Float> { UnsafePointer(address.assumingMemoryBound(to: Float.self)) }
}

/// Rows times panels of weights: 1×1 convolutions and fully connected layers.
struct ProductStep: PlanStep {
  let source: Buffer
  /// Factors of the input's channels, one set a sample.
  let factors: Buffer?
  let target: Buffer
  let rows: Int
  let weight: Storage
  let bias: Storage
  let epilogue: PlannedEpilogue
  let name: String

  var kind: String { "matrix product" }
  private var depth: Int { source.extents.channels }
  var floatingPointOperations: Int { 2 * rows * depth * target.extents.channels }
  var scratchSize: Int { factors == nil ? 0 : MatrixProduct.scratchSize(depth: depth) }

  func bind(_ binder: Binder) -> Binder.Call {
    let task = MatrixProduct(
      depth: depth, input: binder.memory.read(source),
      inputStride: source.layout == .channelsLast16 ? source.pixelStride : depth,
      scale: factors.map { binder.memory.read($0) }, scaleStride: factors?.pixelStride ?? 0,
      rowsPerSample: source.extents.pixels, channels: target.extents.channels, weights: weight.floats,
      bias: bias.floats,
      output: binder.memory.write(target), outputStride: target.pixelStride, epilogue: epilogue.bound(binder.memory))
    return binder.call(
      binder.kernels.matrixProduct, task,
      Split(
        rows: rows, columns: target.extents.blocks, rowGrain: 48, columnGrain: rows <= 2 ? 4 : 1,
        cost: Split.nanoseconds(multiplyAdds: rows * depth * target.extents.channels)))
  }
}

/// A dense convolution.
struct ConvolutionStep: PlanStep {
  let window: FerryKernels.Window
  let source: Buffer
  let target: Buffer
  let weight: Storage
  let bias: Storage
  let epilogue: PlannedEpilogue
  let name: String
  private let offsets: Storage

  init(
    window: FerryKernels.Window, source: Buffer, target: Buffer, weight: Storage, bias: Storage,
    epilogue: PlannedEpilogue, name: String
  ) {
    self.window = window
    self.source = source
    self.target = target
    self.weight = weight
    self.bias = bias
    self.epilogue = epilogue
    self.name = name
    let extents = source.extents
    let isRowMajor = source.layout == .rowMajor
    let pixelStride = isRowMajor ? 1 : source.pixelStride
    let numbers = Convolution.offsets(
      of: window, inputChannels: extents.channels, rowStride: extents.width * pixelStride, pixelStride: pixelStride,
      channelStride: isRowMajor ? extents.pixels : 1)
    offsets = Storage(zeroed: numbers.count * MemoryLayout<Int>.stride)
    offsets.address.copyMemory(from: numbers, byteCount: numbers.count * MemoryLayout<Int>.stride)
  }

  var kind: String { "convolution" }
  private var multiplyAdds: Int {
    let depth = window.kernelHeight * window.kernelWidth * source.extents.channels
    return target.extents.batch * target.extents.pixels * target.extents.channels * depth
  }
  var floatingPointOperations: Int { 2 * multiplyAdds }
  var scratchSize: Int { Convolution.scratchSize(window, inputChannels: source.extents.channels) }

  func bind(_ binder: Binder) -> Binder.Call {
    let extents = source.extents
    let pixelStride = source.layout == .rowMajor ? 1 : source.pixelStride
    let task = Convolution(
      window: window, inputChannels: extents.channels, outputChannels: target.extents.channels,
      input: binder.memory.read(source),
      sampleStride: source.count / extents.batch, rowStride: extents.width * pixelStride, pixelStride: pixelStride,
      offsets: UnsafePointer(offsets.address.assumingMemoryBound(to: Int.self)), weights: weight.floats,
      bias: bias.floats, output: binder.memory.write(target), outputStride: target.pixelStride,
      epilogue: epilogue.bound(binder.memory))
    return binder.call(
      binder.kernels.convolution, task,
      Split(
        rows: extents.batch * window.outputHeight, columns: target.extents.blocks, rowGrain: 1,
        cost: Split.nanoseconds(multiplyAdds: multiplyAdds)))
  }
}

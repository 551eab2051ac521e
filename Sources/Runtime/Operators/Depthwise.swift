import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  /// A depthwise convolution, with the 1×1 convolution that alone reads it, if there is one, or with the sums for a
  /// global average that reads it.
  ///
  /// - Parameter expansion: the 1×1 convolution that the depthwise one alone reads; nil to read the node's input.
  func planDepthwise(_ conv: Conv, _ node: Node, expansion: Expansion?) throws -> Bool {
    let source = try expansion?.output ?? buffer(of: node.inputs[0], in: .channelsLast16)
    let weight = try packed(node.inputs[1], .depthwise16)
    let bias = try bias(of: node, channels: source.extents.channels)
    let output = node.outputs[0]
    let extents = try extents(of: output)
    let read = [expansion?.source ?? source]
    if let next = try projectionReader(of: output) {
      absorbReader(of: output)
      guard let pointwise = next.operation as? Conv else { return false }
      let between = Buffer(place: .scratch, layout: .channelsLast16, extents: extents)
      let ending = try ending(of: next, activation: pointwise.activation, sources: read)
      let depthwise = DepthwiseStep(
        window: try window(conv.window, from: source, to: between), source: source, target: between, weight: weight,
        bias: bias, activation: ActivationTask(conv.activation), sums: nil, name: node.name)
      let projection = Projection(
        target: ending.target, weight: try packed(next.inputs[1], .panel16),
        bias: try self.bias(of: next, channels: ending.target.extents.channels), epilogue: ending.epilogue)
      let names = [expansion?.name, node.name, next.name].compactMap { $0 }
      let step = SeparableStep(
        expansion: expansion, depthwise: depthwise, projection: projection, name: names.joined(separator: ", "))
      requireScratch(step.scratchSize)
      append(step, reading: read + ending.read, writing: [ending.target])
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
    let depthwise = DepthwiseStep(
      window: try window(conv.window, from: source, to: target), source: source, target: target, weight: weight,
      bias: bias, activation: ActivationTask(conv.activation), sums: sums, name: node.name)
    let written = [target] + [sums].compactMap { $0 }
    guard let expansion else {
      append(depthwise, reading: read, writing: written)
      return true
    }
    let step = SeparableStep(
      expansion: expansion, depthwise: depthwise, projection: nil, name: "\(expansion.name), \(node.name)")
    requireScratch(step.scratchSize)
    append(step, reading: read, writing: written)
    return true
  }

  /// A 1×1 convolution and the depthwise one that alone reads it.
  func planExpanded(_ conv: Conv, _ node: Node, _ weight: Storage, _ reader: Node) throws -> Bool {
    guard let depthwise = reader.operation as? Conv else { return false }
    let output = node.outputs[0]
    let extents = try extents(of: output)
    let expansion = Expansion(
      source: try buffer(of: node.inputs[0], in: .channelsLast16),
      output: Buffer(place: .scratch, layout: .channelsLast16, extents: extents), weight: weight,
      bias: try bias(of: node, channels: extents.channels), activation: ActivationTask(conv.activation),
      name: node.name)
    absorbReader(of: output)
    return try planDepthwise(depthwise, reader, expansion: expansion)
  }

  /// The depthwise convolution that alone reads this 1×1 convolution, if its values are too many for the second-level
  /// cache and its rows enough to be worth dividing: neighbouring divisions both compute the rows that they share.
  func depthwiseReader(of node: Node) throws -> Node? {
    let output = node.outputs[0]
    guard let reader = soleReader(of: output), let conv = reader.operation as? Conv, isPlain(conv, reader),
      isDepthwise(conv, reader), reader.inputs[0] == output
    else { return nil }
    let (input, result) = (try extents(of: output), try extents(of: reader.outputs[0]))
    let between = Buffer(place: .scratch, layout: .channelsLast16, extents: input)
    let target = Buffer(place: .scratch, layout: .channelsLast16, extents: result)
    let size = input.pixels * input.pixelStride
    let window = try window(conv.window, from: between, to: target)
    guard SeparableConvolution.hasShortWindow(window), size >= 192 * 1024, result.height >= 16,
      SeparableConvolution.scratchSize(window, blocks: input.blocks, expands: true) <= size
    else { return nil }
    return reader
  }

  /// The 1×1 convolution that alone reads this depthwise one, if there are rows enough to divide among threads.
  private func projectionReader(of output: ValueID) throws -> Node? {
    let extents = try extents(of: output)
    guard let reader = soleReader(of: output), let conv = reader.operation as? Conv, conv.isPointwise,
      reader.inputs[0] == output, isPlain(conv, reader), extents.batch * extents.height >= 8
    else { return nil }
    return reader
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

  func bind(_ binder: Binder) -> Binder.Call {
    return binder.call(
      binder.kernels.depthwise,
      task(binder.memory, input: binder.memory.read(source), output: binder.memory.write(target)),
      Split(
        rows: source.extents.batch * window.outputHeight, columns: source.extents.blocks, columnGrain: 4,
        cost: Split.nanoseconds(multiplyAdds: multiplyAdds * 2)))
  }

  func task(
    _ memory: ProgramMemory, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) -> DepthwiseConvolution {
    DepthwiseConvolution(
      window: window, blocks: source.extents.blocks, input: input, inputStride: source.pixelStride,
      weights: weight.floats, bias: bias.floats, output: output, outputStride: target.pixelStride,
      epilogue: Epilogue(activation: activation), sums: sums.map { memory.write($0) },
      sumsStride: sums?.pixelStride ?? 0)
  }
}

/// The 1×1 convolution before a depthwise one.
struct Expansion: Sendable {
  let source: Buffer
  /// What the depthwise convolution reads, in scratch memory.
  let output: Buffer
  let weight: Storage
  let bias: Storage
  let activation: ActivationTask
  let name: String
}

/// The 1×1 convolution behind a depthwise one.
struct Projection: Sendable {
  let target: Buffer
  let weight: Storage
  let bias: Storage
  let epilogue: PlannedEpilogue
}

/// A depthwise convolution with the 1×1 convolutions before and behind it: what lies between them stays in cache.
struct SeparableStep: PlanStep {
  let expansion: Expansion?
  let depthwise: DepthwiseStep
  let projection: Projection?
  let name: String

  var kind: String {
    switch (expansion != nil, projection != nil) {
    case (true, true): "inverted bottleneck"
    case (true, false): "expanded depthwise convolution"
    default: "separable convolution"
    }
  }
  private var multiplyAdds: Int {
    let channels = depthwise.source.extents.channels
    let before = expansion.map { $0.output.extents.batch * $0.output.extents.pixels * $0.source.extents.channels } ?? 0
    let behind = projection.map { $0.target.extents.batch * $0.target.extents.pixels * $0.target.extents.channels } ?? 0
    return depthwise.multiplyAdds + (before + behind) * channels
  }
  var floatingPointOperations: Int { 2 * multiplyAdds }
  var scratchSize: Int {
    SeparableConvolution.scratchSize(
      depthwise.window, blocks: depthwise.source.extents.blocks, expands: expansion != nil)
  }

  func bind(_ binder: Binder) -> Binder.Call {
    let memory = binder.memory
    let target = projection?.target ?? depthwise.target
    let output = memory.write(target)
    let input = memory.read(expansion?.source ?? depthwise.source)
    // What lies between is scratch memory: the kernel puts its addresses in.
    let task = SeparableConvolution(
      expansion: expansion.map {
        MatrixProduct(
          depth: $0.source.extents.channels, input: input, inputStride: $0.source.pixelStride,
          channels: $0.output.extents.channels, weights: $0.weight.floats, bias: $0.bias.floats, output: output,
          outputStride: 0,
          epilogue: Epilogue(activation: $0.activation))
      },
      depthwise: depthwise.task(memory, input: input, output: output),
      projection: projection.map {
        MatrixProduct(
          depth: depthwise.source.extents.channels, input: input, inputStride: 0,
          channels: $0.target.extents.channels, weights: $0.weight.floats,
          bias: $0.bias.floats, output: output, outputStride: $0.target.pixelStride,
          epilogue: $0.epilogue.bound(memory))
      },
      panels: projection?.target.extents.blocks ?? 0)
    // Every division of an expansion computes the rows around its border once more.
    let rows = target.extents.batch * target.extents.height
    let chunksPerThread = expansion == nil ? 4 : rows < 64 ? 1 : rows < 256 ? 2 : 4
    return binder.call(
      binder.kernels.separable, task,
      Split(
        rows: rows, cost: Split.nanoseconds(multiplyAdds: multiplyAdds), chunksPerThread: chunksPerThread,
        rowsForSeveral: rowsForSeveral))
  }

  /// Every chunk reads all weights behind the depthwise convolution. Where these are larger than half a second-level
  /// cache they come from the third one, which takes longer than their products with few pixels.
  private var rowsForSeveral: Int? {
    guard expansion == nil, let projection else { return nil }
    let extents = projection.target.extents
    guard depthwise.source.extents.channels * extents.channels > 1 << 16 else { return nil }
    return (48 + extents.width - 1) / extents.width
  }
}

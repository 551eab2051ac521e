import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  func plan(_ activate: Activate, _ node: Node) throws -> Bool {
    let source = try anyBuffer(of: node.inputs[0])
    let target = try define(node.outputs[0], inPlaceOf: node.inputs[0], source)
    append(
      UnaryStep(source: source, target: target, activation: ActivationTask(activate.activation), name: node.name),
      reading: [source], writing: [target])
    return true
  }

  func plan(_ binary: FerryModel.Binary, _ node: Node) throws -> Bool {
    guard let operation = FerryKernels.Binary.Operation(binary.kind) else { return false }
    let commutes = [FerryModel.Binary.Kind.add, .multiply, .maximum, .minimum].contains(binary.kind)
    return try planPair(operation, node, orders: commutes ? [(0, 1), (1, 0)] : [(0, 1)])
  }

  func plan(_ prelu: PRelu, _ node: Node) throws -> Bool {
    try planPair(.parametricRelu, node, orders: [(0, 1)])
  }

  /// Equal shapes; or one number for each channel, of each sample or of all.
  private func planPair(
    _ operation: FerryKernels.Binary.Operation, _ node: Node, orders: [(Int, Int)]
  ) throws -> Bool {
    let output = try shape(of: node.outputs[0])
    for (first, second) in orders {
      let (left, right) = (node.inputs[first], node.inputs[second])
      guard try shape(of: left) == output, !isWeight(left) else { continue }
      if try shape(of: right) == output, !isWeight(right) {
        let a = try anyBuffer(of: left)
        let b = try buffer(of: right, in: a.layout)
        let target = try define(node.outputs[0], inPlaceOf: left, a)
        append(
          BinaryStep(operation: operation, left: a, right: .buffer(b), target: target, name: node.name),
          reading: [a, b], writing: [target])
        return true
      }
      guard try isImage(left), output.count >= 2 else { continue }
      let channels = output[1]
      if isWeight(right) {
        guard let floats = try channelVector(right, rank: output.count, channels: channels) else { continue }
        let a = try buffer(of: left, in: .channelsLast16)
        let target = try define(node.outputs[0], inPlaceOf: left, a)
        append(
          BinaryStep(
            operation: operation, left: a, right: .vector(try constant(floats)), target: target, name: node.name),
          reading: [a], writing: [target])
        return true
      }
      if output.count == 4, try shape(of: right) == [output[0], channels, 1, 1] {
        let a = try buffer(of: left, in: .channelsLast16)
        let b = try buffer(of: right, in: .channelsLast16)
        // A product that one 1×1 convolution reads is computed there.
        if operation == .multiply, let reader = soleReader(of: node.outputs[0]), let conv = reader.operation as? Conv,
          conv.isPointwise, isPlain(conv, reader), reader.inputs[0] == node.outputs[0]
        {
          postpone(node.outputs[0], value: a, factors: b)
          return true
        }
        let target = try define(node.outputs[0], inPlaceOf: left, a)
        append(
          BinaryStep(operation: operation, left: a, right: .perSample(b), target: target, name: node.name),
          reading: [a, b], writing: [target])
        return true
      }
    }
    return false
  }

  /// One number a channel, padded, from a weight that is broadcast along all other axes; nil if it is not.
  private func channelVector(_ weight: ValueID, rank: Int, channels: Int) throws -> [Float]? {
    let tensor = try tensor(weight)
    let padded = Extents(batch: 1, channels: channels, height: 1, width: 1).pixelStride
    let floats = tensor.floats()
    if floats.count == 1 { return [Float](repeating: floats[0], count: padded) }
    let axis = 1 - (rank - tensor.shape.rank)
    guard floats.count == channels, tensor.shape.dimensions.indices.contains(axis), tensor.shape[axis] == channels
    else {
      return nil
    }
    return floats + [Float](repeating: 0, count: padded - channels)
  }

  /// A normalization that no convolution absorbed: a factor and an offset for each channel.
  func plan(_ normalization: BatchNormalization, _ node: Node) throws -> Bool {
    guard try isImage(node.inputs[0]), hasConstantWeights(node) else { return false }
    let numbers = try node.inputs.dropFirst().map { try tensor($0).doubles() }
    let affine = numbers[0].indices.map {
      normalization.affine(scale: numbers[0][$0], bias: numbers[1][$0], mean: numbers[2][$0], variance: numbers[3][$0])
    }
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let target = try define(node.outputs[0], inPlaceOf: node.inputs[0], source)
    let padding = [Float](repeating: 0, count: source.pixelStride - affine.count)
    append(
      BinaryStep(
        operation: .multiply, left: source, right: .vector(try constant(affine.map { Float($0.factor) } + padding)),
        target: target, name: "\(node.name) (scale)"),
      reading: [source], writing: [target])
    append(
      BinaryStep(
        operation: .add, left: target, right: .vector(try constant(affine.map { Float($0.offset) } + padding)),
        target: target, name: "\(node.name) (shift)"),
      reading: [target], writing: [target])
    return true
  }
}

extension FerryKernels.Binary.Operation {
  /// nil for what has no kernel.
  init?(_ kind: FerryModel.Binary.Kind) {
    switch kind {
    case .add: self = .add
    case .subtract: self = .subtract
    case .multiply: self = .multiply
    case .divide: self = .divide
    case .maximum: self = .maximum
    case .minimum: self = .minimum
    case .power, .modulo, .remainder: return nil
    }
  }
}

struct UnaryStep: PlanStep {
  let source: Buffer
  let target: Buffer
  let activation: ActivationTask
  let name: String

  var kind: String { "activation" }

  func bind(_ binder: Binder) -> Binder.Call {
    return binder.call(
      binder.kernels.unary,
      FerryKernels.Unary(
        input: binder.memory.read(source), output: binder.memory.write(target), activation: activation),
      Split(rows: source.count, rowGrain: 4096, cost: Split.nanoseconds(floats: source.count)))
  }
}

struct BinaryStep: PlanStep {
  enum Right: Sendable {
    /// As large as the left operand.
    case buffer(Buffer)
    /// One number a channel of each sample.
    case perSample(Buffer)
    /// One number a channel.
    case vector(Storage)
  }

  let operation: FerryKernels.Binary.Operation
  let left: Buffer
  let right: Right
  let target: Buffer
  let name: String

  var kind: String { "elementwise \(operation)" }

  func bind(_ binder: Binder) -> Binder.Call {
    let memory = binder.memory
    let (read, written) = (memory.read(left), memory.write(target))
    let pixels = left.extents.batch * left.extents.pixels
    let task: FerryKernels.Binary
    let rows: Int
    switch right {
    case .buffer(let buffer):
      // Every element is a row: rows without gaps are worked on as one.
      rows = left.count
      task = FerryKernels.Binary(
        operation: operation, columns: 1, left: read, right: memory.read(buffer), rightStride: 1, output: written)
    case .perSample(let buffer):
      rows = pixels
      task = FerryKernels.Binary(
        operation: operation, columns: left.pixelStride, left: read, right: memory.read(buffer),
        rightStride: buffer.pixelStride, rowsPerRight: left.extents.pixels, output: written)
    case .vector(let vector):
      rows = pixels
      task = FerryKernels.Binary(
        operation: operation, columns: left.pixelStride, left: read, right: vector.floats, rightStride: 0,
        output: written)
    }
    return binder.call(
      binder.kernels.binary, task,
      Split(
        rows: rows, rowGrain: max(1, 4096 * rows / max(left.count, 1)), cost: Split.nanoseconds(floats: left.count)))
  }
}

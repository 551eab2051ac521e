import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  func plan(_ activate: Activate, _ node: Node) throws -> Bool {
    let source = try anyBuffer(of: node.inputs[0])
    let target = try define(node.outputs[0], source.layout)
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
        let target = try define(node.outputs[0], a.layout)
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
        let target = try define(node.outputs[0], .channelsLast16)
        append(
          BinaryStep(
            operation: operation, left: a, right: .vector(try constant(floats)), target: target, name: node.name),
          reading: [a], writing: [target])
        return true
      }
      if output.count == 4, try shape(of: right) == [output[0], channels, 1, 1] {
        let a = try buffer(of: left, in: .channelsLast16)
        let b = try buffer(of: right, in: .channelsLast16)
        let target = try define(node.outputs[0], .channelsLast16)
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
    let padded = (channels + lanes - 1) / lanes * lanes
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
    guard try isImage(node.inputs[0]), node.inputs.dropFirst().allSatisfy(isWeight) else { return false }
    let numbers = try node.inputs.dropFirst().map { try tensor($0).doubles() }
    let affine = numbers[0].indices.map {
      normalization.affine(scale: numbers[0][$0], bias: numbers[1][$0], mean: numbers[2][$0], variance: numbers[3][$0])
    }
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let target = try define(node.outputs[0], .channelsLast16)
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

  var label: String { "activation: \(name)" }

  func run(_ run: borrowing PlanRun) {
    let task = FerryKernels.Unary(input: run.read(source), output: run.write(target), activation: activation)
    let kernel = run.kernels.unary
    run.parallel(source.count, grain: 8192) { kernel(task, $0) }
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

  var label: String { "\(operation): \(name)" }

  func run(_ run: borrowing PlanRun) {
    let (read, written) = (run.read(left), run.write(target))
    let kernel = run.kernels.binary
    switch right {
    case .buffer(let buffer):
      // Rows are only there to be split among threads.
      let columns = 512
      let other = run.read(buffer)
      let (rows, rest) = left.count.quotientAndRemainder(dividingBy: columns)
      let task = FerryKernels.Binary(
        operation: operation, columns: columns, left: read, right: other, rightStride: columns, output: written)
      run.parallel(rows, grain: 16) { kernel(task, $0) }
      if rest > 0 {
        let done = rows * columns
        kernel(
          FerryKernels.Binary(
            operation: operation, columns: rest, left: read + done, right: other + done, rightStride: rest,
            output: written + done), 0..<1)
      }
    case .perSample(let buffer):
      for sample in 0..<left.extents.batch {
        let task = FerryKernels.Binary(
          operation: operation, columns: left.pixelStride, left: run.read(left, sample: sample),
          right: run.read(buffer, sample: sample), rightStride: 0, output: run.write(target, sample: sample))
        run.parallel(left.extents.pixels, grain: max(1, 8192 / left.pixelStride)) { kernel(task, $0) }
      }
    case .vector(let vector):
      let task = FerryKernels.Binary(
        operation: operation, columns: left.pixelStride, left: read, right: vector.floats, rightStride: 0,
        output: written)
      run.parallel(left.extents.batch * left.extents.pixels, grain: max(1, 8192 / left.pixelStride)) {
        kernel(task, $0)
      }
    }
  }
}

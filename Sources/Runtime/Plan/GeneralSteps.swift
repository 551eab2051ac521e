import FerryKernels
import FerryModel
import FerryTensor

/// A value from one layout to the other, or copied.
struct LayoutStep: PlanStep {
  let source: Buffer
  let target: Buffer
  let name: String

  var kind: String {
    switch (source.layout, target.layout) {
    case (.rowMajor, .channelsLast16): "to channels-last"
    case (.channelsLast16, .rowMajor): "to row-major"
    default: "copy"
    }
  }

  func bind(_ binder: Binder) -> Binder.Call {
    let extents = source.extents
    let (input, output) = (binder.memory.read(source), binder.memory.write(target))
    let cost = Split.nanoseconds(floats: source.count)
    if source.layout == target.layout {
      return binder.call(
        binder.kernels.unary, FerryKernels.Unary(input: input, output: output, activation: ActivationTask()),
        Split(rows: source.count, rowGrain: 4096, cost: cost))
    }
    let isRowMajor = source.layout == .rowMajor
    let task = LayoutChange(
      channels: extents.channels, pixels: extents.pixels, input: input, output: output, stride: extents.pixelStride)
    return binder.call(
      isRowMajor ? binder.kernels.toChannelsLast : binder.kernels.toRowMajor, task,
      Split(rows: extents.batch * extents.pixels, rowGrain: 256, cost: cost))
  }
}

/// A node on its operator's plain loops.
struct ReferenceStep: PlanStep {
  enum Operand: Sendable {
    case buffer(Buffer, [Int])
    case weight(Tensor)
  }

  let operation: any Operator
  let inputs: [Operand]
  let outputs: [Buffer]
  let name: String
  let location: FerryError.Location

  var kind: String { "\(operation.name) (reference)" }

  func bind(_ binder: Binder) -> Binder.Call { binder.callPlainLoops() }

  func runPlainLoops(_ memory: ProgramMemory) throws {
    var arrays: [ReferenceArray<Float>] = []
    for input in inputs {
      switch input {
      case .weight(let tensor): arrays.append(ReferenceArray(tensor))
      case .buffer(let buffer, let shape):
        arrays.append(
          ReferenceArray(
            shape: shape, elements: Array(UnsafeBufferPointer(start: memory.read(buffer), count: buffer.count))))
      }
    }
    let results = try located(location) { try operation.evaluate(arrays) }
    for (output, result) in zip(outputs, results) {
      let written = memory.write(output)
      result.elements.withUnsafeBufferPointer { elements in
        if let base = elements.baseAddress { written.update(from: base, count: elements.count) }
      }
    }
  }
}

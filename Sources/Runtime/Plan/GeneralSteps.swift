import FerryKernels
import FerryModel
import FerryTensor

/// A value from one layout to the other, or copied.
struct LayoutStep: PlanStep {
  let source: Buffer
  let target: Buffer
  let name: String

  var label: String {
    switch (source.layout, target.layout) {
    case (.rowMajor, .channelsLast16): "to channels-last: \(name)"
    case (.channelsLast16, .rowMajor): "to row-major: \(name)"
    default: "copy: \(name)"
    }
  }

  func run(_ run: borrowing PlanRun) {
    let extents = source.extents
    guard source.layout != target.layout else {
      run.write(target).update(from: run.read(source), count: source.count)
      return
    }
    let change = source.layout == .rowMajor ? run.kernels.toChannelsLast : run.kernels.toRowMajor
    for sample in 0..<extents.batch {
      let task = LayoutChange(
        channels: extents.channels, pixels: extents.pixels,
        input: run.read(source, sample: sample),
        output: run.write(target, sample: sample), stride: extents.paddedChannels)
      run.parallel(extents.pixels, grain: 1024) { change(task, $0) }
    }
  }
}

/// A constant put where steps expect computed values.
struct ConstantStep: PlanStep {
  let tensor: Tensor
  let target: Buffer
  let name: String

  var label: String { "constant: \(name)" }

  func run(_ run: borrowing PlanRun) {
    let written = UnsafeMutableRawBufferPointer(start: run.write(target), count: tensor.byteCount)
    tensor.withUnsafeBytes { written.copyMemory(from: $0) }
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

  var label: String { "\(operation.name) (reference): \(name)" }

  func run(_ run: borrowing PlanRun) throws {
    var arrays: [ReferenceArray<Float>] = []
    for input in inputs {
      switch input {
      case .weight(let tensor): arrays.append(ReferenceArray(tensor))
      case .buffer(let buffer, let shape):
        arrays.append(
          ReferenceArray(
            shape: shape, elements: Array(UnsafeBufferPointer(start: run.read(buffer), count: buffer.count))))
      }
    }
    let results = try located(location) { try operation.evaluate(arrays) }
    for (output, result) in zip(outputs, results) {
      let written = run.write(output)
      result.elements.withUnsafeBufferPointer { elements in
        if let base = elements.baseAddress { written.update(from: base, count: elements.count) }
      }
    }
  }
}

import FerryModel

extension Activate: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    if activation == .identity { return inputs[0] }
    return ReferenceArray(writing: shape) { y in
      inputs[0].withPointer { x in
        workers.forEachRange(below: inputs[0].count) { range in
          (y + range.lowerBound).initialize(from: x + range.lowerBound, count: range.count)
          activation.end(y + range.lowerBound, range.count)
        }
      }
    }
  }
}

extension Unary: OracleOperator {
  /// The plain loop on pieces of the array, each on a thread of its own.
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    guard inputs[0].count > 1 << 14 else { return nil }
    return ReferenceArray(writing: shape) { y in
      workers.forEachRange(below: inputs[0].count) { range in
        let piece = ReferenceArray(shape: [range.count], elements: Array(inputs[0].elements[range]))
        // It throws nothing: shapes were asked for before.
        let results = (try? evaluate([piece])) ?? []
        results.first?.withPointer { (y + range.lowerBound).initialize(from: $0, count: range.count) }
      }
    }
  }
}

extension BatchNormalization: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let (channels, pixels) = (shape[1], shape[2...].reduce(1, *))
    return ReferenceArray(writing: shape) { y in
      inputs[0].withPointer { x in
        workers.forEach(below: shape[0] * channels, work: inputs[0].count) { plane in
          let channel = plane % channels
          let (factor, offset) = affine(
            scale: inputs[1].elements[channel], bias: inputs[2].elements[channel], mean: inputs[3].elements[channel],
            variance: inputs[4].elements[channel])
          for pixel in plane * pixels..<(plane + 1) * pixels { y[pixel] = x[pixel] * factor + offset }
        }
      }
    }
  }
}

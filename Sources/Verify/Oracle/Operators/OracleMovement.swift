import FerryModel

extension Transpose: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let strides = inputs[0].strides
    return moved(inputs[0], shape, strides: permutation.map { strides[$0] }, on: workers)
  }
}

extension Expand: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    moved(inputs[0], shape, strides: inputs[0].broadcastStrides(to: shape), on: workers)
  }
}

extension Slice: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    guard let starts = starts.fixed else { return nil }
    let strides = inputs[0].strides
    return moved(
      inputs[0], shape, strides: zip(strides, steps).map { $0 * $1 },
      first: zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }, on: workers)
  }
}

extension Concat: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let strides = ReferenceArray<Double>.strides(of: shape)
    return ReferenceArray(writing: shape) { y in
      var first = 0
      for input in inputs {
        let loop = StridedLoop(shape: input.shape, strides: [strides, input.strides])
        input.withPointer { loop.copy(from: $0, to: y + first, on: workers) }
        first += input.shape[axis] * strides[axis]
      }
    }
  }
}

extension Pad: OracleOperator {
  /// A constant around the input; other modes are left to the plain loops.
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    guard mode == .constant, let amounts = pads.fixed else { return nil }
    let x = inputs[0]
    let strides = ReferenceArray<Double>.strides(of: shape)
    // The part of the input that is left, along each axis.
    let kept = shape.indices.map { axis in
      let first = max(0, -amounts[axis])
      return first..<max(first, min(x.shape[axis], shape[axis] - amounts[axis]))
    }
    let loop = StridedLoop(shape: kept.map(\.count), strides: [strides, x.strides])
    let source = zip(kept, x.strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }
    let target = shape.indices.reduce(0) { $0 + (kept[$1].lowerBound + amounts[$1]) * strides[$1] }
    return ReferenceArray(writing: shape) { y in
      workers.forEachRange(below: shape.reduce(1, *)) { range in
        (y + range.lowerBound).initialize(repeating: Double(value), count: range.count)
      }
      if loop.count > 0 { x.withPointer { loop.copy(from: $0 + source, to: y + target, on: workers) } }
    }
  }
}

/// The elements of an array that strides lead to, from the element `first` on.
private func moved(
  _ x: ReferenceArray<Double>, _ shape: [Int], strides: [Int], first: Int = 0, on workers: Workers
) -> ReferenceArray<Double> {
  let loop = StridedLoop(shape: shape, strides: [ReferenceArray<Double>.strides(of: shape), strides])
  return ReferenceArray(writing: shape) { y in
    x.withPointer { loop.copy(from: $0 + first, to: y, on: workers) }
  }
}

extension StridedLoop {
  /// Copies elements: the first array of the loop is the target, the second the source.
  fileprivate func copy(
    from x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, on workers: Workers
  ) {
    let steps = (innerSteps[0], innerSteps[1])
    workers.forEachRange(below: count) { range in
      forEachRun(of: range) { offsets, count in
        let (target, source) = (y + offsets[0], x + offsets[1])
        switch steps {
        case (1, 1): target.update(from: source, count: count)
        case (1, let step): for i in 0..<count { target[i] = source[i &* step] }
        case (let step, let other): for i in 0..<count { target[i &* step] = source[i &* other] }
        }
      }
    }
  }
}

import FerryModel

extension Pool: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let window = try VolumeWindow(window)
    let lines = LineSums(window, input: inputs[0].shape, output: shape)
    let counts = kind == .maximum ? [] : windowCounts(window, input: inputs[0].shape, output: shape)
    return ReferenceArray(writing: shape) { y in
      inputs[0].withPointer { x in
        workers.forEach(below: shape[0] * shape[1], work: shape.reduce(1, *)) { plane in
          let source = x + plane * lines.inputPixels
          let target = y + plane * lines.outputPixels
          target.initialize(repeating: kind == .maximum ? -.infinity : 0, count: lines.outputPixels)
          if kind == .maximum { return lines.raise(source, to: target) }
          lines.add(source, to: target)
          for pixel in counts.indices { target[pixel] /= counts[pixel] }
        }
      }
    }
  }

  /// What the sum of each window of a plane is divided by.
  private func windowCounts(_ window: VolumeWindow, input: [Int], output: [Int]) -> [Double] {
    let (inputs, outputs) = (VolumeWindow.extents(input), VolumeWindow.extents(output))
    let alongAxes = (0..<3).map { axis in
      let extent = [inputs.depth, inputs.height, inputs.width][axis]
      return (0..<[outputs.depth, outputs.height, outputs.width][axis]).map { place in
        let start = window.start(axis, place)
        if kind == .average { return window.taps(axis, start: start, extent: extent).count }
        let padded = window.begin[axis] + extent + window.end[axis]
        return window.taps(axis, start: start + window.begin[axis], extent: padded).count
      }
    }
    return alongAxes[0].flatMap { depth in
      alongAxes[1].flatMap { height in alongAxes[2].map { Double(depth * height * $0) } }
    }
  }
}

extension GlobalPool: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    reduced(inputs[0], shape, kind == .average ? .mean : .maximum, on: workers)
  }
}

extension Reduce: OracleOperator {
  /// Means, sums and maxima along the last axes, all of them; others are left to the plain loops.
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let rank = inputs[0].shape.count
    guard [.mean, .sum, .maximum].contains(kind), axes == Array(rank - axes.count..<rank) else { return nil }
    return reduced(inputs[0], shape, kind, on: workers)
  }
}

/// One number for each stretch of neighbouring elements, as many as `shape` has elements.
private func reduced(
  _ x: ReferenceArray<Double>, _ shape: [Int], _ kind: Reduce.Kind, on workers: Workers
) -> ReferenceArray<Double>? {
  let results = shape.reduce(1, *)
  guard results > 0, x.count > 0 else { return nil }
  let count = x.count / results
  return ReferenceArray(writing: shape) { y in
    x.withPointer { start in
      workers.forEach(below: results, work: x.count) { index in
        let first = start + index * count
        switch kind {
        case .maximum: y[index] = largest(first, count)
        case .mean: y[index] = sum(first, count) / Double(count)
        default: y[index] = sum(first, count)
        }
      }
    }
  }
}

/// Eight sums side by side, which is faster and rounds less than one.
private func sum(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = count & ~7
  for start in stride(from: 0, to: whole, by: 8) {
    sums += UnsafeRawPointer(x + start).loadUnaligned(as: SIMD8<Double>.self)
  }
  var sum = sums.sum()
  for index in whole..<count { sum += x[index] }
  return sum
}

/// The largest number; NaN if one is.
private func largest(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
  var largest = -Double.infinity
  for index in 0..<count { largest = x[index] > largest || x[index] != x[index] ? x[index] : largest }
  return largest
}

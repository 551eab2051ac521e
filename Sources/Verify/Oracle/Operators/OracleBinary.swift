import FerryModel

extension Binary: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let pairs = PairLoop(inputs[0], inputs[1], shape)
    switch kind {
    case .add: return pairs.combine(on: workers) { $0 + $1 }
    case .subtract: return pairs.combine(on: workers) { $0 - $1 }
    case .multiply: return pairs.combine(on: workers) { $0 * $1 }
    case .divide: return pairs.combine(on: workers) { $0 / $1 }
    case .maximum: return pairs.combine(on: workers) { $0 != $0 ? $0 : $1 >= $0 || $1 != $1 ? $1 : $0 }
    case .minimum: return pairs.combine(on: workers) { $0 != $0 ? $0 : $1 < $0 || $1 != $1 ? $1 : $0 }
    case .power, .modulo, .remainder: return nil
    }
  }
}

extension PRelu: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    PairLoop(inputs[0], inputs[1], shape).combine(on: workers) { $0 < 0 ? $1 * $0 : $0 }
  }
}

/// Pairs of elements of two arrays that are broadcast to a shape.
private struct PairLoop {
  private let left, right: ReferenceArray<Double>
  private let shape: [Int]
  private let loop: StridedLoop

  init(_ left: ReferenceArray<Double>, _ right: ReferenceArray<Double>, _ shape: [Int]) {
    self.left = left
    self.right = right
    self.shape = shape
    loop = StridedLoop(shape: shape, strides: [left, right].map { $0.broadcastStrides(to: shape) })
  }

  @inline(__always)
  func combine(on workers: Workers, _ function: (Double, Double) -> Double) -> ReferenceArray<Double> {
    let steps = (loop.innerSteps[0], loop.innerSteps[1])
    return ReferenceArray(writing: shape) { y in
      left.withPointer { left in
        right.withPointer { right in
          workers.forEachRange(below: loop.count) { range in
            var y = y + range.lowerBound
            loop.forEachRun(of: range) { offsets, count in
              let (a, b) = (left + offsets[0], right + offsets[1])
              // A loop for each common case, which the compiler makes vectors of.
              switch steps {
              case (1, 1): for i in 0..<count { y[i] = function(a[i], b[i]) }
              case (1, 0):
                let second = b[0]
                for i in 0..<count { y[i] = function(a[i], second) }
              case (0, 1):
                let first = a[0]
                for i in 0..<count { y[i] = function(first, b[i]) }
              default: for i in 0..<count { y[i] = function(a[i &* steps.0], b[i &* steps.1]) }
              }
              y += count
            }
          }
        }
      }
    }
  }
}

import FerryKernelInterface
import FerryKernelVector

private protocol Combination {
  static func apply(_ a: Vector, _ b: Vector) -> Vector
}

private enum Sum: Combination {
  @_transparent static func apply(_ a: Vector, _ b: Vector) -> Vector { a + b }
}
private enum Difference: Combination {
  @_transparent static func apply(_ a: Vector, _ b: Vector) -> Vector { a - b }
}
private enum Multiplication: Combination {
  @_transparent static func apply(_ a: Vector, _ b: Vector) -> Vector { a * b }
}
private enum Quotient: Combination {
  @_transparent static func apply(_ a: Vector, _ b: Vector) -> Vector { a / b }
}
private enum Maximum: Combination {
  @_transparent static func apply(_ a: Vector, _ b: Vector) -> Vector { maximum(a, b) }
}
private enum Minimum: Combination {
  @_transparent static func apply(_ a: Vector, _ b: Vector) -> Vector { minimum(a, b) }
}
private enum ParametricReLU: Combination {
  @_transparent static func apply(_ a: Vector, _ b: Vector) -> Vector { select(a .< .zero, a * b, a) }
}

/// output[i] = clip(left[i] ⊕ right[i]) for i < count; infinite bounds change nothing.
@inline(never)
private func combine<C: Combination>(
  _: C.Type, _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ count: Int, _ finish: Finish
) {
  let lower = Vector(repeating: finish.lower)
  let upper = Vector(repeating: finish.upper)
  var i = 0
  while i &+ 16 <= count {
    store(clip(C.apply(load(left + i), load(right + i)), lower, upper), output + i)
    i &+= 16
  }
  if i < count {
    let rest = count &- i
    let value = C.apply(loadPartial(left + i, rest), loadPartial(right + i, rest))
    storePartial(clip(value, lower, upper), output + i, rest)
  }
}

func binary(_ task: Binary, _ rows: Range<Int>) {
  let finish = Finish(task.activation)
  // Rows without gaps are one long row.
  let joined = task.rightStride == task.columns && task.rowsPerRight == 1
  let length = joined ? task.columns &* rows.count : task.columns
  // Pieces that are still in the nearest cache when the rest of the activation passes over them.
  let piece = finish.remaining == nil ? length : 2048
  for row in joined ? rows.lowerBound..<min(rows.lowerBound &+ 1, rows.upperBound) : rows {
    let left = task.left + row &* task.columns
    let right = task.right + row / task.rowsPerRight &* task.rightStride
    let output = task.output + row &* task.columns
    var done = 0
    while done < length {
      let count = min(piece, length &- done)
      let (a, b, c) = (left + done, right + done, output + done)
      switch task.operation {
      case .add: combine(Sum.self, a, b, c, count, finish)
      case .subtract: combine(Difference.self, a, b, c, count, finish)
      case .multiply: combine(Multiplication.self, a, b, c, count, finish)
      case .divide: combine(Quotient.self, a, b, c, count, finish)
      case .maximum: combine(Maximum.self, a, b, c, count, finish)
      case .minimum: combine(Minimum.self, a, b, c, count, finish)
      case .parametricRelu: combine(ParametricReLU.self, a, b, c, count, finish)
      }
      if let remaining = finish.remaining { activate(remaining, c, c, count) }
      done &+= count
    }
  }
}

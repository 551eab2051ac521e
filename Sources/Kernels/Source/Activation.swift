import FerryKernelInterface
import FerryKernelVector

// Each activation is a type, so that a loop over numbers is compiled once for each of them without a branch inside.

private protocol Function {
  static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector
}

private enum Identity: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector { x }
}

private enum Clip: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector { clip(x, a, b) }
}

private enum Exponential: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector { exponential(x) }
}

private enum Sigmoid: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector {
    Vector(repeating: 1) / (1 + exponentialAddend(-x))
  }
}

private enum SiLU: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector {
    x / (1 + exponentialAddend(-x))
  }
}

private enum HardSigmoid: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector {
    clip(multiplyAdd(b, a, x), .zero, Vector(repeating: 1))
  }
}

private enum HardSwish: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector {
    x * HardSigmoid.apply(x, a, b)
  }
}

private enum LeakyReLU: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector { select(x .< .zero, a * x, x) }
}

/// 1 - 2 / (exp(2|x|) + 1) loses its digits near zero: there x · (1 + x² · q(x²)), q a minimax polynomial of degree 4.
private enum Tanh: Function {
  @_transparent static func apply(_ x: Vector, _ a: Vector, _ b: Vector) -> Vector {
    let size = magnitude(x)
    let square = x * x
    var q = Vector(repeating: -0.005_717_045_16)
    q = multiplyAdd(Vector(repeating: 0.020_650_588_0), q, square)
    q = multiplyAdd(Vector(repeating: -0.053_743_496_5), q, square)
    q = multiplyAdd(Vector(repeating: 0.133_314_908), q, square)
    q = multiplyAdd(Vector(repeating: -0.333_332_837), q, square)
    // As a product, so that the sign of zero stays.
    let near = x * multiplyAdd(Vector(repeating: 1), square, q)
    let far = 1 - Vector(repeating: 2) / (1 + exponentialAddend(size + size))
    return select(size .< Vector(repeating: 0.625), near, select(x .< .zero, -far, far))
  }
}

/// output[i] = F(input[i]) for i < count; the addresses may be equal.
@inline(never)
private func map<F: Function>(
  _: F.Type, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int, _ a: Float, _ b: Float
) {
  let a = Vector(repeating: a)
  let b = Vector(repeating: b)
  var i = 0
  while i &+ 16 <= count {
    store(F.apply(load(input + i), a, b), output + i)
    i &+= 16
  }
  if i < count {
    let rest = count &- i
    storePartial(F.apply(loadPartial(input + i, rest), a, b), output + i, rest)
  }
}

/// A loop over numbers, to be compiled for each function.
private protocol Pass {
  func run<F: Function>(_: F.Type, _ a: Float, _ b: Float)
}

/// Runs a pass with the function of an activation.
@inline(__always)
private func run<P: Pass>(_ pass: P, _ activation: ActivationTask) {
  let (a, b) = (activation.a, activation.b)
  switch activation.kind {
  case .identity: pass.run(Identity.self, a, b)
  case .relu: pass.run(Clip.self, 0, .infinity)
  case .clip: pass.run(Clip.self, a, b)
  case .exponential: pass.run(Exponential.self, a, b)
  case .sigmoid: pass.run(Sigmoid.self, a, b)
  case .silu: pass.run(SiLU.self, a, b)
  case .hardSigmoid: pass.run(HardSigmoid.self, a, b)
  case .hardSwish: pass.run(HardSwish.self, a, b)
  case .leakyRelu: pass.run(LeakyReLU.self, a, b)
  case .tanh: pass.run(Tanh.self, a, b)
  }
}

private struct Elements: Pass {
  let input: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let count: Int

  @inline(__always)
  func run<F: Function>(_ function: F.Type, _ a: Float, _ b: Float) { map(function, input, output, count, a, b) }
}

func activate(
  _ activation: ActivationTask, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  if activation.kind == .identity {
    if input != UnsafePointer(output) { output.update(from: input, count: count) }
  } else {
    run(Elements(input: input, output: output, count: count), activation)
  }
}

/// output[row][i] = F(output[row][i]) for `count` floats, whole vectors, in each of `rows` rows.
@inline(never)
private func mapRows<F: Function>(
  _: F.Type, _ output: UnsafeMutablePointer<Float>, rows: Int, stride: Int, count: Int, _ a: Float, _ b: Float
) {
  let a = Vector(repeating: a)
  let b = Vector(repeating: b)
  var row = output
  for _ in 0..<rows {
    var address = row
    let end = row + count
    while address < end {
      store(F.apply(load(address), a, b), address)
      address += lanes
    }
    row += stride
  }
}

private struct Rows: Pass {
  let output: UnsafeMutablePointer<Float>
  let rows, stride, count: Int

  @inline(__always)
  func run<F: Function>(_ function: F.Type, _ a: Float, _ b: Float) {
    mapRows(function, output, rows: rows, stride: stride, count: count, a, b)
  }
}

/// `count` floats, a multiple of 16, in each of `rows` rows, in place.
func activate(
  _ activation: ActivationTask, _ output: UnsafeMutablePointer<Float>, rows: Int, stride: Int, count: Int
) {
  run(Rows(output: output, rows: rows, stride: stride, count: count), activation)
}

/// sums[c] = Σ over rows of (output[row][c] = F(output[row][c])) for the channels of `group`. Four sums, row r in sum r
/// % 4, then (0 + 1) + (2 + 3): independent additions hide their latency, and shorter sums round less.
@inline(never)
private func mapAndSum<F: Function>(
  _: F.Type, _ output: UnsafeMutablePointer<Float>, rows: Int, stride: Int, _ group: Range<Int>,
  _ sums: UnsafeMutablePointer<Float>, _ a: Float, _ b: Float
) {
  let a = Vector(repeating: a)
  let b = Vector(repeating: b)
  for block in group {
    var totals = InlineArray<4, Vector>(repeating: .zero)
    var address = output + block &* lanes
    for _ in 0..<(rows / 4) {
      for i in 0..<4 {
        let value = F.apply(load(address + i &* stride), a, b)
        store(value, address + i &* stride)
        totals[unchecked: i] += value
      }
      address += 4 &* stride
    }
    for i in 0..<(rows % 4) {
      let value = F.apply(load(address), a, b)
      store(value, address)
      if i == 0 { totals[unchecked: 0] += value }
      if i == 1 { totals[unchecked: 1] += value }
      if i == 2 { totals[unchecked: 2] += value }
      address += stride
    }
    store(
      (totals[unchecked: 0] + totals[unchecked: 1]) + (totals[unchecked: 2] + totals[unchecked: 3]),
      sums + block &* lanes)
  }
}

private struct SummedRows: Pass {
  let output: UnsafeMutablePointer<Float>
  let rows, stride: Int
  let group: Range<Int>
  let sums: UnsafeMutablePointer<Float>

  @inline(__always)
  func run<F: Function>(_ function: F.Type, _ a: Float, _ b: Float) {
    mapAndSum(function, output, rows: rows, stride: stride, group, sums, a, b)
  }
}

/// The channels of `group` in each of `rows` rows, in place, and their sums over the rows.
func activate(
  _ activation: ActivationTask, _ output: UnsafeMutablePointer<Float>, rows: Int, stride: Int, _ group: Range<Int>,
  sums: UnsafeMutablePointer<Float>
) {
  run(SummedRows(output: output, rows: rows, stride: stride, group: group, sums: sums), activation)
}

func unary(_ task: Unary, _ elements: Range<Int>) {
  activate(
    task.activation, task.input + elements.lowerBound, task.output + elements.lowerBound, elements.count)
}

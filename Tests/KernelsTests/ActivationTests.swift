import FerryKernels
import Foundation
import Testing

@Suite("Activations")
struct ActivationTests {
  /// What the documentation of ActivationKind says, in Double.
  private func exact(_ task: ActivationTask, _ x: Double) -> Double {
    let (a, b) = (Double(task.a), Double(task.b))
    func clamp(_ x: Double, _ low: Double, _ high: Double) -> Double { x < low ? low : x > high ? high : x }
    switch task.kind {
    case .identity: return x
    case .relu: return clamp(x, 0, .infinity)
    case .clip: return clamp(x, a, b)
    case .sigmoid: return 1 / (1 + exp(-x))
    case .silu: return x / (1 + exp(-x))
    case .hardSigmoid: return clamp(a * x + b, 0, 1)
    case .hardSwish: return x * clamp(a * x + b, 0, 1)
    case .leakyRelu: return x < 0 ? a * x : x
    case .tanh: return tanh(x)
    case .exponential: return exp(x)
    }
  }

  /// Results of one kind over many arguments.
  private func results(_ table: KernelTable, _ task: ActivationTask, _ arguments: [Float]) -> [Float] {
    let input = GuardedBuffer(count: arguments.count, edge: .afterLast) { arguments[$0] }
    let output = GuardedBuffer(count: arguments.count, edge: .afterLast)
    table.unary(Unary(input: input.input, output: output.floats, activation: task), 0..<arguments.count)
    return (0..<arguments.count).map { output[$0] }
  }

  private func sweep(_ low: Float, _ high: Float, count: Int) -> [Float] {
    (0..<count).map { low + (high - low) * Float($0) / Float(count - 1) }
  }

  /// Arguments over many orders of magnitude, both signs.
  private func magnitudes(from low: Int, to high: Int) -> [Float] {
    var numbers = Numbers(seed: 5)
    return (low..<high).flatMap { e in
      (0..<24).map { _ in
        Float(sign: .plus, exponent: e, significand: 1) * (1 + abs(numbers.next())) * (numbers.next() < 0 ? -1 : 1)
      }
    }
  }

  private func worst(
    _ table: KernelTable, _ task: ActivationTask, _ arguments: [Float]
  ) -> (units: Double, at: Float) {
    zip(arguments, results(table, task, arguments)).map { x, y in
      (unitsInTheLastPlace(y, exact(task, Double(x))), x)
    }.max { $0.0 < $1.0 } ?? (0, 0)
  }

  @Test("exp is within 2 units in the last place, subnormal results included", arguments: Kernels.available)
  func exponential(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let arguments = sweep(-104, 88.72, count: 6000) + magnitudes(from: -30, to: 6) + sweep(-0.4, 0.4, count: 2000)
    let found = worst(table, ActivationTask(.exponential), arguments)
    #expect(found.units < 2, "\(found)")
    let special = results(table, ActivationTask(.exponential), [.infinity, -.infinity, 0, -0.0, 89, -200, .nan])
    #expect(special.prefix(6) == [.infinity, 0, 1, 1, .infinity, 0])
    #expect(special[6].isNaN)
  }

  @Test("sigmoid and silu are within 3 units, tanh within 2", arguments: Kernels.available)
  func sigmoids(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    // Beyond ±87 the results are subnormal or saturated: that is the next test.
    let arguments = sweep(-87, 87, count: 5000) + sweep(-2, 2, count: 3000) + magnitudes(from: -30, to: 6)
    for (kind, limit) in [(ActivationKind.sigmoid, 3.0), (.silu, 3), (.tanh, 2)] {
      let found = worst(table, ActivationTask(kind), arguments)
      #expect(found.units < limit, "\(kind) \(found)")
    }
  }

  @Test("infinities, zeros and NaN", arguments: Kernels.available)
  func specialValues(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let huge: [Float] = [.infinity, -.infinity, 3e38, -3e38, 200, -200, 0]
    #expect(results(table, ActivationTask(.sigmoid), huge) == [1, 0, 1, 0, 1, 0, 0.5])
    #expect(results(table, ActivationTask(.tanh), huge) == [1, -1, 1, -1, 1, -1, 0])
    #expect(results(table, ActivationTask(.silu), Array(huge.dropFirst(2))) == [3e38, 0, 200, 0, 0])
    #expect(results(table, ActivationTask(.tanh), [-0.0])[0].sign == .minus)
    #expect(results(table, ActivationTask(.relu), huge) == [.infinity, 0, 3e38, 0, 200, 0, 0])
    for activation in activations {
      // NaN in one lane is NaN there alone, in a whole vector and in a partial one.
      for lane in [3, 18] {
        let found = results(table, activation, (0..<19).map { $0 == lane ? .nan : 0.25 })
        for i in 0..<19 { #expect(found[i].isNaN == (i == lane), "\(activation.kind)") }
      }
    }
  }

  @Test("the piecewise linear ones are exact or rounded as written", arguments: Kernels.available)
  func piecewiseLinear(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let arguments = sweep(-4, 4, count: 1001)
    for activation in activations {
      switch activation.kind {
      case .identity, .relu, .clip:
        #expect(worst(table, activation, arguments).units == 0, "\(activation.kind)")
      case .leakyRelu:
        #expect(worst(table, activation, arguments).units <= 0.5)
      case .hardSigmoid, .hardSwish:
        for (x, y) in zip(arguments, results(table, activation, arguments)) {
          // a·x + b cancels: the error is relative to its terms, of size 1.5 at most here.
          let limit = activation.kind == .hardSwish ? 3 * 0x1p-24 * Double(abs(x) + 1) : 3 * 0x1p-24
          #expect(abs(Double(y) - exact(activation, Double(x))) <= limit)
        }
      default: break
      }
    }
  }

  @Test("any range, in place or not, gives the same bits and writes nothing outside", arguments: Kernels.available)
  func ranges(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    var numbers = Numbers(seed: 11)
    let values = (0..<67).map { _ in numbers.next() * 4 }
    for activation in activations {
      let whole = results(table, activation, values)
      for range in [0..<67, 1..<17, 5..<5, 3..<66, 16..<48, 66..<67, 50..<67] {
        for edge in GuardedBuffer.Edge.allCases {
          let buffer = GuardedBuffer(count: 67, edge: edge) { values[$0] }
          table.unary(Unary(input: buffer.input, output: buffer.floats, activation: activation), range)
          let expected = (0..<67).map { (range.contains($0) ? whole[$0] : values[$0]).bitPattern }
          #expect(buffer.bits == expected, "\(activation.kind) \(range)")
        }
      }
    }
  }
}

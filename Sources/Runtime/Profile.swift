import FerryKernels
import FerryTensor

/// What one step of a plan did in one run.
public struct StepProfile: Sendable {
  /// What the step does and for which node: `matrix product: block1/conv`. What stands before the first `: ` is its
  /// kind.
  public let label: String
  /// The node that the step computes, or the value that it carries over.
  public let node: String
  /// Multiply-adds counted as two, what a pooling adds or compares as one; 0 where nothing is computed.
  public let floatingPointOperations: Int
  /// How long the step took in this run.
  public let nanoseconds: Int

  init(_ step: any PlanStep, nanoseconds: Int) {
    (label, node, floatingPointOperations) = (step.label, step.name, step.floatingPointOperations)
    self.nanoseconds = nanoseconds
  }
}

extension Session {
  /// Runs the model once and times each step of its plan, in order. Results are dropped.
  ///
  /// The times include that of reading the clock, some tens of nanoseconds a step.
  ///
  /// - Parameter inputs: as for `run`.
  /// - Throws: what `run` throws; `usage` for a session on the plain loops, which has no plan.
  public func profile(_ inputs: [String: Tensor]) throws -> [StepProfile] {
    guard !options.usesReference else {
      throw FerryError(.usage, "a session on the plain loops has no steps that could be timed")
    }
    return try runPlan(orderedInputs(inputs), timed: true).steps
  }

  /// What one thread can do at best in this session's instruction set: measured, in GFLOP/s (10⁹ floating-point
  /// operations a second), over some tens of milliseconds in which other work on the machine is not to take the core.
  public func multiplyAddPeak() -> Double {
    // Sums stay finite: they tend to addend / (1 − factor).
    var numbers = [Float](repeating: 0.5, count: 2 * lanes)
    let clock = ContinuousClock()
    var best = 0.0
    // Several short bursts, of which the fastest tells what the processor can do: the others were disturbed.
    for _ in 0..<40 {
      let start = clock.now
      let operations = numbers.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { kernels.multiplyAddPeak(100_000, $0) } ?? 0
      }
      best = max(best, Double(operations) / Double(max(1, (clock.now - start).nanoseconds)))
    }
    return best
  }
}

extension Duration {
  /// Whole nanoseconds, for durations of less than centuries.
  var nanoseconds: Int { Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000) }
}

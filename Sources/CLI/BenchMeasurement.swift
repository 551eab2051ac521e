import FerryRuntime
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A model measured: runs as users get them, then runs whose steps are timed.
struct BenchMeasurement {
  let session: Session
  /// The session runs plain loops, which have no plan and no steps.
  let usesReference: Bool
  let inputs: BenchInputs
  /// Opening the bundle and reading the model's graph.
  let opening: Duration
  /// Deciding how to run inputs of this shape. Zero where there is no plan.
  private(set) var planning = Duration.zero
  /// What a caller waits for the first answer once the model is open, planning included.
  private(set) var firstRun = Duration.zero
  private(set) var times = SortedTimes([])
  private(set) var steps: [Step] = []
  /// Bytes that all activations need together at the peak.
  private(set) var arenaBytes: Int?
  /// GFLOP/s of one thread at best.
  private(set) var peak = 0.0

  /// A step over all profiled runs.
  struct Step {
    let label, node: String
    let operations: Int
    /// The median.
    let milliseconds: Double

    /// What the step does, without the node.
    var kind: String { label.firstRange(of: ": ").map { String(label[..<$0.lowerBound]) } ?? label }
  }

  init(session: Session, usesReference: Bool, inputs: BenchInputs, opening: Duration) {
    self.session = session
    self.usesReference = usesReference
    self.inputs = inputs
    self.opening = opening
  }

  /// Floating-point operations of one run.
  var operations: Int { steps.reduce(0) { $0 + $1.operations } }

  /// The most memory that this process has held by the end of the runs, mapped weights that were read among it.
  private(set) var peakResidentBytes = 0

  private static func residentPeak() -> Int {
    var usage = rusage()
    #if os(Linux)
      let (process, unit) = (__rusage_who_t(RUSAGE_SELF.rawValue), 1024)
    #else
      let (process, unit) = (RUSAGE_SELF, 1)
    #endif
    return getrusage(process, &usage) == 0 ? Int(usage.ru_maxrss) * unit : 0
  }

  /// - Parameter progress: gets a line now and then.
  mutating func measure(runs: Int?, seconds: Double, _ progress: (String) -> Void) throws {
    let clock = ContinuousClock()
    progress("first run")
    let start = clock.now
    if !usesReference {
      arenaBytes = try session.model.planSummary(inputShapes: inputs.inputShapes).arenaBytes
      planning = clock.now - start
    }
    _ = try session.run(inputs.tensors)
    firstRun = clock.now - start
    times = try timed(runs: runs, seconds: seconds, progress)
    peakResidentBytes = Self.residentPeak()
    guard !usesReference else { return }
    progress("timing steps")
    steps = try profiled(runs: runs, seconds: seconds / 2)
    progress("measuring the processor")
    peak = session.multiplyAddPeak()
  }

  private func timed(runs: Int?, seconds: Double, _ progress: (String) -> Void) throws -> SortedTimes {
    let clock = ContinuousClock()
    // Caches and the processor's clock settle.
    let warmUp = clock.now + .seconds(min(0.2, seconds / 10))
    repeat { _ = try session.run(inputs.tensors) } while clock.now < warmUp && runs == nil
    let end = clock.now + .seconds(seconds)
    var shown = clock.now
    var times: [Double] = []
    while runs.map({ times.count < $0 }) ?? (times.count < Bench.fewestRuns || clock.now < end) {
      let start = clock.now
      _ = try session.run(inputs.tensors)
      times.append((clock.now - start).milliseconds)
      if clock.now > shown + .milliseconds(100) {
        shown = clock.now
        progress("run \(times.count)\(runs.map { " of \($0)" } ?? "")")
      }
    }
    return SortedTimes(times)
  }

  private func profiled(runs: Int?, seconds: Double) throws -> [Step] {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    let most = min(runs ?? Self.mostProfiledRuns, Self.mostProfiledRuns)
    let first = try session.profile(inputs.tensors)
    var times = first.map { [Double($0.nanoseconds) * 1e-6] }
    for count in 1..<max(2, most) where count < (runs ?? Bench.fewestRuns) || clock.now < end {
      for (index, step) in try session.profile(inputs.tensors).enumerated() {
        times[index].append(Double(step.nanoseconds) * 1e-6)
      }
    }
    return zip(first, times).map { step, times in
      Step(
        label: step.label, node: step.node, operations: step.floatingPointOperations,
        milliseconds: SortedTimes(times).median)
    }
  }

  /// More tell nothing new.
  private static let mostProfiledRuns = 200
}

/// Times in milliseconds and what they come to.
struct SortedTimes {
  let values: [Double]

  init(_ values: [Double]) { self.values = values.sorted() }

  var median: Double { quantile(0.5) }
  var minimum: Double { values.first ?? .nan }
  /// The middle half's width over the median: how much to trust it.
  var spread: Double { (quantile(0.75) - quantile(0.25)) / median }

  /// Between neighbours interpolated linearly.
  func quantile(_ part: Double) -> Double {
    guard let last = values.indices.last else { return .nan }
    let position = part * Double(last)
    let below = Int(position)
    let above = min(below + 1, last)
    return values[below] + (values[above] - values[below]) * (position - Double(below))
  }
}

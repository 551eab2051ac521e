import FerryKernels

/// One piece of work of a plan, with everything decided but the addresses.
protocol PlanStep: Sendable {
  /// What the step does: a word or two that steps of a kind share.
  var kind: String { get }
  /// The node or value that it is done for.
  var name: String { get }
  /// Multiplications and additions of the convolutions and matrix products, each counted as one; 0 elsewhere.
  var floatingPointOperations: Int { get }
  /// The kernel to call and its task, with the addresses of one session's memory.
  func bind(_ binder: Binder) -> Binder.Call
  /// Computes a step that calls no kernel.
  func runPlainLoops(_ memory: ProgramMemory) throws
}

extension PlanStep {
  /// For reports.
  var label: String { "\(kind): \(name)" }
  var floatingPointOperations: Int { 0 }
  func runPlainLoops(_ memory: ProgramMemory) throws {}
}

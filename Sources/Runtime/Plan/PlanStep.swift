import FerryKernels

/// One piece of work of a plan, with everything decided but the addresses.
protocol PlanStep: Sendable {
  /// What the step does: a word or two that steps of a kind share.
  var kind: String { get }
  /// The node or value that it is done for.
  var name: String { get }
  /// Multiplications and additions of the convolutions and matrix products, each counted as one; 0 elsewhere.
  var floatingPointOperations: Int { get }
  /// Kernel calls that `bind` makes.
  var jobCount: Int { get }
  func bind(_ binder: inout Binder)
  /// Computes a step that calls no kernel.
  func runPlainLoops(_ memory: ProgramMemory) throws
}

extension PlanStep {
  /// For reports.
  var label: String { "\(kind): \(name)" }
  var floatingPointOperations: Int { 0 }
  var jobCount: Int { 1 }
  func runPlainLoops(_ memory: ProgramMemory) throws {}
}

public import FerryKernelInterface

/// FERRY_ISA names an instruction set that does not exist or that this processor does not have.
public struct KernelSelectionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The value of FERRY_ISA.
  public let found: String
  /// The instruction sets that this machine can run, in ascending order.
  public let allowed: [InstructionSet]

  public init(found: String, allowed: [InstructionSet]) {
    self.found = found
    self.allowed = allowed
  }

  /// What was found and why it cannot be used.
  public var message: String {
    InstructionSet(rawValue: found) == nil
      ? "FERRY_ISA is \"\(found)\", which is no instruction set that Ferry knows"
      : "FERRY_ISA is \"\(found)\", which this processor or its operating system does not support"
  }

  /// The values that are possible here.
  public var supported: String { allowed.map(\.rawValue).joined(separator: ", ") }

  /// What to do.
  public var hint: String { "unset FERRY_ISA to use the fastest, \(allowed.max()?.rawValue ?? "baseline")" }

  public var description: String { "\(message)\n  supported: \(supported)\n  hint: \(hint)" }
}

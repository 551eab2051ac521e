internal import CShims
@_exported public import FerryKernelInterface
internal import FerryKernelsBaseline

#if arch(x86_64)
  internal import FerryKernelsAVX2
  internal import FerryKernelsAVX512
#endif

/// The kernels that this machine can run.
public enum Kernels {
  /// The instruction sets of this processor and operating system, in ascending order; `baseline` is always first.
  public static let available: [InstructionSet] = InstructionSet.allCases.filter { $0 <= best }

  private static let best: InstructionSet = {
    #if arch(x86_64)
      switch ferry_x86_64_level() {
      case 4: return .avx512
      case 3: return .avx2
      default: return .baseline
      }
    #else
      return .baseline
    #endif
  }()

  /// The kernels for an instruction set, or nil where this machine does not have it.
  public static func table(for instructionSet: InstructionSet) -> KernelTable? {
    guard available.contains(instructionSet) else { return nil }
    switch instructionSet {
    case .baseline: return FerryKernelsBaseline.kernelTable()
    #if arch(x86_64)
      case .avx2: return FerryKernelsAVX2.kernelTable()
      case .avx512: return FerryKernelsAVX512.kernelTable()
    #else
      case .avx2, .avx512: return nil
    #endif
    }
  }

  /// The kernels to use when the environment variable FERRY_ISA has this value: the best available where it is not set
  /// (nil or empty), else the ones it names.
  public static func select(environment value: String?) -> Result<KernelTable, KernelSelectionError> {
    choose(environment: value, among: available).flatMap { choice in
      // `choose` gives only what is available, and everything available has a table.
      table(for: choice).map { .success($0) }
        ?? .failure(KernelSelectionError(found: choice.rawValue, allowed: available))
    }
  }

  /// The rule of `select`, for any machine.
  package static func choose(
    environment value: String?, among available: [InstructionSet]
  ) -> Result<InstructionSet, KernelSelectionError> {
    guard let value, !value.isEmpty else { return .success(available.max() ?? .baseline) }
    guard let named = InstructionSet(rawValue: value), available.contains(named) else {
      return .failure(KernelSelectionError(found: value, allowed: available))
    }
    return .success(named)
  }
}

import FerryKernels
import Testing

@Suite("Choice of kernels")
struct SelectionTests {
  @Test("every available instruction set has its table, and no other has one")
  func tables() {
    #expect(Kernels.available.first == .baseline)
    #expect(Kernels.available == Kernels.available.sorted())
    for instructionSet in InstructionSet.allCases {
      let expected = Kernels.available.contains(instructionSet) ? instructionSet : nil
      #expect(Kernels.table(for: instructionSet)?.instructionSet == expected)
    }
  }

  @Test("without FERRY_ISA, or with an empty one, the best is chosen")
  func best() throws {
    #expect(try Kernels.select(environment: nil).get().instructionSet == Kernels.available.last)
    #expect(try Kernels.select(environment: "").get().instructionSet == Kernels.available.last)
    #expect(try Kernels.choose(environment: nil, among: [.baseline, .avx2]).get() == .avx2)
  }

  @Test("FERRY_ISA chooses any that is available", arguments: Kernels.available)
  func named(instructionSet: InstructionSet) throws {
    #expect(try Kernels.select(environment: instructionSet.rawValue).get().instructionSet == instructionSet)
  }

  @Test("more than the processor has is refused")
  func tooMuch() throws {
    let error = try failure(Kernels.choose(environment: "avx512", among: [.baseline, .avx2]))
    #expect(
      error.description == """
        FERRY_ISA is "avx512", which this processor or its operating system does not support
          supported: baseline, avx2
          hint: unset FERRY_ISA to use the fastest, avx2
        """)
  }

  @Test("an unknown name is refused", arguments: ["AVX2", "sse", " avx2"])
  func unknown(name: String) throws {
    let error = try failure(Kernels.choose(environment: name, among: [.baseline]))
    #expect(
      error.description == """
        FERRY_ISA is "\(name)", which is no instruction set that Ferry knows
          supported: baseline
          hint: unset FERRY_ISA to use the fastest, baseline
        """)
    guard case .failure(let found) = Kernels.select(environment: name) else {
      Issue.record("\(name) was accepted")
      return
    }
    #expect(found.allowed == Kernels.available)
  }

  private func failure(_ result: Result<InstructionSet, KernelSelectionError>) throws -> KernelSelectionError {
    guard case .failure(let error) = result else { throw Accepted() }
    return error
  }
  private struct Accepted: Error {}
}

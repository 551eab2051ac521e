import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Error budgets") struct OracleBudgetTests {
  private let tolerance = Tolerance(peak: 1e-6, reason: "test")
  private let oracle = ReferenceArray<Double>(shape: [2, 2], elements: [1, -2, 4, 0.1])

  @Test func eachSideHasItsDistanceFromTheOracle() throws {
    let ferry = try Tensor([1.25, -2, 4, 0.1] as [Float], shape: [2, 2])
    let reference = try Tensor([1, -2, 4, 0.1] as [Double], shape: [2, 2])
    let budget = try Oracle.budget(ferry: ferry, reference: reference, oracle: oracle, tolerance: tolerance)
    #expect(budget.ferry.maximumError == 0.25 && budget.ferry.peak == 4 && !budget.ferry.passed)
    #expect(budget.ferry.elementType == .float32 && budget.ferry.expectedElementType == .float64)
    #expect(budget.reference.maximumError == 0 && budget.reference.passed)
    // 0.1 is no float: its rounding counts.
    let rounded = try Tensor([1, -2, 4, 0.1] as [Float], shape: [2, 2])
    let other = try Oracle.budget(ferry: reference, reference: rounded, oracle: oracle, tolerance: tolerance)
    #expect(other.reference.maximumError == abs(Double(Float(0.1)) - 0.1))
    #expect(other.reference.maximumUnitsInLastPlace == 0)
  }

  @Test func integersMustBeEqual() throws {
    let wide = Tolerance(atol: 100, reason: "test")
    let oracle = ReferenceArray<Double>(shape: [3], elements: [1, -2, 3])
    let budget = try Oracle.budget(
      ferry: Tensor([1, -2, 3] as [Int32], shape: [3]), reference: Tensor([1, -2, 4] as [Int64], shape: [3]),
      oracle: oracle, tolerance: wide)
    #expect(budget.ferry.passed && budget.reference.outsideCount == 1)
    // A run holds integers as floats.
    let mixed = try Oracle.budget(
      ferry: Tensor([1, -2, 3] as [Float], shape: [3]), reference: Tensor([1, -2, 3] as [Int64], shape: [3]),
      oracle: oracle, tolerance: wide)
    #expect(mixed.ferry.passed && mixed.reference.passed)
    let fraction = ReferenceArray<Double>(shape: [3], elements: [1, -2, 3.5])
    #expect(
      throws: FerryError(.typeMismatch, "the type is int64, where the oracle has other numbers")
    ) {
      try Oracle.budget(
        ferry: Tensor([1, -2, 3] as [Float], shape: [3]), reference: Tensor([1, -2, 3] as [Int64], shape: [3]),
        oracle: fraction, tolerance: wide)
    }
  }

  @Test func truthValuesMustBeEqual() throws {
    let storage = Storage(zeroed: 2)
    storage.address.storeBytes(of: 1, as: UInt8.self)
    let truths = try Tensor(shape: Shape([2]), elementType: .bool, storage: storage)
    let budget = try Oracle.budget(
      ferry: truths, reference: Tensor([1, 0] as [Float], shape: [2]),
      oracle: ReferenceArray<Double>(shape: [2], elements: [1, 0]), tolerance: tolerance)
    #expect(budget.ferry.passed && budget.ferry.elementType == .bool && budget.reference.passed)
  }

  /// Of rows that depend on the data, a run gives those that there are, the oracle the most there can be.
  @Test func shapesMustBeEqual() throws {
    let rows = try Tensor([1, -2] as [Float], shape: [1, 2])
    let all = try Tensor([1, -2, 4, 0.1] as [Float], shape: [2, 2])
    for (ferry, reference) in [(rows, all), (all, rows)] {
      #expect(throws: FerryError(.shapeMismatch, "the shape is 1×2, where 2×2 is expected")) {
        try Oracle.budget(ferry: ferry, reference: reference, oracle: oracle, tolerance: tolerance)
      }
    }
  }
}

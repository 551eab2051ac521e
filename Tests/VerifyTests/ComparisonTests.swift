import FerryTensor
import FerryVerify
import Testing

@Suite("Comparing two tensors")
struct ComparisonTests {
  private let exact = Tolerance(reason: "test")

  @Test("every figure of four elements, computed by hand")
  func figures() throws {
    let comparison = try Comparison(
      actual: Tensor([1.5, -2, 3, 0.25] as [Float], shape: [2, 2]),
      expected: Tensor([1, -2, 4, 0] as [Double], shape: [2, 2]), tolerance: Tolerance(peak: 0.2, reason: "test"))
    // The errors are 0.5, 0, 1, 0.25.
    #expect(comparison.maximumError == 1)
    #expect(comparison.meanError == 1.75 / 4)
    #expect(comparison.percentile99Error == 1)
    #expect(comparison.peak == 4)
    #expect(comparison.peakError == 0.25)
    #expect(comparison.smallestPassingPeak == 0.25)
    // The errors' squares add up to 1.3125, those of what is expected to 21; √(21/4) is 2.29, where units are 2⁻²².
    #expect(abs(comparison.rootMeanSquareError - (1.3125 / 4).squareRoot()) < 1e-15)
    #expect(abs(comparison.rootMeanSquarePeakError - (1.3125 / 4).squareRoot() / 4) < 1e-15)
    #expect(abs((comparison.rootMeanSquareUnitsInLastPlace ?? 0) - (1.3125 / 4).squareRoot() * 0x1p22) < 1e-8)
    // From 0 to 0.25, whose bits are 0x3E800000.
    #expect(comparison.maximumUnitsInLastPlace == 0x3E80_0000)
    // Dot product 17.5, squares 21 and 15.3125.
    #expect(abs(comparison.cosine - 17.5 / (21 * 15.3125).squareRoot()) < 1e-15)
    // Squared errors 1.3125; 21 / 1.3125 is 16.
    #expect(abs(comparison.signalToNoiseDecibels - 12.041_199_826_559_248) < 1e-12)
    // 0.8 is allowed.
    #expect(comparison.outsideCount == 1)
    #expect(comparison.worst?.coordinates == [1, 0])
    #expect(comparison.worst?.actual == 3)
    #expect(comparison.worst?.expected == 4)
    #expect(comparison.worst?.error == 1)
    #expect(comparison.worst?.allowedError == 0.8)
    #expect(comparison.shape.dimensions == [2, 2] && comparison.elementCount == 4)
    #expect(!comparison.passed)
  }

  @Test("equal tensors")
  func equal() throws {
    let comparison = try compare([1, -2, 3], [1, -2, 3])
    #expect(comparison.passed && comparison.outsideCount == 0)
    #expect(comparison.maximumError == 0 && comparison.meanError == 0 && comparison.percentile99Error == 0)
    #expect(comparison.maximumUnitsInLastPlace == 0 && comparison.smallestPassingPeak == 0)
    #expect(comparison.rootMeanSquareError == 0 && comparison.rootMeanSquarePeakError == 0)
    #expect(comparison.rootMeanSquareUnitsInLastPlace == 0)
    #expect(comparison.cosine == 1 && comparison.signalToNoiseDecibels == .infinity && comparison.peakError == 0)
  }

  @Test(
    "each part of the tolerance, and their sum",
    arguments: [
      (Tolerance(atol: 0.5, reason: "t"), 1), (Tolerance(atol: 1, reason: "t"), 0),
      (Tolerance(rtol: 0.3, reason: "t"), 2), (Tolerance(rtol: 0.5, reason: "t"), 1),
      (Tolerance(peak: 0.25, reason: "t"), 0),
      (Tolerance(peak: 0.249, reason: "t"), 1), (Tolerance(atol: 0.25, rtol: 0.25, reason: "t"), 0),
      (Tolerance(atol: 0.1, rtol: 0.1, peak: 0.1, reason: "t"), 1), (Tolerance(reason: "t"), 3),
    ])
  func tolerances(tolerance: Tolerance, outside: Int) throws {
    // The errors are 0.5, 0, 1, 0.25, the magnitudes 1, 2, 4, 0.
    let comparison = try compare([1.5, -2, 3, 0.25], [1, -2, 4, 0], tolerance)
    #expect(comparison.outsideCount == outside)
    #expect(comparison.passed == (outside == 0))
  }

  @Test("the worst element is the one furthest beyond what is allowed for it, not the one with the largest error")
  func worst() throws {
    let comparison = try compare([1.5, -2, 3, 0.25], [1, -2, 4, 0], Tolerance(rtol: 0.3, reason: "t"))
    #expect(comparison.worst?.coordinates == [3])
    #expect(comparison.worst?.allowedError == 0)
    #expect(comparison.maximumError == 1)
  }

  @Test("coordinates of the worst element in three dimensions")
  func coordinates() throws {
    var actual = [Float](repeating: 1, count: 24)
    actual[17] = 2
    let comparison = try Comparison(
      actual: Tensor(actual, shape: [2, 3, 4]), expected: Tensor([Float](repeating: 1, count: 24), shape: [2, 3, 4]),
      tolerance: exact)
    #expect(comparison.worst?.coordinates == [1, 1, 1])
    let scalar = try Comparison(
      actual: Tensor([2] as [Float], shape: []), expected: Tensor([1] as [Float], shape: []), tolerance: exact)
    #expect(scalar.worst?.coordinates == [])
    #expect(scalar.outsideCount == 1)
  }

  @Test("the percentile is the exact one", arguments: [1, 2, 99, 100, 101, 199, 1000, 5000])
  func percentile(count: Int) throws {
    // The errors are 0 to count − 1 in a scattered order (7919 is prime and no divisor of any count).
    let actual = (0..<count).map { Float($0 * 7919 % count) }
    let comparison = try compare(actual, [Float](repeating: 0, count: count))
    let rank = Int((0.99 * Double(count)).rounded(.up))
    #expect(comparison.percentile99Error == Double(rank - 1))
  }

  @Test("the percentile tells errors apart that share all but their last bits")
  func closePercentile() throws {
    // The second has too many equal ones to be gathered and sorted: counting decides down to the last bit.
    for (count, equal, rank) in [(200, 1, 198), (100_000, 1000, 99_000)] {
      let one = Double(1).bitPattern
      let actual = (0..<count).map { Double(bitPattern: one + UInt64($0 * 7919 % count / equal)) }
      let comparison = try Comparison(
        actual: Tensor(actual, shape: [count]),
        expected: Tensor([Double](repeating: 0, count: count), shape: [count]), tolerance: exact)
      #expect(comparison.percentile99Error == Double(bitPattern: one + UInt64((rank - 1) / equal)))
    }
  }

  @Test("units in the last place, over zero and after rounding what is expected")
  func unitsInLastPlace() throws {
    #expect(try compare([Float(1).nextUp.nextUp], [1]).maximumUnitsInLastPlace == 2)
    #expect(try compare([Float.leastNonzeroMagnitude], [-.leastNonzeroMagnitude]).maximumUnitsInLastPlace == 2)
    #expect(try compare([0], [-0.0]).maximumUnitsInLastPlace == 0)
    let rounded = try Comparison(
      actual: Tensor([Float(0.1)], shape: [1]), expected: Tensor([0.1], shape: [1]), tolerance: exact)
    #expect(rounded.maximumUnitsInLastPlace == 0)
    #expect(rounded.maximumError > 0 && !rounded.passed)
  }

  @Test("the root mean square does not heed elements near zero, as the largest distance in units does")
  func rootMeanSquare() throws {
    var expected = [Float](repeating: 1, count: 1024)
    expected[5] = 0
    var actual = expected.map { $0 == 0 ? 0x1p-24 : $0.nextUp }
    let comparison = try compare(actual, expected)
    #expect((comparison.maximumUnitsInLastPlace ?? 0) > 800_000_000)
    // All but one are off by a unit of numbers from 1 on; the root mean square of what is expected is a bit below 1.
    let units = try #require(comparison.rootMeanSquareUnitsInLastPlace)
    #expect(abs(units - 2) < 0.01)
    #expect(abs(comparison.rootMeanSquareError / 0x1p-23 - 1) < 0.01)
    // What is NaN on both sides is no part of it.
    actual += [.nan, 3]
    expected += [.nan, 3]
    #expect(abs((try compare(actual, expected).rootMeanSquareError) / 0x1p-23 - 1) < 0.01)
  }

  @Test("empty tensors agree, over no element")
  func empty() throws {
    let comparison = try Comparison(
      actual: Tensor([] as [Float], shape: [0, 3]), expected: Tensor([] as [Double], shape: [0, 3]), tolerance: exact)
    #expect(comparison.passed && comparison.elementCount == 0 && comparison.worst == nil)
    #expect(comparison.meanError == 0 && comparison.percentile99Error == 0 && comparison.smallestPassingPeak == 0)
    #expect(comparison.rootMeanSquareError == 0 && comparison.rootMeanSquareUnitsInLastPlace == 0)
  }

  @Test("zeros")
  func zeros() throws {
    let both = try compare([0, -0.0], [0, 0])
    #expect(both.passed && both.cosine == 1 && both.peakError == 0 && both.signalToNoiseDecibels == .infinity)
    let expectedOnly = try compare([0, 1e-30], [0, 0], Tolerance(peak: 1, reason: "t"))
    #expect(!expectedOnly.passed && expectedOnly.outsideCount == 1)
    #expect(expectedOnly.smallestPassingPeak == nil && expectedOnly.peakError == .infinity)
    #expect(expectedOnly.rootMeanSquarePeakError == .infinity)
    #expect(expectedOnly.cosine == 0 && expectedOnly.signalToNoiseDecibels == -.infinity)
    #expect(try compare([0, 0], [0, 1]).cosine == 0)
  }

  @Test("NaN and infinity agree in the same places")
  func nonFiniteAgreeing() throws {
    let comparison = try compare([.nan, .infinity, -.infinity, 1], [-.nan, .infinity, -.infinity, 1])
    #expect(comparison.passed && comparison.nonFiniteMismatchCount == 0)
    #expect(comparison.maximumError == 0 && comparison.peak == 1 && comparison.cosine == 1)
    let nothingFinite = try compare([.nan], [.nan])
    #expect(nothingFinite.passed && nothingFinite.worst == nil && nothingFinite.percentile99Error == 0)
  }

  @Test(
    "NaN and infinity in other places are failures that no tolerance covers",
    arguments: [
      (Float.nan, Float(1)), (1, .nan), (.infinity, 1), (1, .infinity), (-.infinity, .infinity), (.nan, .infinity),
      (.infinity, .nan),
    ])
  func nonFiniteDiffering(actual: Float, expected: Float) throws {
    let comparison = try compare(
      [1, actual, 7], [1, expected, 2], Tolerance(atol: 1e30, rtol: 1e30, peak: 1e30, reason: "t"))
    #expect(!comparison.passed)
    #expect(comparison.outsideCount == 1 && comparison.nonFiniteMismatchCount == 1)
    #expect(comparison.worst?.coordinates == [1])
    #expect(comparison.smallestPassingPeak == nil)
    #expect(comparison.maximumError == 5)
  }

  @Test("the smallest tolerance passes, and the next smaller one does not")
  func smallestPassing() throws {
    var failures = 0
    for index in 1..<2000 {
      let (actual, expected) = (1 + Double(index) * 1e-4 / 7, 1.0)
      let tensors = try (Tensor([actual, 0], shape: [2]), Tensor([expected, -3 / 7.0], shape: [2]))
      let peak = try #require(
        Comparison(actual: tensors.0, expected: tensors.1, tolerance: exact).smallestPassingPeak)
      func passes(_ peak: Double) throws -> Bool {
        try Comparison(actual: tensors.0, expected: tensors.1, tolerance: Tolerance(peak: peak, reason: "t")).passed
      }
      if try !passes(peak) || passes(peak.nextDown) { failures += 1 }
    }
    #expect(failures == 0)
  }

  @Test("magnitudes whose squares leave Double's range")
  func extremes() throws {
    for magnitude in [1e300, 1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude] as [Double] {
      let tensor = try Tensor([magnitude, -magnitude, 0], shape: [3])
      let comparison = try Comparison(actual: tensor, expected: tensor, tolerance: exact)
      #expect(comparison.passed && comparison.signalToNoiseDecibels == .infinity)
      let off = try Comparison(
        actual: tensor, expected: Tensor([magnitude, -magnitude, magnitude], shape: [3]), tolerance: exact)
      #expect(abs(off.rootMeanSquareError / magnitude - (1 / 3.0).squareRoot()) < 1e-15 || magnitude < 1e-300)
      #expect(off.rootMeanSquareError > 0 || magnitude < 1e-300)
      #expect(abs(comparison.cosine - 1) < 1e-15)
    }
    let opposite = try Comparison(
      actual: Tensor([1e308, 1], shape: [2]), expected: Tensor([-1e308, 1], shape: [2]), tolerance: exact)
    #expect(opposite.maximumError == .infinity && !opposite.passed && opposite.smallestPassingPeak == nil)
  }

  @Test("floating-point types of every width")
  func floatTypes() throws {
    let half = Storage(zeroed: 4)
    half.address.storeBytes(of: 0x3C00, as: UInt16.self)
    half.address.storeBytes(of: 0xC000, toByteOffset: 2, as: UInt16.self)
    let tensors = try [
      Tensor(shape: Shape([2]), elementType: .float16, storage: half), Tensor([1, -2] as [Float], shape: [2]),
      Tensor([1, -2] as [Double], shape: [2]),
    ]
    let other = try Tensor([1, 2] as [Double], shape: [2])
    for actual in tensors {
      for expected in tensors {
        #expect(try Comparison(actual: actual, expected: expected, tolerance: exact).passed)
      }
      #expect(try Comparison(actual: actual, expected: other, tolerance: exact).maximumError == 4)
      #expect(try Comparison(actual: other, expected: actual, tolerance: exact).outsideCount == 1)
    }
  }

  @Test("integers are compared exactly, whatever the tolerance")
  func integers() throws {
    let wide = Tolerance(atol: 100, rtol: 100, peak: 100, reason: "t")
    let one = try Comparison(
      actual: Tensor([1, -2, 3] as [Int32], shape: [3]), expected: Tensor([1, -2, 4] as [Int64], shape: [3]),
      tolerance: wide)
    #expect(one.outsideCount == 1 && one.maximumError == 1 && one.maximumUnitsInLastPlace == nil)
    #expect(one.rootMeanSquareUnitsInLastPlace == nil && one.rootMeanSquareError == (1 / 3.0).squareRoot())
    #expect(one.worst?.coordinates == [2] && one.tolerance.atol == 0)
    // Doubles cannot tell these apart.
    let large = try Comparison(
      actual: Tensor([Int64.max, .min, 0], shape: [3]), expected: Tensor([Int64.max - 1, .min, 0], shape: [3]),
      tolerance: wide)
    #expect(large.outsideCount == 1 && large.maximumError == 1)
    let mixed = try Comparison(
      actual: Tensor([Int64(-1)], shape: [1]), expected: Tensor([UInt64.max], shape: [1]), tolerance: wide)
    #expect(mixed.outsideCount == 1 && mixed.maximumError == 0x1p64)
    let same = try Comparison(
      actual: Tensor([UInt8(200)], shape: [1]), expected: Tensor([UInt64(200)], shape: [1]), tolerance: wide)
    #expect(same.passed)
  }

  @Test("shapes must match exactly, and types in kind")
  func refusals() throws {
    let four = try Tensor([1, 2, 3, 4] as [Float], shape: [4])
    #expect(throws: FerryError(.shapeMismatch, "the shape is 4, where 1×4 is expected")) {
      try Comparison(actual: four, expected: four.reshaped([1, 4]), tolerance: exact)
    }
    let integers = try Tensor([1, 2, 3, 4] as [Int64], shape: [4])
    let kinds = "floating point with floating point, integer with integer, bool with bool"
    #expect(
      throws: FerryError(.typeMismatch, "the type is float32, where int64 is expected", supported: kinds)
    ) { try Comparison(actual: four, expected: integers, tolerance: exact) }
    let booleans = try Tensor(shape: Shape([4]), elementType: .bool, storage: Storage(zeroed: 4))
    #expect(
      throws: FerryError(.typeMismatch, "the type is bool, where int64 is expected", supported: kinds)
    ) { try Comparison(actual: booleans, expected: integers, tolerance: exact) }
    #expect(try Comparison(actual: booleans, expected: booleans, tolerance: exact).passed)
  }

  @Test("numbers that agree or not: two NaNs are neither")
  func agreeableElements() throws {
    let actual: [Float] = [.nan, .infinity, 1, .infinity, 2, -.infinity]
    let expected: [Float] = [.nan, .infinity, 1, -.infinity, .nan, -.infinity]
    let comparison = try compare(actual, expected)
    #expect(comparison.agreeableElementCount == 3)
    #expect(comparison.elementCount == 6 && comparison.nonFiniteMismatchCount == 2)
    let nothing = try compare([.nan, .nan], [.nan, .nan])
    #expect(nothing.passed && nothing.agreeableElementCount == 0)
  }

  @Test("a tolerance in words")
  func toleranceText() {
    #expect("\(Tolerance.float32)" == "peak 2e-5")
    #expect("\(Tolerance(atol: 1e-6, rtol: 0.001, reason: "t"))" == "atol 1e-6 + rtol 0.001")
    #expect("\(exact)" == "exact")
  }

  @Test("numbers in words")
  func numberText() {
    let numbers = [0, 1.23456e-7, 12345, .infinity, -.infinity]
    #expect(numbers.map(scientific) == ["0", "1.23e-07", "1.23e+04", "inf", "-inf"])
    #expect(roundedUp(3.1e-5) == "3.1e-05")
    #expect(roundedUp(3.11e-5) == "3.2e-05")
    #expect(roundedUp(9.95e-5) == "1.0e-04")
    #expect(roundedUp(9.91e-5) == "1.0e-04")
    #expect(roundedUp(1.0001) == "1.1e+00")
    #expect(roundedUp(0) == "0.0e+00")
    #expect([2e-5, 1, 0.5, 1.5e-10, 1e20].map(shortNumber) == ["2e-5", "1", "0.5", "1.5e-10", "1e20"])
    #expect(valueText(Double(Float(0.1))) == "0.100000001")
  }

  private func compare(_ actual: [Float], _ expected: [Float], _ tolerance: Tolerance? = nil) throws -> Comparison {
    try Comparison(
      actual: Tensor(actual, shape: [actual.count]), expected: Tensor(expected, shape: [expected.count]),
      tolerance: tolerance ?? exact)
  }
}

import FerryTensor

extension Comparison {
  /// Compares a result with what is expected of it.
  ///
  /// - Throws: `shapeMismatch`; `typeMismatch` unless both are floating point (of any width), both integers (of any
  ///   width; compared exactly, whatever the tolerance) or both booleans (exactly as well).
  public init(actual: Tensor, expected: Tensor, tolerance: Tolerance) throws {
    guard actual.shape == expected.shape else {
      throw FerryError(.shapeMismatch, "the shape is \(actual.shape), where \(expected.shape) is expected")
    }
    let types = (actual.elementType, expected.elementType)
    guard Self.kind(types.0) == Self.kind(types.1) else {
      throw FerryError(
        .typeMismatch, "the type is \(types.0.rawValue), where \(types.1.rawValue) is expected",
        supported: "floating point with floating point, integer with integer, bool with bool")
    }
    let applied = types.0.isFloatingPoint ? tolerance : Tolerance(reason: "integers are exact")
    let statistics =
      types.0.isFloatingPoint
      ? Self.statistics(actual, expected, applied)
      : ErrorStatistics(IntegerPairs(actual: actual.exactIntegers(), expected: expected.exactIntegers()), applied)
    self.init(statistics, actual: actual, expected: expected, tolerance: applied)
  }

  private static func kind(_ type: ElementType) -> Int { type.isFloatingPoint ? 0 : type == .bool ? 1 : 2 }

  /// One specialised loop for each common pair of types; the others are converted to Double first.
  private static func statistics(_ actual: Tensor, _ expected: Tensor, _ tolerance: Tolerance) -> ErrorStatistics {
    switch (actual.elementType, expected.elementType) {
    case (.float32, .float32): statistics(actual, expected, Float.self, Float.self, tolerance)
    case (.float32, .float64): statistics(actual, expected, Float.self, Double.self, tolerance)
    default:
      actual.doubles().withUnsafeBytes { first in
        expected.doubles().withUnsafeBytes { second in
          ErrorStatistics(FloatPairs<Double, Double>(actual: first, expected: second), tolerance)
        }
      }
    }
  }

  private static func statistics<Actual: ComparedFloat, Expected: ComparedFloat>(
    _ actual: Tensor, _ expected: Tensor, _: Actual.Type, _: Expected.Type, _ tolerance: Tolerance
  ) -> ErrorStatistics {
    actual.withUnsafeBytes { first in
      expected.withUnsafeBytes { second in
        ErrorStatistics(FloatPairs<Actual, Expected>(actual: first, expected: second), tolerance)
      }
    }
  }

  private init(_ statistics: ErrorStatistics, actual: Tensor, expected: Tensor, tolerance: Tolerance) {
    shape = expected.shape
    elementType = actual.elementType
    expectedElementType = expected.elementType
    self.tolerance = tolerance
    agreeableElementCount = statistics.finiteCount + statistics.equalInfinityCount
    maximumError = statistics.maximumError
    meanError = statistics.finiteCount == 0 ? 0 : statistics.errorSum / Double(statistics.finiteCount)
    rootMeanSquareError = statistics.rootMeanSquareError
    percentile99Error = statistics.percentile99Error
    peak = statistics.peak
    maximumUnitsInLastPlace = actual.elementType.isFloatingPoint ? statistics.maximumUnitsInLastPlace : nil
    rootMeanSquareUnitsInLastPlace =
      actual.elementType.isFloatingPoint ? statistics.rootMeanSquareUnitsInLastPlace : nil
    cosine = statistics.cosine
    signalToNoiseDecibels = statistics.signalToNoiseDecibels
    outsideCount = statistics.outsideCount
    nonFiniteMismatchCount = statistics.nonFiniteMismatchCount
    smallestPassingPeak = statistics.smallestPassingPeak
    worst = statistics.worst.map {
      Element(
        coordinates: Self.coordinates(of: $0.index, in: expected.shape), actual: $0.actual, expected: $0.expected,
        allowedError: $0.allowed)
    }
  }

  private static func coordinates(of index: Int, in shape: Shape) -> [Int] {
    zip(shape.dimensions, shape.strides).map { index / $1 % $0 }
  }
}

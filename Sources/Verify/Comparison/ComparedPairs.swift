import FerryTensor

/// Two tensors of one shape as pairs of numbers.
protocol ComparedPairs {
  var count: Int { get }
  func actual(_ index: Int) -> Double
  func expected(_ index: Int) -> Double
  /// |actual − expected| of a pair that is finite. 0 only if both are equal.
  func error(_ index: Int) -> Double
}

/// A type whose bytes are read as they lie in a tensor.
protocol ComparedFloat: BitwiseCopyable { var asDouble: Double { get } }
extension Float: ComparedFloat { var asDouble: Double { Double(self) } }
extension Double: ComparedFloat { var asDouble: Double { self } }

struct FloatPairs<Actual: ComparedFloat, Expected: ComparedFloat>: ComparedPairs {
  private let actual: UnsafeRawBufferPointer
  private let expected: UnsafeRawBufferPointer
  let count: Int

  /// - Parameters: the bytes of equally many elements.
  init(actual: UnsafeRawBufferPointer, expected: UnsafeRawBufferPointer) {
    count = actual.count / MemoryLayout<Actual>.size
    precondition(expected.count == count * MemoryLayout<Expected>.size)
    self.actual = actual
    self.expected = expected
  }

  // Bytes of a mapped file need not be aligned.
  @inline(__always)
  func actual(_ index: Int) -> Double {
    actual.loadUnaligned(fromByteOffset: index * MemoryLayout<Actual>.size, as: Actual.self).asDouble
  }

  @inline(__always)
  func expected(_ index: Int) -> Double {
    expected.loadUnaligned(fromByteOffset: index * MemoryLayout<Expected>.size, as: Expected.self).asDouble
  }

  @inline(__always)
  func error(_ index: Int) -> Double { (actual(index) - expected(index)).magnitude }
}

/// An integer of up to 64 bits, with a sign or without, so that both kinds compare exactly.
struct ExactInteger {
  let magnitude: UInt64
  let isNegative: Bool

  var asDouble: Double { isNegative ? -Double(magnitude) : Double(magnitude) }
}

struct IntegerPairs: ComparedPairs {
  private let actual: [ExactInteger]
  private let expected: [ExactInteger]

  init(actual: [ExactInteger], expected: [ExactInteger]) {
    precondition(actual.count == expected.count)
    self.actual = actual
    self.expected = expected
  }

  var count: Int { actual.count }
  func actual(_ index: Int) -> Double { actual[index].asDouble }
  func expected(_ index: Int) -> Double { expected[index].asDouble }

  func error(_ index: Int) -> Double {
    let (first, second) = (actual[index], expected[index])
    if first.isNegative != second.isNegative { return Double(first.magnitude) + Double(second.magnitude) }
    return Double(max(first.magnitude, second.magnitude) - min(first.magnitude, second.magnitude))
  }
}

extension Tensor {
  /// The elements of an integer or boolean tensor.
  func exactIntegers() -> [ExactInteger] {
    if elementType == .uint64, let elements = try? elements(as: UInt64.self) {
      return elements.map { ExactInteger(magnitude: $0, isNegative: false) }
    }
    return (integers() ?? []).map { ExactInteger(magnitude: UInt64($0.magnitude), isNegative: $0 < 0) }
  }
}

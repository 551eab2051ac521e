extension Tensor {
  /// The elements as `Double`, whatever their type. Integers beyond 2⁵³ are rounded.
  public func doubles() -> [Double] {
    switch elementType {
    case .float16: numbers(as: UInt16.self) { Double(Float(float16Bits: $0)) }
    case .float32: numbers(as: Float.self) { Double($0) }
    case .float64: numbers(as: Double.self) { $0 }
    case .int8: numbers(as: Int8.self) { Double($0) }
    case .int16: numbers(as: Int16.self) { Double($0) }
    case .int32: numbers(as: Int32.self) { Double($0) }
    case .int64: numbers(as: Int64.self) { Double($0) }
    case .uint8, .bool: numbers(as: UInt8.self) { Double($0) }
    case .uint16: numbers(as: UInt16.self) { Double($0) }
    case .uint32: numbers(as: UInt32.self) { Double($0) }
    case .uint64: numbers(as: UInt64.self) { Double($0) }
    }
  }

  /// The elements rounded to `Float`. A `float32` tensor is copied bit for bit.
  public func floats() -> [Float] {
    switch elementType {
    case .float32: numbers(as: Float.self) { $0 }
    // Rounded once: by way of Double a number beyond 2⁵³ would be rounded twice.
    case .int64: numbers(as: Int64.self) { Float($0) }
    case .uint64: numbers(as: UInt64.self) { Float($0) }
    default: doubles().map { Float($0) }
    }
  }

  /// The same numbers as an integer type or `bool`; nil if one of them is none of that type, or for floating point.
  package func whole(as type: ElementType) throws -> Tensor? {
    let numbers = doubles()
    func converted<Element: TensorElement & FixedWidthInteger>(_ type: Element.Type) throws -> Tensor? {
      let whole = numbers.compactMap { Element(exactly: $0) }
      return whole.count == numbers.count ? try Tensor(whole, shape: shape.dimensions) : nil
    }
    switch type {
    case .int8: return try converted(Int8.self)
    case .int16: return try converted(Int16.self)
    case .int32: return try converted(Int32.self)
    case .int64: return try converted(Int64.self)
    case .uint8: return try converted(UInt8.self)
    case .uint16: return try converted(UInt16.self)
    case .uint32: return try converted(UInt32.self)
    case .uint64: return try converted(UInt64.self)
    case .bool:
      guard numbers.allSatisfy({ $0 == 0 || $0 == 1 }), let bytes = try converted(UInt8.self) else { return nil }
      return try Tensor(shape: bytes.shape, elementType: .bool, storage: bytes.storage)
    case .float16, .float32, .float64: return nil
    }
  }

  /// The elements of an integer or boolean tensor; nil for floating point and for what does not fit `Int`.
  public func integers() -> [Int]? {
    switch elementType {
    case .float16, .float32, .float64: return nil
    case .int8: return numbers(as: Int8.self) { Int($0) }
    case .int16: return numbers(as: Int16.self) { Int($0) }
    case .int32: return numbers(as: Int32.self) { Int($0) }
    case .int64: return numbers(as: Int64.self) { Int($0) }
    case .uint8, .bool: return numbers(as: UInt8.self) { Int($0) }
    case .uint16: return numbers(as: UInt16.self) { Int($0) }
    case .uint32: return numbers(as: UInt32.self) { Int($0) }
    case .uint64:
      let all = numbers(as: UInt64.self) { Int(exactly: $0) }
      let fitting = all.compactMap { $0 }
      return fitting.count == all.count ? fitting : nil
    }
  }

  private func numbers<Source: BitwiseCopyable, Result>(
    as type: Source.Type, _ convert: (Source) -> Result
  ) -> [Result] {
    withUnsafeBytes { bytes in
      (0..<shape.elementCount).map {
        convert(bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Source>.size, as: Source.self))
      }
    }
  }
}

extension Float {
  /// The value of an IEEE 754 half-precision number, exactly.
  package init(float16Bits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch (exponent, fraction) {
    case (0, _): self = Float(fraction) * 0x1p-24 * (sign == 0 ? 1 : -1)
    case (0x1F, _): self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

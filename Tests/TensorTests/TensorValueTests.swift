import FerryTensor
import Testing

@Suite("Tensors")
struct TensorValueTests {
  @Test("elements come back as they were given")
  func elements() throws {
    let tensor = try Tensor([1, -2, 3.5, 4, 5, 6] as [Float], shape: [2, 3])
    #expect(tensor.elementType == .float32)
    #expect(tensor.byteCount == 24)
    #expect(try tensor.elements(as: Float.self) == [1, -2, 3.5, 4, 5, 6])
    #expect(tensor.doubles() == [1, -2, 3.5, 4, 5, 6])
    #expect(try tensor.reshaped([3, 2]).shape.dimensions == [3, 2])
    #expect(try tensor.reshaped([6]).elements(as: Float.self) == tensor.elements())
  }

  @Test("what does not fit is refused")
  func refusals() throws {
    #expect(throws: FerryError(.invalidArray, "3 elements do not fill the shape 2×2")) {
      try Tensor([1, 2, 3] as [Float], shape: [2, 2])
    }
    let tensor = try Tensor([1, 2] as [Int32], shape: [2])
    #expect(throws: FerryError(.typeMismatch, "the tensor holds int32, not float32")) {
      try tensor.elements(as: Float.self)
    }
    #expect(throws: FerryError(.invalidArray, "a tensor of shape 2 cannot take the shape 3")) {
      try tensor.reshaped([3])
    }
    #expect(throws: FerryError(.invalidArray, "int32 3 needs more bytes than the 8 that are there")) {
      try Tensor(shape: Shape([3]), elementType: .int32, storage: Storage(zeroed: 8))
    }
    #expect(throws: FerryError.self) {
      try Tensor(shape: Shape([1]), elementType: .int32, storage: Storage(zeroed: 8), byteOffset: 5)
    }
    #expect(throws: FerryError.self) {
      try Tensor(shape: Shape([1]), elementType: .int32, storage: Storage(zeroed: 8), byteOffset: -4)
    }
    #expect(throws: FerryError.self) {
      try Tensor(shape: Shape([.max]), elementType: .int64, storage: Storage(zeroed: 8))
    }
  }

  @Test("bytes that are not aligned to their elements are read")
  func unaligned() throws {
    let storage = Storage(zeroed: 16)
    storage.address.storeBytes(of: Double(2.5).bitPattern, toByteOffset: 3, as: UInt64.self)
    let tensor = try Tensor(shape: Shape([1]), elementType: .float64, storage: storage, byteOffset: 3)
    #expect(try tensor.elements(as: Double.self) == [2.5])
    #expect(tensor.doubles() == [2.5])
  }

  @Test("storage begins at a cache line, filled with zeros")
  func storage() {
    for size in [0, 1, 63, 64, 65, 1000] {
      let storage = Storage(zeroed: size)
      #expect(Int(bitPattern: storage.address) % 64 == 0)
      #expect(storage.bytes.allSatisfy { $0 == 0 } && storage.bytes.count == size && !storage.isMapped)
    }
  }

  @Test("integers of every width, and what is none")
  func integers() throws {
    #expect(try Tensor([.min, .max] as [Int8], shape: [2]).integers() == [-128, 127])
    #expect(try Tensor([.min, .max] as [Int16], shape: [2]).integers() == [-32768, 32767])
    #expect(try Tensor([.min, .max] as [Int32], shape: [2]).integers() == [-2_147_483_648, 2_147_483_647])
    #expect(try Tensor([.min, .max] as [Int64], shape: [2]).integers() == [.min, .max])
    #expect(try Tensor([0, .max] as [UInt8], shape: [2]).integers() == [0, 255])
    #expect(try Tensor([0, .max] as [UInt16], shape: [2]).integers() == [0, 65535])
    #expect(try Tensor([0, .max] as [UInt32], shape: [2]).integers() == [0, 4_294_967_295])
    #expect(try Tensor([7] as [UInt64], shape: [1]).integers() == [7])
    #expect(try Tensor([.max] as [UInt64], shape: [1]).integers() == nil)
    #expect(try Tensor([1] as [Float], shape: [1]).integers() == nil)
  }

  @Test("integers are rounded to Float once, not twice")
  func roundedOnce() throws {
    // Just above the middle between two Floats, but not by enough for a Double to tell.
    let value: Int64 = (1 << 60) + (1 << 36) + 1
    #expect(try Tensor([value], shape: [1]).floats() == [Float(value)])
    #expect(Float(value) != Float(Double(value)))
    #expect(try Tensor([UInt64(value)], shape: [1]).floats() == [Float(value)])
    #expect(try Tensor([0.1, 1e300] as [Double], shape: [2]).floats() == [Float(0.1), .infinity])
  }

  @Test("a half-precision number is what its bits say, for all 65536 of them")
  func halves() throws {
    let storage = Storage(zeroed: 2 << 16)
    for bits in 0..<(1 << 16) { storage.address.storeBytes(of: UInt16(bits), toByteOffset: 2 * bits, as: UInt16.self) }
    let tensor = try Tensor(shape: Shape([1 << 16]), elementType: .float16, storage: storage)
    let (doubles, floats) = (tensor.doubles(), tensor.floats())
    for bits in 0..<(1 << 16) {
      let (exponent, fraction) = (bits >> 10 & 31, Double(bits & 1023))
      let sign: Double = bits >> 15 == 0 ? 1 : -1
      let expected: Double
      switch exponent {
      case 31: expected = fraction == 0 ? sign * .infinity : .nan
      case 0: expected = sign * fraction / 1024 * 0x1p-14
      default: expected = sign * (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
      }
      if expected.isNaN {
        try #require(doubles[bits].isNaN && floats[bits].isNaN)
      } else {
        try #require(doubles[bits].bitPattern == expected.bitPattern)
        try #require(floats[bits].bitPattern == Float(expected).bitPattern)
      }
    }
  }
}

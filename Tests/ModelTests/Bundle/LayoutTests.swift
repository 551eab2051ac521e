import FerryModel
import FerryTensor
import Testing

/// Binds the packing code to the layouts that FORMAT.md specifies and Sources/Kernels/Interface reads, by formulas of
/// its own.
@Suite("Weights in execution layout")
struct LayoutTests {
  static let ragged = [1, 3, 16, 17, 40]

  /// Words that tell every element apart, among them NaNs with payloads, quiet and signalling.
  static func words(_ shape: [Int]) throws -> Tensor {
    let count = shape.reduce(1, *)
    let words = (0..<count).map { index in
      switch index % 5 {
      case 0: UInt32(0x7F80_0001 + index)
      case 1: UInt32(0xFFC0_0000 + index)
      default: UInt32(0x3F80_0000 + index)
      }
    }
    let raw = try Tensor(words, shape: shape)
    return try Tensor(shape: raw.shape, elementType: .float32, storage: raw.storage)
  }

  static func words(_ storage: Storage) -> [UInt32] {
    let bytes = storedBytes(of: storage)
    return (0..<bytes.count / 4).map { place in
      (0..<4).reduce(0) { $0 | UInt32(bytes[place * 4 + $1]) << (8 * UInt32($1)) }
    }
  }

  static func words(of tensor: Tensor) -> [UInt32] {
    tensor.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
    }
  }

  @Test(arguments: ragged, ragged)
  func panel16OfAConvolution(outputs: Int, inputs: Int) throws {
    let (height, width) = (2, 3)
    let tensor = try Self.words([outputs, inputs, height, width])
    let source = Self.words(of: tensor)
    let packed = Self.words(try TensorLayout.panel16.pack(tensor))
    // Panels of 16 outputs, each [kernelHeight][kernelWidth][inputs][16].
    let depth = height * width * inputs
    var position = 0
    for panel in 0..<(outputs + 15) / 16 {
      for u in 0..<height {
        for v in 0..<width {
          for input in 0..<inputs {
            for lane in 0..<16 {
              let output = panel * 16 + lane
              let expected = output < outputs ? source[((output * inputs + input) * height + u) * width + v] : 0
              #expect(packed[position] == expected)
              #expect(position == (panel * depth + (u * width + v) * inputs + input) * 16 + lane)
              position += 1
            }
          }
        }
      }
    }
    #expect(packed.count == position)
  }

  @Test(arguments: ragged, ragged)
  func panel16OfAProduct(outputs: Int, depth: Int) throws {
    let tensor = try Self.words([outputs, depth])
    let source = Self.words(of: tensor)
    let packed = Self.words(try TensorLayout.panel16.pack(tensor))
    #expect(packed.count == (outputs + 15) / 16 * 16 * depth)
    for n in 0..<(outputs + 15) / 16 * 16 {
      for k in 0..<depth {
        #expect(packed[(n / 16 * depth + k) * 16 + n % 16] == (n < outputs ? source[n * depth + k] : 0))
      }
    }
  }

  @Test(arguments: ragged, ragged)
  func tapPanel16(outputs: Int, inputs: Int) throws {
    let (height, width) = (2, 3)
    let tensor = try Self.words([inputs, outputs, height, width])
    let source = Self.words(of: tensor)
    let packed = Self.words(try TensorLayout.tapPanel16.pack(tensor))
    // For each tap a panel16 matrix: panels of 16 outputs, each [inputs][16].
    let matrix = (outputs + 15) / 16 * 16 * inputs
    #expect(packed.count == height * width * matrix)
    for u in 0..<height {
      for v in 0..<width {
        for o in 0..<(outputs + 15) / 16 * 16 {
          for i in 0..<inputs {
            let expected = o < outputs ? source[((i * outputs + o) * height + u) * width + v] : 0
            #expect(packed[(u * width + v) * matrix + (o / 16 * inputs + i) * 16 + o % 16] == expected)
          }
        }
      }
    }
  }

  @Test(arguments: ragged)
  func depthwise16(channels: Int) throws {
    let (height, width) = (3, 5)
    let tensor = try Self.words([channels, 1, height, width])
    let source = Self.words(of: tensor)
    let packed = Self.words(try TensorLayout.depthwise16.pack(tensor))
    let padded = (channels + 15) / 16 * 16
    #expect(packed.count == height * width * padded)
    for tap in 0..<height * width {
      for c in 0..<padded {
        #expect(packed[tap * padded + c] == (c < channels ? source[c * height * width + tap] : 0))
      }
    }
  }

  @Test(arguments: TensorLayout.allCases, ragged)
  func thereAndBackBitForBit(layout: TensorLayout, extent: Int) throws {
    for other in [1, 5, 16] {
      let shape = layout == .depthwise16 ? [extent, 1, 3, 2] : [extent, other, 3, 2]
      let tensor = try Self.words(shape)
      let storage = try layout.pack(tensor)
      #expect(Int(bitPattern: storage.address) % 64 == 0)
      #expect(storage.byteCount == layout.byteCount(of: tensor.shape, .float32))
      let back = try layout.unpack(storage, shape: tensor.shape, elementType: .float32)
      #expect(back.shape == tensor.shape)
      #expect(Self.words(of: back) == Self.words(of: tensor))
    }
  }

  @Test func lanesBeyondTheLastChannelAreZeroInUsedMemory() throws {
    let tensor = try Self.words([17, 2])
    let size = try #require(TensorLayout.panel16.byteCount(of: tensor.shape, .float32))
    var used = [UInt8](repeating: 0xFF, count: size)
    try used.withUnsafeMutableBytes { try TensorLayout.panel16.pack(tensor, into: $0) }
    #expect(used == storedBytes(of: try TensorLayout.panel16.pack(tensor)))
  }

  @Test func sourcesNeedNotBeAligned() throws {
    let tensor = try Self.words([17, 3])
    let storage = Storage(zeroed: tensor.byteCount + 1)
    tensor.withUnsafeBytes { (storage.address + 1).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    let shifted = try Tensor(shape: tensor.shape, elementType: .float32, storage: storage, byteOffset: 1)
    let packed = try TensorLayout.panel16.pack(shifted)
    #expect(storedBytes(of: packed) == storedBytes(of: try TensorLayout.panel16.pack(tensor)))
  }

  @Test(arguments: [
    (TensorLayout.panel16, [17, 3, 2], ElementType.float32), (.panel16, [17], .float32), (.panel16, [17, 3], .float64),
    (.tapPanel16, [17, 3], .float32), (.depthwise16, [17, 2, 3, 3], .float32), (.depthwise16, [17, 1], .float32),
    // More elements with padding than an integer counts, though the logical ones still fit.
    (.panel16, [1, 1 << 59], .float32), (.depthwise16, [1, 1, 1 << 30, 1 << 29], .float32),
  ])
  func shapesThatDoNotFit(layout: TensorLayout, shape: [Int], elementType: ElementType) throws {
    #expect(layout.byteCount(of: try Shape(shape), elementType) == nil)
  }

  @Test func tensorsWithoutElements() throws {
    for shape in [[0, 5], [5, 0], [0, 1, 3, 3], [1 << 40, 0], [0, 1 << 40]] {
      for layout in TensorLayout.allCases {
        guard let size = layout.byteCount(of: try Shape(shape), .float32) else { continue }
        #expect(size == 0)
        let tensor = try layout.unpack(Storage(zeroed: 0), shape: Shape(shape), elementType: .float32)
        #expect(tensor.byteCount == 0)
      }
    }
  }

  @Test func anotherSizeIsADefectOfOurOwn() throws {
    #expect { try TensorLayout.depthwise16.pack(try Self.words([3, 3])) } throws: {
      ($0 as? FerryError)?.code == .internalDefect
    }
    #expect {
      try TensorLayout.panel16.unpack(Storage(zeroed: 64), shape: try Shape([17, 1]), elementType: .float32)
    } throws: { ($0 as? FerryError)?.code == .internalDefect }
  }
}

/// The checksum of zip archives: CRC-32 with the polynomial 0x04C11DB7, bits reversed.
package struct CRC32 {
  private var remainder: UInt32 = 0xFFFF_FFFF

  package init() {}

  package var value: UInt32 { ~remainder }

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var remainder = remainder
    Self.tables.withUnsafeBufferPointer { tables in
      // Eight bytes a step, each through a table of its own.
      var position = 0
      while position + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        let mixed = word ^ UInt64(remainder)
        remainder = 0
        for index in 0..<8 {
          remainder ^= tables[(7 - index) << 8 | Int(truncatingIfNeeded: mixed >> UInt64(8 * index)) & 0xFF]
        }
        position += 8
      }
      while position < bytes.count {
        remainder = remainder >> 8 ^ tables[Int((remainder ^ UInt32(bytes[position])) & 0xFF)]
        position += 1
      }
    }
    self.remainder = remainder
  }

  /// Table k holds what a byte contributes that stands k bytes before the end.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 << 8)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
    }
    return tables
  }()
}

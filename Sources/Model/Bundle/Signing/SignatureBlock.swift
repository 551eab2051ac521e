import FerryTensor

/// The signatures behind a bundle's blobs. FORMAT.md specifies the block.
struct SignatureBlock: Equatable {
  /// `FERRYSIG`
  static let magic: [UInt8] = Array("FERRYSIG".utf8)
  static let version: UInt16 = 1
  static let headerByteCount = 16
  static let ed25519: UInt16 = 1

  /// One signature, by an algorithm that this version may not know.
  struct Entry: Equatable {
    let algorithm: UInt16
    let key: [UInt8]
    let signature: [UInt8]

    /// Whether it stands before another one: by algorithm, then by key, byte for byte.
    func precedes(_ other: Entry) -> Bool {
      algorithm != other.algorithm
        ? algorithm < other.algorithm : key.lexicographicallyPrecedes(other.key)
    }
  }

  /// In ascending order, no two of one algorithm and key.
  private(set) var entries: [Entry]

  init() { entries = [] }

  /// What is signed: words that no other use of a key signs, and the manifest's digest.
  static func message(manifest: ContentDigest) -> [UInt8] { Array("ferry bundle v1\0".utf8) + manifest.bytes }

  /// Puts a signature in its place; one of the same key is replaced.
  mutating func set(_ entry: Entry) {
    entries.removeAll { $0.algorithm == entry.algorithm && $0.key == entry.key }
    entries.insert(entry, at: entries.firstIndex { entry.precedes($0) } ?? entries.count)
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.fixed(Self.version)
    writer.fixed(UInt16(0))
    writer.fixed(UInt32(entries.count))
    for entry in entries {
      writer.fixed(entry.algorithm)
      writer.fixed(UInt16(entry.key.count))
      writer.fixed(UInt32(entry.signature.count))
      writer.append(entry.key)
      writer.append(entry.signature)
    }
    return writer.bytes
  }

  /// Reads a block.
  ///
  /// - Parameter origin: where it begins in the file.
  /// - Throws: `damagedBundle`; `unsupportedVersion` for another version of the block.
  init(reading bytes: UnsafeRawBufferPointer, at origin: Int) throws {
    func refused(_ message: String, _ offset: Int) -> FerryError {
      damaged("the signature block \(message)", at: origin + offset)
    }
    func fixed<Number: FixedWidthInteger>(_ offset: Int, as type: Number.Type) -> Number {
      Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
    guard bytes.count >= Self.headerByteCount, bytes.prefix(Self.magic.count).elementsEqual(Self.magic) else {
      throw refused("does not begin as one does", 0)
    }
    let version = fixed(8, as: UInt16.self)
    guard version == Self.version else {
      throw FerryError(
        .unsupportedVersion, "the signature block has version \(version)", at: .init(byteOffset: origin + 8),
        supported: "\(Self.version)", hint: "use a newer version of Ferry")
    }
    guard fixed(10, as: UInt16.self) == 0 else { throw refused("has reserved bytes that are not zero", 10) }
    let count = fixed(12, as: UInt32.self)
    guard count > 0 else { throw refused("holds no signature", 12) }
    entries = []
    var offset = Self.headerByteCount
    for index in 0..<count {
      guard bytes.count - offset >= 8 else { throw refused("ends before signature \(index) of \(count)", offset) }
      let algorithm = fixed(offset, as: UInt16.self)
      let (keyLength, length) = (Int(fixed(offset + 2, as: UInt16.self)), Int(fixed(offset + 4, as: UInt32.self)))
      let start = offset + 8
      guard keyLength > 0, length > 0, keyLength + length <= bytes.count - start else {
        throw refused(
          "has a key of \(keyLength) and a signature of \(length) bytes where \(bytes.count - start) are left", offset)
      }
      guard algorithm != Self.ed25519 || (keyLength, length) == (32, 64) else {
        throw refused("has an Ed25519 key of \(keyLength) and a signature of \(length) bytes", offset)
      }
      let entry = Entry(
        algorithm: algorithm, key: Array(bytes[start..<start + keyLength]),
        signature: Array(bytes[start + keyLength..<start + keyLength + length]))
      if let last = entries.last, !last.precedes(entry) {
        throw refused("has signatures out of order, or two of one key", offset)
      }
      entries.append(entry)
      offset = start + keyLength + length
    }
    guard offset == bytes.count else {
      throw refused("has \(bytes.count - offset) bytes behind its signatures", offset)
    }
  }
}

import FerryMedia
import FerryTensor
import Testing

/// Pictures that were cut off or changed: every one is either read or refused by a `FerryError`; none ends the process.
@Suite struct DamagedPictureTests {
  /// One of each kind of decoder path.
  static let files = [
    "rgb.png", "palette4.png", "interlaced-grey4.png", "rgba.png", "rgb16.png", "orientation6.png", "420.jpg",
    "grey.jpg", "progressive.jpg", "restart.jpg", "orientation6.jpg",
  ]

  @Test(arguments: files)
  func everyShorterFileIsRefused(_ file: String) throws {
    let whole = try PictureCase.bytes(file)
    for length in 0..<whole.count {
      let error = #expect(throws: FerryError.self) { try Picture(encoded: Array(whole.prefix(length))) }
      #expect(error?.code == .invalidPicture)
    }
  }

  /// PNG carries checksums: a changed byte is noticed, or stands in a chunk that does not concern the stored pixels.
  @Test(arguments: files.filter { $0.hasSuffix(".png") })
  func noChangedByteOfAPNGPasses(_ file: String) throws {
    let whole = try PictureCase.bytes(file)
    let picture = try Picture(encoded: whole, orientation: .ignored)
    var generator = SplitMix(seed: 1)
    for offset in whole.indices {
      var changed = whole
      changed[offset] ^= UInt8(generator.next() % 255 + 1)
      do {
        #expect(try Picture(encoded: changed, orientation: .ignored) == picture, "byte \(offset)")
      } catch let error as FerryError {
        #expect(error.code == .invalidPicture)
      }
    }
  }

  @Test(arguments: files)
  func mutationsAreReadOrRefused(_ file: String) throws {
    let whole = try PictureCase.bytes(file)
    var generator = SplitMix(seed: 2)
    var refused = 0
    for _ in 0..<400 {
      let mutant = Self.mutated(whole, &generator)
      do {
        let picture = try Picture(encoded: mutant, limits: .init(pixelCount: 1_000_000))
        #expect(picture.pixels.count == picture.width * picture.height * 3)
      } catch let error as FerryError {
        #expect(error.code == .invalidPicture)
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  /// One to four changes: a byte, a bit, a run taken out or doubled, a length field blown up.
  private static func mutated(_ whole: [UInt8], _ generator: inout SplitMix) -> [UInt8] {
    var bytes = whole
    for _ in 0...generator.next() % 4 {
      let offset = Int(generator.next() % UInt64(bytes.count))
      let end = min(bytes.count, offset + Int(generator.next() % 40) + 1)
      switch generator.next() % 5 {
      case 0: bytes[offset] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes[offset] ^= 1 << UInt8(generator.next() % 8)
      case 2 where bytes.count > 60: bytes.removeSubrange(offset..<end)
      case 3: bytes.insert(contentsOf: bytes[offset..<end], at: offset)
      default: bytes.replaceSubrange(offset..<end, with: repeatElement(0xFF, count: end - offset))
      }
    }
    return bytes
  }

  /// EXIF data that lead outside themselves count as upright.
  @Test func malformedOrientationIsIgnored() throws {
    let whole = try PictureCase.bytes("orientation6.jpg")
    let stored = try Picture(encoded: whole, orientation: .ignored)
    let tiff = try #require(whole.firstRange(of: Array("Exif\0\0".utf8))).upperBound
    #expect(try Picture(encoded: whole) != stored)
    // The byte order mark, the offset of the directory, the number of entries, the type of the entry.
    for (offset, values) in [
      (0, [0x4D, 0x49] as [UInt8]), (4, [0xFF, 0xFF, 0xFF, 0xFF]), (4, [0xF0, 0xFF, 0xFF, 0x7F]),
      (8, [0, 0]), (12, [0, 9]),
    ] {
      var changed = whole
      changed.replaceSubrange(tiff + offset..<tiff + offset + values.count, with: values)
      #expect(try Picture(encoded: changed) == stored, "\(values) at \(offset)")
    }
  }
}

/// The same numbers everywhere and always, from a seed.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

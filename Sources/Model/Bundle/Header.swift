import FerryTensor

/// A version of the format. A reader refuses another major version; a newer minor version adds what an older reader may
/// ignore, or refuses by name.
public struct BundleVersion: Sendable, Equatable, CustomStringConvertible {
  /// Another one means a file laid out in another way, which this library refuses.
  public let major: Int
  /// A higher one may say more, of which a reader passes over what it need not know.
  public let minor: Int

  public init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// The newest version that this code reads and writes. A bundle states the oldest one that can hold its contents.
  public static let current = BundleVersion.pipeline

  /// Without recoverable values.
  static let first = BundleVersion(major: 1, minor: 0)

  /// With recoverable values, without a pipeline.
  static let recoverable = BundleVersion(major: 1, minor: 1)

  /// Whether the manifest says of every model what can be recovered.
  var holdsRecoverableValues: Bool { minor >= 1 }

  /// With a pipeline.
  static let pipeline = BundleVersion(major: 1, minor: 2)

  /// Whether the manifest may state a pipeline.
  var holdsPipeline: Bool { minor >= 2 }

  public var description: String { "\(major).\(minor)" }
}

/// The first 128 bytes of a bundle. FORMAT.md specifies them.
struct Header: Equatable {
  static let byteCount = 128
  /// A byte beyond ASCII, the name, and a line end that a text transfer would change.
  static let magic: [UInt8] = [0x89, 0x46, 0x45, 0x52, 0x52, 0x59, 0x0D, 0x0A]
  /// The largest signature block.
  static let signatureLimit = 1 << 16

  var version: BundleVersion
  var fileLength: Int
  var manifestOffset: Int
  var manifestLength: Int
  var manifestDigest: ContentDigest
  /// 0 without a signature.
  var signatureOffset: Int
  var signatureLength: Int

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.fixed(UInt16(version.major))
    writer.fixed(UInt16(version.minor))
    writer.fixed(UInt32(Self.byteCount))
    writer.fixed(UInt64(fileLength))
    writer.fixed(UInt64(manifestOffset))
    writer.fixed(UInt64(manifestLength))
    writer.append(manifestDigest.bytes)
    writer.fixed(UInt64(signatureOffset))
    writer.fixed(UInt64(signatureLength))
    writer.append([UInt8](repeating: 0, count: Self.byteCount - writer.bytes.count))
    return writer.bytes
  }

  /// Reads the header and checks all that it says about the file.
  ///
  /// - Throws: `notABundle`, `unsupportedVersion`, `truncatedFile`, `damagedBundle`.
  init(of file: UnsafeRawBufferPointer, manifestLimit: Int) throws {
    guard file.count >= Self.magic.count, file.prefix(Self.magic.count).elementsEqual(Self.magic) else {
      throw FerryError(
        .notABundle, "the file does not begin as a Ferry bundle does", at: .init(byteOffset: 0),
        hint: "convert a model with: ferry convert SOURCE -o OUT.ferry")
    }
    guard file.count >= Self.byteCount else {
      throw FerryError(.truncatedFile, "the file ends within its header of 128 bytes, after \(file.count)")
    }
    func fixed<Number: FixedWidthInteger>(_ offset: Int, as type: Number.Type) -> Number {
      Number(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: type))
    }
    func length(_ offset: Int, _ what: String) throws -> Int {
      let value = fixed(offset, as: UInt64.self)
      guard let length = Int(exactly: value), length <= 1 << 60 else {
        throw damaged("the \(what) is \(value), more than any file has", at: offset)
      }
      return length
    }
    version = BundleVersion(major: Int(fixed(8, as: UInt16.self)), minor: Int(fixed(10, as: UInt16.self)))
    guard version.major == BundleVersion.current.major else {
      throw FerryError(
        .unsupportedVersion, "the bundle has version \(version) of the format", at: .init(byteOffset: 8),
        supported: "\(BundleVersion.current.major).x",
        hint: version.major > BundleVersion.current.major ? "use a newer version of Ferry" : "convert the model again")
    }
    let headerLength = fixed(12, as: UInt32.self)
    guard headerLength == Self.byteCount else {
      throw damaged("the header says that it has \(headerLength) bytes", at: 12)
    }
    fileLength = try length(16, "file length")
    manifestOffset = try length(24, "manifest's offset")
    manifestLength = try length(32, "manifest's length")
    guard let digest = ContentDigest(stated: Array(file[40..<72])) else {
      throw damaged("the digest is cut off", at: 40)
    }
    manifestDigest = digest
    signatureOffset = try length(72, "signature's offset")
    signatureLength = try length(80, "signature's length")
    if let offset = file[88..<Self.byteCount].firstIndex(where: { $0 != 0 }) {
      throw damaged("a reserved byte of the header is not zero", at: offset)
    }
    guard fileLength == file.count else {
      if file.count < fileLength {
        throw FerryError(
          .truncatedFile, "the file has \(file.count) of its \(fileLength) bytes", at: .init(byteOffset: file.count),
          hint: "copy it again")
      }
      throw damaged("\(file.count - fileLength) bytes follow the bundle's end", at: fileLength)
    }
    guard manifestOffset == Self.byteCount else {
      throw damaged("the manifest begins at byte \(manifestOffset)", at: 24)
    }
    guard manifestLength <= manifestLimit else {
      throw FerryError(
        .memoryBudget, "the manifest has \(manifestLength) bytes", at: .init(byteOffset: 32),
        supported: "up to \(manifestLimit) bytes")
    }
    guard manifestLength <= fileLength - manifestOffset else {
      throw damaged("the manifest of \(manifestLength) bytes leaves the file", at: 32)
    }
  }

  init(
    version: BundleVersion, fileLength: Int, manifestLength: Int, manifestDigest: ContentDigest,
    signatureOffset: Int = 0, signatureLength: Int = 0
  ) {
    self.version = version
    self.fileLength = fileLength
    manifestOffset = Self.byteCount
    self.manifestLength = manifestLength
    self.manifestDigest = manifestDigest
    self.signatureOffset = signatureOffset
    self.signatureLength = signatureLength
  }
}

/// `damagedBundle`: what is wrong, and at which byte of the file.
func damaged(_ message: String, at offset: Int? = nil, tensor: String? = nil) -> FerryError {
  FerryError(.damagedBundle, message, at: .init(tensor: tensor, byteOffset: offset))
}

/// The next multiple of 64; nil on overflow.
func aligned(_ offset: Int) -> Int? {
  let (sum, overflow) = offset.addingReportingOverflow(TensorLayout.alignment - 1)
  return overflow ? nil : sum & ~(TensorLayout.alignment - 1)
}

import FerryTensor

/// The chunks of a PNG file, walked before libpng sees it.
///
/// libpng then gets only the chunks that carry stored pixel values (`essence`). Without the others it has no gamma, no
/// colour profile, no background and no transparency to apply, so that the numbers come out as they are stored, and
/// nothing compressed but the pixels themselves is ever unpacked.
struct PNGChunks {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  let width: Int
  let height: Int
  /// Bits a sample: 1, 2, 4, 8 or 16.
  let bitDepth: Int
  let hasAlpha: Bool
  let orientation: Orientation
  /// A PNG file of header, palette and pixels alone.
  let essence: [UInt8]

  init(_ bytes: UnsafeRawBufferPointer, limits: Picture.Limits) throws {
    var essence: [UInt8] = []
    var orientation: Orientation?
    let header = try Self.header(bytes, limits: limits)
    essence.reserveCapacity(bytes.count)
    essence.append(contentsOf: Self.signature)

    var offset = Self.signature.count
    while true {
      let chunk = try Self.chunk(bytes, at: offset)
      switch chunk.kind {
      case "IHDR", "PLTE", "IDAT", "IEND": essence.append(contentsOf: chunk.whole)
      case "eXIf": orientation = orientation ?? Orientation(exif: chunk.content)
      case let kind where kind.utf8.first.map { $0 & 0x20 == 0 } ?? true:
        throw FerryError(
          .invalidPicture, "the PNG picture needs the unknown chunk \"\(kind)\" to be understood",
          at: .init(byteOffset: offset), supported: "the critical chunks of the PNG standard: IHDR, PLTE, IDAT, IEND")
      default: break
      }
      if chunk.kind == "IEND" { break }
      offset += chunk.whole.count
    }
    (width, height, bitDepth, hasAlpha) = header
    self.orientation = orientation ?? .upright
    self.essence = essence
  }

  private static func header(
    _ bytes: UnsafeRawBufferPointer, limits: Picture.Limits
  ) throws -> (width: Int, height: Int, bitDepth: Int, hasAlpha: Bool) {
    let chunk = try chunk(bytes, at: signature.count)
    guard chunk.kind == "IHDR", chunk.content.count == 13,
      let width = chunk.content.integer32(at: 0), let height = chunk.content.integer32(at: 4),
      let bitDepth = chunk.content.byte(at: 8), let colorType = chunk.content.byte(at: 9)
    else {
      throw FerryError(
        .invalidPicture, "the PNG picture begins with a chunk \"\(chunk.kind)\" of \(chunk.content.count) bytes",
        at: .init(byteOffset: signature.count), supported: "a chunk \"IHDR\" of 13 bytes")
    }
    try limits.check(width: width, height: height, byteOffset: signature.count + 8)
    return (width, height, Int(bitDepth), colorType & 4 != 0)
  }

  private static func chunk(
    _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws -> (kind: String, content: UnsafeRawBufferPointer, whole: UnsafeRawBufferPointer) {
    let frame = 12  // length, kind and checksum
    guard let length = bytes.integer32(at: offset), let kindBytes = bytes.part(from: offset + 4, length: 4) else {
      throw FerryError(
        .invalidPicture, "the PNG picture ends after \(bytes.count) bytes, before its chunk \"IEND\": it is cut off",
        at: .init(byteOffset: offset))
    }
    guard kindBytes.allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) }) else {
      throw FerryError(
        .invalidPicture, "the PNG picture has something that is no chunk among its chunks",
        at: .init(byteOffset: offset))
    }
    let kind = String(decoding: kindBytes, as: UTF8.self)
    guard let whole = bytes.part(from: offset, length: frame + length),
      let content = bytes.part(from: offset + 8, length: length)
    else {
      throw FerryError(
        .invalidPicture,
        "the PNG picture ends after \(bytes.count) bytes, inside a chunk \"\(kind)\" of \(length) bytes: it is cut off",
        at: .init(byteOffset: offset))
    }
    return (kind, content, whole)
  }
}

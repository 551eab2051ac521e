import FerryTensor

/// What stands before a JPEG picture's pixels: its size, its number of components, and its EXIF orientation.
struct JPEGHeader {
  let width: Int
  let height: Int
  let orientation: Orientation

  init(_ bytes: UnsafeRawBufferPointer, limits: Picture.Limits) throws {
    var orientation: Orientation?
    var size: (width: Int, height: Int)?
    var offset = 2  // after the start-of-image marker, by which the file was recognised
    while true {
      let (marker, at) = try Self.marker(bytes, from: offset)
      offset = at + 2
      if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }  // these have no content
      guard marker != 0xD9 else {
        throw FerryError(.invalidPicture, "the JPEG picture ends before any pixels", at: .init(byteOffset: at))
      }
      guard let length = bytes.integer16(at: offset), let segment = bytes.part(from: offset, length: length) else {
        throw Self.cutOff(bytes.count, "in a segment of its header", at)
      }
      guard length >= 2 else {
        throw FerryError(
          .invalidPicture, "a segment of the JPEG picture's header declares \(length) bytes", at: .init(byteOffset: at),
          supported: "at least 2, for the length itself")
      }
      let content = UnsafeRawBufferPointer(rebasing: segment.dropFirst(2))
      switch marker {
      case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker):
        size = size == nil ? try Self.frame(content, limits: limits, at) : size
      case 0xE1 where content.starts(with: Array("Exif\0\0".utf8)):
        orientation = orientation ?? Orientation(exif: UnsafeRawBufferPointer(rebasing: content.dropFirst(6)))
      case 0xDA:
        guard let size else {
          throw FerryError(
            .invalidPicture, "the JPEG picture has pixels but nothing that declares its size",
            at: .init(byteOffset: at))
        }
        (width, height) = size
        self.orientation = orientation ?? .upright
        return
      default: break
      }
      offset += length
    }
  }

  /// The next marker's second byte, and where its first one stands. Any number of fill bytes may precede it.
  private static func marker(_ bytes: UnsafeRawBufferPointer, from start: Int) throws -> (UInt8, Int) {
    var offset = start
    while true {
      guard let first = bytes.byte(at: offset), let second = bytes.byte(at: offset + 1) else {
        throw cutOff(bytes.count, "in its header", offset)
      }
      guard first == 0xFF, second != 0 else {
        throw FerryError(
          .invalidPicture, "the JPEG picture's header has other bytes where a marker is needed",
          at: .init(byteOffset: offset))
      }
      if second != 0xFF { return (second, offset) }
      offset += 1
    }
  }

  private static func frame(
    _ content: UnsafeRawBufferPointer, limits: Picture.Limits, _ offset: Int
  ) throws -> (width: Int, height: Int) {
    let location = FerryError.Location(byteOffset: offset)
    guard let height = content.integer16(at: 1), let width = content.integer16(at: 3),
      let components = content.byte(at: 5)
    else { throw FerryError(.invalidPicture, "the JPEG picture's frame header is too short", at: location) }
    try limits.check(width: width, height: height, byteOffset: offset)
    guard components == 1 || components == 3 else {
      throw FerryError(
        .invalidPicture, "the JPEG picture has \(components) colour components\(components == 4 ? " (CMYK)" : "")",
        at: location, supported: "1 (grey) and 3 (YCbCr or RGB)", hint: "convert the picture to RGB")
    }
    return (width, height)
  }

  private static func cutOff(_ count: Int, _ place: String, _ offset: Int) -> FerryError {
    FerryError(
      .invalidPicture, "the JPEG picture ends after \(count) bytes, \(place): it is cut off",
      at: .init(byteOffset: offset))
  }
}

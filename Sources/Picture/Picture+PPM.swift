import FerryTensor

extension Picture {
  /// Reads a binary PPM picture (P6, 8 bits a component) from memory.
  ///
  /// - Throws: `invalidPicture` for anything else: another format or maximum, a header of more than digits, white space
  ///   and comments, more pixels than `limits` allow, bytes missing or left over.
  public init(ppm bytes: [UInt8], limits: Limits = Limits()) throws {
    self = try bytes.withUnsafeBytes { try Picture(ppm: $0, limits: limits) }
  }

  /// Reads a binary PPM file, as `init(ppm:limits:)` does from memory.
  ///
  /// - Throws: `fileNotFound`, `fileUnreadable`, `invalidPicture`.
  public init(contentsOfPPM path: String, limits: Limits = Limits()) throws {
    let file = try MappedFile(path: path)
    self = try file.withBytes { bytes in
      try located(.init(file: path)) { try Picture(ppm: bytes, limits: limits) }
    }
  }

  private init(ppm bytes: UnsafeRawBufferPointer, limits: Limits) throws {
    guard bytes.starts(with: "P6".utf8) else {
      throw FerryError(.invalidPicture, "this is no binary PPM picture: it does not begin with P6", supported: "P6")
    }
    var header = PPMHeader(bytes: bytes, offset: 2)
    let (width, height) = (try header.number("width"), try header.number("height"))
    try limits.check(width: width, height: height, byteOffset: 2)
    let maximumOffset = header.offset
    let maximum = try header.number("maximum")
    guard maximum == 255 else {
      throw FerryError(
        .invalidPicture, "the picture's largest component is \(maximum)", at: .init(byteOffset: maximumOffset),
        supported: "255")
    }
    let start = try header.pixels()
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, area <= Int.max / 3, bytes.count - start == area * 3 else {
      throw FerryError(
        .invalidPicture, "\(bytes.count - start) bytes follow the header of a picture of \(width)×\(height) pixels",
        at: .init(byteOffset: start), supported: "three for every pixel, and nothing behind them")
    }
    self.init(trusted: width, height, [UInt8](bytes[start...]))
  }
}

/// The numbers of a PPM file's header, one behind the other.
private struct PPMHeader {
  let bytes: UnsafeRawBufferPointer
  var offset: Int

  /// White space and comments, at least one byte of them, then decimal digits.
  mutating func number(_ name: String) throws -> Int {
    let start = offset
    while offset < bytes.count {
      if Self.isSpace(bytes[offset]) {
        offset += 1
      } else if bytes[offset] == UInt8(ascii: "#") {
        while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
      } else {
        break
      }
    }
    let first = offset
    var number = 0
    while offset < bytes.count, (48...57).contains(bytes[offset]), offset - first < 10 {
      number = number * 10 + Int(bytes[offset] - 48)
      offset += 1
    }
    guard first > start, offset > first else {
      throw FerryError(
        .invalidPicture, "the PPM picture's \(name) is missing", at: .init(byteOffset: first),
        supported: "P6, width, height and 255 in decimal digits, white space between")
    }
    return number
  }

  /// Where the pixels begin: behind the one byte of white space that ends the header.
  func pixels() throws -> Int {
    guard offset < bytes.count, Self.isSpace(bytes[offset]) else {
      throw FerryError(
        .invalidPicture, "the PPM picture's header does not end with white space", at: .init(byteOffset: offset))
    }
    return offset + 1
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}

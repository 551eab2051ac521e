import FerryTensor

extension Picture {
  /// Reads a PNG or JPEG file; which of them is told by its content, not by its name.
  ///
  /// The result has the bytes that OpenCV's `imread` gives by default (in the order R, G, B):
  /// - grey and palette pictures become RGB; of 16-bit samples the upper 8 bits are kept;
  /// - an alpha channel is dropped, not blended: a transparent pixel shows the colour that is stored under it;
  /// - colour profiles and gamma are ignored: the stored numbers count;
  /// - a JPEG is decoded with the accurate integer transform and smooth chroma upsampling;
  /// - the EXIF orientation is applied, unless `orientation` says otherwise.
  ///
  /// - Throws: `fileNotFound`, `fileUnreadable`, or `invalidPicture` for what is no picture, is damaged or cut off,
  ///   has more pixels than `limits` allow, is a CMYK JPEG, or a 16-bit PNG with translucent pixels.
  public init(
    contentsOf path: String, limits: Limits = Limits(), orientation: OrientationPolicy = .applied
  ) throws {
    let file = try MappedFile(path: path)
    self = try withExtendedLifetime(file) {
      try located(.init(file: path)) {
        try Picture(encoded: file.bytes, limits: limits, orientation: orientation)
      }
    }
  }

  /// Reads a PNG or JPEG picture from memory, as `init(contentsOf:limits:orientation:)` does from a file.
  public init(
    encoded bytes: [UInt8], limits: Limits = Limits(), orientation: OrientationPolicy = .applied
  ) throws {
    self = try bytes.withUnsafeBytes { try Picture(encoded: $0, limits: limits, orientation: orientation) }
  }

  init(encoded bytes: UnsafeRawBufferPointer, limits: Limits, orientation: OrientationPolicy) throws {
    let (stored, found) =
      switch PictureFormat(content: bytes) {
      case .png: try PNGReader.read(bytes, limits: limits)
      case .jpeg: try JPEGReader.read(bytes, limits: limits)
      case .unsupported(let description):
        throw FerryError(
          .invalidPicture, description, supported: "PNG and JPEG, told by their content",
          hint: "convert the picture to PNG")
      }
    self =
      switch orientation {
      case .applied: stored.turned(by: found)
      case .ignored: stored
      }
  }
}

/// What the first bytes say a file is.
enum PictureFormat: Equatable {
  case png
  case jpeg
  case unsupported(String)

  init(content bytes: UnsafeRawBufferPointer) {
    func begins(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

    guard !bytes.isEmpty else {
      self = .unsupported("the file is empty, where a picture is needed")
      return
    }
    if begins(PNGChunks.signature) {
      self = .png
    } else if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if let name = Self.otherName(content: bytes) {
      self = .unsupported("this is a \(name) file, which Ferry does not read")
    } else {
      let start = bytes.prefix(8).map { String($0, radix: 16).leftPadded(to: 2) }.joined(separator: " ")
      self = .unsupported("the file is no picture that Ferry knows: it begins with the bytes \(start)")
    }
  }

  /// What a file in a common format that Ferry does not read as a picture is called.
  static func otherName(content bytes: UnsafeRawBufferPointer) -> String? {
    others.first { bytes.dropFirst($0.offset).starts(with: $0.mark.utf8) }?.name
  }

  /// Common formats, named in the refusal so that nobody has to guess.
  private static let others: [(mark: String, offset: Int, name: String)] = [
    ("GIF8", 0, "GIF"), ("BM", 0, "BMP"), ("WEBP", 8, "WebP"), ("II*\0", 0, "TIFF"), ("MM\0*", 0, "TIFF"),
    ("ftyphei", 4, "HEIF"), ("ftypmif", 4, "HEIF"), ("ftypavif", 4, "AVIF"), ("ftyp", 4, "video"),
  ]
}

extension String {
  fileprivate func leftPadded(to count: Int) -> String {
    String(repeating: "0", count: max(0, count - self.count)) + self
  }
}

import CImage
import FerryTensor

extension Picture {
  /// Writes the picture as an 8-bit RGB PNG file, which appears whole or not at all.
  ///
  /// - Throws: `fileUnwritable`, or `invalidPicture` if a side is longer than PNG libraries allow (a million pixels).
  public func writePNG(to path: String) throws {
    try located(.init(file: path)) {
      let bytes = try encodedPNG()
      var file = try AtomicFile(path: path)
      try file.write(bytes)
      try file.commit()
    }
  }

  /// The bytes of the picture as an 8-bit RGB PNG file.
  public func encodedPNG() throws -> [UInt8] {
    guard let imageWidth = UInt32(exactly: width), let imageHeight = UInt32(exactly: height) else {
      throw FerryError(.invalidPicture, "a picture of \(width)×\(height) pixels does not fit a PNG file")
    }
    // Generous for what deflate adds to bytes that it cannot compress; where it is not enough, libpng says how much is.
    var capacity = pixels.count + pixels.count / 64 + 4096
    for _ in 0..<2 {
      var image = png_image()
      image.version = png_uint_32(PNG_IMAGE_VERSION)
      image.width = imageWidth
      image.height = imageHeight
      image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
      defer { png_image_free(&image) }
      var size = capacity
      let bytes = try [UInt8](unsafeUninitializedCapacity: capacity) { target, initialized in
        let written = pixels.withUnsafeBytes { source in
          png_image_write_to_memory(&image, target.baseAddress, &size, 0, source.baseAddress, 0, nil)
        }
        if written != 0 {
          initialized = size
        } else if size <= capacity {
          throw FerryError(.invalidPicture, "cannot write the picture as PNG; libpng says: \(message(of: image))")
        }
      }
      if !bytes.isEmpty { return bytes }
      capacity = size
    }
    throw FerryError(.internalDefect, "libpng asks for more memory than it asked for")
  }
}

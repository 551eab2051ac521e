import CImage
import FerryTensor

/// PNG pixels through libpng's simplified interface, which reports failures by value and so never jumps across Swift
/// frames.
enum PNGReader {
  static func read(_ bytes: UnsafeRawBufferPointer, limits: Picture.Limits) throws -> (Picture, Orientation) {
    let chunks = try PNGChunks(bytes, limits: limits)
    let pixels =
      switch (chunks.bitDepth, chunks.hasAlpha) {
      case (16, true): try opaqueUpperBytes(of: decoded(chunks, as: UInt16.self, channels: 4))
      case (16, false): try decoded(chunks, as: UInt16.self, channels: 3).map { UInt8($0 >> 8) }
      case (_, true): try withoutAlpha(decoded(chunks, as: UInt8.self, channels: 4))
      case (_, false): try decoded(chunks, as: UInt8.self, channels: 3)
      }
    return (Picture(trusted: chunks.width, chunks.height, pixels), chunks.orientation)
  }

  private static func decoded<Sample: FixedWidthInteger>(
    _ chunks: PNGChunks, as type: Sample.Type, channels: Int
  ) throws -> [Sample] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    return try chunks.essence.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
        throw failure(image)
      }
      guard Int(image.width) == chunks.width, Int(image.height) == chunks.height else {
        throw FerryError(
          .internalDefect, "libpng reads another picture size than Ferry: \(image.width)×\(image.height)")
      }
      let color = UInt32(PNG_FORMAT_FLAG_COLOR)
      let alpha = channels == 4 ? UInt32(PNG_FORMAT_FLAG_ALPHA) : 0
      // "Linear" stands for 16 bits; 16-bit input without a gamma is taken as linear too, so nothing is converted.
      let depth = Sample.bitWidth == 16 ? UInt32(PNG_FORMAT_FLAG_LINEAR) : 0
      image.format = color | alpha | depth
      let count = chunks.width * chunks.height * channels
      return try [Sample](unsafeUninitializedCapacity: count) { target, initialized in
        guard png_image_finish_read(&image, nil, target.baseAddress, 0, nil) != 0, image.warning_or_error == 0 else {
          throw failure(image)
        }
        initialized = count
      }
    }
  }

  private static func withoutAlpha(_ samples: [UInt8]) -> [UInt8] {
    let pixelCount = samples.count / 4
    return [UInt8](unsafeUninitializedCapacity: pixelCount * 3) { target, count in
      for pixel in 0..<pixelCount {
        for channel in 0..<3 { target[pixel * 3 + channel] = samples[pixel * 4 + channel] }
      }
      count = pixelCount * 3
    }
  }

  /// libpng has 16-bit samples multiplied by their alpha, so only opaque pixels come out as they are stored.
  private static func opaqueUpperBytes(of samples: [UInt16]) throws -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(samples.count / 4 * 3)
    for pixel in stride(from: 0, to: samples.count, by: 4) {
      guard samples[pixel + 3] == .max else {
        throw FerryError(
          .invalidPicture, "the PNG picture has 16 bits a sample and translucent pixels",
          supported: "8 bits a sample with any alpha channel; 16 bits a sample with an opaque one or none",
          hint: "remove the alpha channel or save the picture with 8 bits a sample")
      }
      for channel in 0..<3 { result.append(UInt8(samples[pixel + channel] >> 8)) }
    }
    return result
  }

  private static func failure(_ image: png_image) -> FerryError {
    FerryError(
      .invalidPicture, "the PNG picture is damaged; libpng says: \(message(of: image))",
      hint: "save the picture again from its source")
  }
}

/// The words that libpng left in its image structure.
func message(of image: png_image) -> String {
  withUnsafeBytes(of: image.message) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}

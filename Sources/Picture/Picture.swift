import FerryTensor

/// A picture in memory: 8-bit RGB, three bytes a pixel, rows from the top, no padding.
public struct Picture: Sendable, Equatable {
  /// In pixels, at least 1.
  public let width: Int
  /// In pixels, at least 1.
  public let height: Int
  /// `height` × `width` × 3 bytes: red, green, blue of the top left pixel first.
  public let pixels: [UInt8]

  /// - Throws: `invalidPicture` if the sides are not positive or the bytes do not fill them.
  public init(width: Int, height: Int, pixels: [UInt8]) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area <= Int.max / 3 else {
      throw FerryError(.invalidPicture, "a picture cannot have the size \(width)×\(height)")
    }
    guard pixels.count == area * 3 else {
      throw FerryError(
        .invalidPicture, "\(pixels.count) bytes do not fill a picture of \(width)×\(height) pixels",
        supported: "\(area * 3) bytes: red, green and blue for every pixel")
    }
    self.init(trusted: width, height, pixels)
  }

  /// A picture whose size and bytes were computed by Ferry itself.
  package init(trusted width: Int, _ height: Int, _ pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height * 3)
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

extension Picture {
  /// What a reader refuses before it allocates anything.
  public struct Limits: Sendable {
    /// Width times height.
    public var pixelCount: Int

    /// A hundred million pixels, unless said otherwise: 300 MB.
    public init(pixelCount: Int = 100_000_000) { self.pixelCount = pixelCount }

    /// - Throws: `invalidPicture` if a side is 0 or the picture is larger than allowed.
    package func check(width: Int, height: Int, byteOffset: Int) throws {
      let location = FerryError.Location(byteOffset: byteOffset)
      guard width > 0, height > 0 else {
        throw FerryError(.invalidPicture, "the picture's declared size is \(width)×\(height)", at: location)
      }
      let (area, overflow) = width.multipliedReportingOverflow(by: height)
      guard !overflow, area <= pixelCount else {
        throw FerryError(
          .invalidPicture, "the picture's declared size is \(width)×\(height) pixels, too large to be read",
          at: location, supported: "at most \(pixelCount) pixels")
      }
    }
  }
}

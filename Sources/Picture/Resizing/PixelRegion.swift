import FerryTensor

/// The pixels of a picture, or of a part of it, where they lie: three bytes a pixel, red first.
struct PixelRegion {
  let start: UnsafePointer<UInt8>
  /// Bytes from a pixel to the one below.
  let rowStride: Int
  /// In pixels, at least 1.
  let width, height: Int

  func row(_ index: Int) -> UnsafePointer<UInt8> { start + index * rowStride }
}

extension Picture {
  /// Calls `body` with the pixels of the box, or with all of them.
  ///
  /// - Throws: `usage` if the box reaches beyond the picture, and what `body` throws.
  func withRegion<Result>(_ crop: PixelBox?, _ body: (PixelRegion) throws -> Result) throws -> Result {
    let box = crop ?? PixelBox(trusted: 0, 0, width, height)
    try check(box)
    return try pixels.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else {
        throw FerryError(.invalidPicture, "a picture cannot be empty")
      }
      return try body(
        PixelRegion(
          start: start + (box.top * width + box.left) * 3, rowStride: width * 3, width: box.width, height: box.height))
    }
  }

  /// - Throws: `usage` if the box reaches beyond the picture.
  func check(_ box: PixelBox) throws {
    guard box.left >= 0, box.top >= 0, box.right <= width, box.bottom <= height else {
      throw FerryError(
        .usage, "the crop from (\(box.left), \(box.top)) to (\(box.right), \(box.bottom)) reaches beyond the picture "
          + "of \(width)×\(height) pixels")
    }
  }
}

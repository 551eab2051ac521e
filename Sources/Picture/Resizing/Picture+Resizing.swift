import FerryTensor

extension Picture {
  /// The picture with another number of pixels: bilinear interpolation between the four nearest pixels, the centres of
  /// pixels at half-integers, edges continued, rounded once to the nearest byte.
  ///
  /// This is what OpenCV's INTER_LINEAR and TensorFlow's half-pixel bilinear compute but for their rounding. There is
  /// no antialiasing: Pillow's BILINEAR, which has it, differs where the picture gets smaller.
  /// What these programs give to the bit, `resized(width:height:method:)` does.
  ///
  /// - Throws: `invalidPicture` if a side is not positive or the result is too large.
  public func resized(width newWidth: Int, height newHeight: Int, limits: Limits = Limits()) throws -> Picture {
    let (area, overflow) = newWidth.multipliedReportingOverflow(by: newHeight)
    guard newWidth > 0, newHeight > 0, !overflow, area <= limits.pixelCount else {
      throw FerryError(
        .invalidPicture, "a picture cannot be resized to \(newWidth)×\(newHeight) pixels",
        supported: "at most \(limits.pixelCount) pixels")
    }
    let columns = Self.neighbours(newWidth, of: width)
    let rows = Self.neighbours(newHeight, of: height)
    var resized = [UInt8](repeating: 0, count: area * 3)
    var target = 0
    pixels.withUnsafeBufferPointer { source in
      for row in rows {
        let (upper, lower) = (row.first * width, row.second * width)
        for column in columns {
          for component in 0..<3 {
            func between(_ start: Int) -> Double {
              let left = Double(source[(start + column.first) * 3 + component])
              let right = Double(source[(start + column.second) * 3 + component])
              return left * (1 - column.fraction) + right * column.fraction
            }
            let (top, bottom) = (between(upper), between(lower))
            // Between two bytes, so it is one.
            resized[target] = UInt8((top * (1 - row.fraction) + bottom * row.fraction).rounded(.toNearestOrEven))
            target += 1
          }
        }
      }
    }
    return Picture(trusted: newWidth, newHeight, resized)
  }

  /// Between which pixels of a side each new pixel's centre lies, and how far from the first to the second.
  private static func neighbours(_ newSide: Int, of side: Int) -> [(first: Int, second: Int, fraction: Double)] {
    (0..<newSide).map { index in
      let centre = (Double(index) + 0.5) * Double(side) / Double(newSide) - 0.5
      let place = min(max(centre, 0), Double(side - 1))
      let first = Int(place)
      return (first, min(first + 1, side - 1), place - Double(first))
    }
  }
}

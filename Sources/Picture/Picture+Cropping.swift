import FerryTensor

extension Picture {
  /// The part of the picture in the box; where the box reaches beyond the picture, it is black.
  ///
  /// - Throws: `usage` if the box lies outside the picture, `invalidPicture` if it is too large.
  public func cropped(to box: PixelBox, limits: Limits = Limits()) throws -> Picture {
    let columns = max(box.left, 0)..<max(min(box.right, width), max(box.left, 0))
    let rows = max(box.top, 0)..<max(min(box.bottom, height), max(box.top, 0))
    guard !columns.isEmpty, !rows.isEmpty else {
      throw FerryError(
        .usage, "the box from (\(box.left), \(box.top)) to (\(box.right), \(box.bottom)) lies outside the picture of "
          + "\(width)×\(height) pixels")
    }
    let (area, overflow) = box.width.multipliedReportingOverflow(by: box.height)
    guard !overflow, area <= limits.pixelCount else {
      throw FerryError(
        .invalidPicture, "a part of \(box.width)×\(box.height) pixels is too large",
        supported: "at most \(limits.pixelCount) pixels")
    }
    var part = [UInt8](repeating: 0, count: area * 3)
    for row in rows {
      let source = (row * width + columns.lowerBound) * 3
      let target = ((row - box.top) * box.width + columns.lowerBound - box.left) * 3
      part.replaceSubrange(
        target..<target + columns.count * 3, with: pixels[source..<source + columns.count * 3])
    }
    return Picture(trusted: box.width, box.height, part)
  }
}

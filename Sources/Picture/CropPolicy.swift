/// What the corners of a box mean where they lie outside the picture.
public enum CropPolicy: String, Sendable, CaseIterable {
  /// As Python slices an array, `frame[top:bottom, left:right]`: a negative corner counts from the far edge, what lies
  /// beyond the far edge is cut off.
  case numpy
  /// Each corner is moved to the nearest one within the picture.
  case clamp

  /// The pixels that the corners stand for in a picture of `width` × `height` pixels, always within it.
  ///
  /// - Returns: nil if there are none: a failed crop.
  public func resolved(left: Int, top: Int, right: Int, bottom: Int, width: Int, height: Int) -> PixelBox? {
    let columns = (place(left, width), place(right, width))
    let rows = (place(top, height), place(bottom, height))
    guard columns.0 < columns.1, rows.0 < rows.1 else { return nil }
    return PixelBox(trusted: columns.0, rows.0, columns.1, rows.1)
  }

  /// Where a corner falls on a side of that many pixels: 0 to `side`.
  private func place(_ corner: Int, _ side: Int) -> Int {
    switch self {
    // A negative number and a positive one cannot overflow.
    case .numpy: min(max(corner < 0 ? corner + max(side, 0) : corner, 0), max(side, 0))
    case .clamp: min(max(corner, 0), max(side, 0))
    }
  }
}

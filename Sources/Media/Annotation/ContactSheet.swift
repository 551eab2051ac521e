import FerryPicture
import FerryTensor

/// Many frames on one page: a caption, and below it the frames in a grid, each with its boxes and some lines of text.
public struct ContactSheet: Sendable {
  /// One frame of the page.
  public struct Tile: Sendable {
    public var picture: Picture
    /// Written above the frame; what is too long for its width is cut off with "..".
    public var lines: [String]
    /// In pixels of the picture.
    public var boxes: [AnnotatedBox]

    public init(_ picture: Picture, lines: [String] = [], boxes: [AnnotatedBox] = []) {
      (self.picture, self.lines, self.boxes) = (picture, lines, boxes)
    }
  }

  /// The caption; nothing for an empty one.
  public var title: String
  public var tiles: [Tile]
  /// How many tiles stand beside each other; nil leaves it to their number.
  public var columns: Int?

  public init(title: String, tiles: [Tile], columns: Int? = nil) {
    (self.title, self.tiles, self.columns) = (title, tiles, columns)
  }

  /// The page, at most `maximumWidth` pixels wide; the frames are made smaller, never larger. One frame without any
  /// text is simply the annotated picture.
  ///
  /// - Throws: `usage` without tiles, or `invalidPicture` if the page would be too large.
  public func picture(limits: Picture.Limits = Picture.Limits()) throws -> Picture {
    guard !tiles.isEmpty else { throw FerryError(.usage, "a contact sheet needs at least one picture") }
    let layout = ContactSheetLayout(self)
    let (area, overflow) = layout.width.multipliedReportingOverflow(by: layout.height)
    guard !overflow, area <= limits.pixelCount else {
      throw FerryError(
        .invalidPicture, "a contact sheet of \(tiles.count) pictures is too large: "
          + "\(layout.width)×\(layout.height) pixels",
        supported: "at most \(limits.pixelCount) pixels", hint: "show fewer pictures")
    }
    var canvas = Canvas(width: layout.width, height: layout.height, .dark)
    for (index, line) in layout.title.enumerated() {
      canvas.text(
        line, left: layout.textLeft, top: layout.titleTop + index * layout.titleLineHeight, scale: layout.titleScale,
        .white)
    }
    for (tile, place) in zip(tiles, layout.places) {
      for (index, line) in layout.lines(of: tile).enumerated() {
        canvas.text(
          line, left: place.cellLeft + layout.textInset, top: place.textTop + index * layout.lineHeight,
          scale: layout.lineScale, index == 0 ? .white : .grey)
      }
      try canvas.draw(tile.reduced(to: place.size), left: place.left, top: place.top)
    }
    return canvas.picture
  }

  static let maximumWidth = 1600
}

extension ContactSheet.Tile {
  /// The picture in that size, its boxes drawn afterwards so that their lines and letters are sharp.
  fileprivate func reduced(to size: (width: Int, height: Int)) throws -> Picture {
    var small = picture
    // Halving averages pixels, so that nothing flickers as it does where single pixels are picked.
    while small.width >= 2 * size.width, small.height >= 2 * size.height, small.width > 1, small.height > 1 {
      small = try small.resized(width: small.width / 2, height: small.height / 2)
    }
    if small.width != size.width || small.height != size.height {
      small = try small.resized(width: size.width, height: size.height)
    }
    let (x, y) = (Double(size.width) / Double(picture.width), Double(size.height) / Double(picture.height))
    let scaled = boxes.compactMap { box -> AnnotatedBox? in
      let edges = box.box
      var scaled = box
      // A box of less than a pixel is given one.
      let left = Double(edges.left) * x
      let top = Double(edges.top) * y
      guard
        let place = try? PixelBox(
          left: left, top: top, right: max(Double(edges.right) * x, left + 1),
          bottom: max(Double(edges.bottom) * y, top + 1))
      else { return nil }
      scaled.box = place
      return scaled
    }
    return small.annotated(boxes: scaled)
  }
}

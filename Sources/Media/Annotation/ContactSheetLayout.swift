import FerryPicture

/// Where everything on a contact sheet goes.
struct ContactSheetLayout {
  struct Place {
    var cellLeft, textTop: Int
    /// Of the picture.
    var left, top: Int
    var size: (width: Int, height: Int)
  }

  private(set) var width = 0
  private(set) var height = 0
  private(set) var title: [String] = []
  let titleScale: Int
  let titleTop: Int
  private(set) var lineScale = 1
  private(set) var places: [Place] = []
  /// Around and between tiles; a single picture has nothing around it.
  private let margin: Int
  private let cellWidth: Int

  var textInset: Int { margin == 0 ? 8 : 0 }
  var textLeft: Int { max(margin, 8) }
  var titleLineHeight: Int { (BitmapFont.height + 3) * titleScale }
  var lineHeight: Int { (BitmapFont.height + 1) * lineScale }

  /// Narrower cells have no room for text.
  private static let minimumCellWidth = 120
  /// Taller pictures would leave no room for others.
  private static let maximumAspect = 3

  init(_ sheet: ContactSheet) {
    let count = sheet.tiles.count
    let single = count == 1
    margin = single ? 0 : 12
    let wanted = sheet.columns ?? min(8, Int((Double(count) * 1.2).squareRoot().rounded(.up)))
    // No more than there is room for.
    let most = (ContactSheet.maximumWidth - margin) / (Self.minimumCellWidth + margin)
    let columns = max(1, min(wanted, count, most))
    let widest = sheet.tiles.map(\.picture.width).max() ?? 1
    let room = (ContactSheet.maximumWidth - margin) / columns - margin
    let hasText = !sheet.title.isEmpty || sheet.tiles.contains { !$0.lines.isEmpty }
    cellWidth = max(min(widest, room), single && !hasText ? 1 : Self.minimumCellWidth)
    width = margin + columns * (cellWidth + margin)
    titleScale = width >= 700 ? 3 : width >= 300 ? 2 : 1
    titleTop = 4 * titleScale
    lineScale = 1
    title = Self.wrapped(sheet.title, characters: max(1, (width - 2 * textLeft) / (BitmapFont.advance * titleScale)))
    // Large letters where all lines have room for them.
    let longest = sheet.tiles.flatMap(\.lines).map(\.count).max() ?? 0
    if longest * BitmapFont.advance * 2 <= cellWidth - 2 * textInset { lineScale = 2 }

    var top = title.isEmpty ? margin : titleTop + title.count * titleLineHeight + 2 * titleScale
    for start in stride(from: 0, to: count, by: columns) {
      let row = sheet.tiles[start..<min(start + columns, count)]
      let lineCount = row.map(\.lines.count).max() ?? 0
      let textHeight = lineCount == 0 ? 0 : lineCount * lineHeight + 4
      let sizes = row.map { Self.size(of: $0.picture, in: cellWidth) }
      for (column, size) in sizes.enumerated() {
        let cellLeft = margin + column * (cellWidth + margin)
        // Beside text on the left edge, pictures begin there as well.
        places.append(
          Place(cellLeft: cellLeft, textTop: top, left: cellLeft, top: top + textHeight, size: size))
      }
      top += textHeight + (sizes.map(\.height).max() ?? 0) + margin
    }
    height = top
  }

  /// The lines of a tile as far as its cell has room.
  func lines(of tile: ContactSheet.Tile) -> [String] {
    let room = max(1, (cellWidth - 2 * textInset) / (BitmapFont.advance * lineScale))
    return tile.lines.map { $0.count <= room ? $0 : String($0.prefix(max(0, room - 2))) + ".." }
  }

  private static func size(of picture: Picture, in cellWidth: Int) -> (width: Int, height: Int) {
    let most = cellWidth * maximumAspect
    let factor = min(1, Double(cellWidth) / Double(picture.width), Double(most) / Double(picture.height))
    func side(_ side: Int) -> Int { max(1, Int((Double(side) * factor).rounded())) }
    return (side(picture.width), side(picture.height))
  }

  /// Lines of at most so many characters, broken between words where that is possible.
  private static func wrapped(_ text: String, characters limit: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n") {
      var line = ""
      for word in paragraph.split(separator: " ") {
        var rest = Substring(word)
        if !line.isEmpty, line.count + 1 + rest.count > limit {
          lines.append(line)
          line = ""
        }
        while line.isEmpty, rest.count > limit {
          lines.append(String(rest.prefix(limit)))
          rest = rest.dropFirst(limit)
        }
        line += (line.isEmpty ? "" : " ") + rest
      }
      if !line.isEmpty { lines.append(line) }
    }
    return lines
  }
}

import FerryPicture

/// Pixels to draw on. What lies outside is cut off.
struct Canvas {
  let width, height: Int
  private var pixels: [UInt8]

  init(_ picture: Picture) {
    (width, height, pixels) = (picture.width, picture.height, picture.pixels)
  }

  /// One colour all over; the sides are at least 1.
  init(width: Int, height: Int, _ color: PixelColor) {
    (self.width, self.height) = (width, height)
    pixels = [UInt8](repeating: 0, count: width * height * 3)
    fill(Area(0, 0, width, height), color)
  }

  var picture: Picture { Picture(trusted: width, height, pixels) }

  /// A rectangle without its right and bottom ends; empty if they do not lie behind the others.
  struct Area: Equatable {
    var left, top, right, bottom: Int

    init(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int) {
      (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    func overlaps(_ other: Area) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  /// - Parameter opacity: of the colour, from 0 to 255.
  mutating func fill(_ area: Area, _ color: PixelColor, opacity: UInt16 = 255) {
    let (left, right) = (max(area.left, 0), min(area.right, width))
    let (top, bottom) = (max(area.top, 0), min(area.bottom, height))
    guard left < right, top < bottom else { return }
    let new = [UInt16(color.red), UInt16(color.green), UInt16(color.blue)].map { $0 * opacity }
    for y in top..<bottom {
      for start in stride(from: (y * width + left) * 3, to: (y * width + right) * 3, by: 3) {
        for component in 0..<3 {
          let old = UInt16(pixels[start + component]) * (255 - opacity)
          pixels[start + component] = UInt8((new[component] + old + 127) / 255)
        }
      }
    }
  }

  /// A frame that lies within the area, its lines so thick.
  mutating func frame(_ area: Area, _ color: PixelColor, thickness: Int) {
    let (inLeft, inRight) = (area.left + thickness, area.right - thickness)
    let (inTop, inBottom) = (area.top + thickness, area.bottom - thickness)
    guard inLeft < inRight, inTop < inBottom else { return fill(area, color) }
    fill(Area(area.left, area.top, area.right, inTop), color)
    fill(Area(area.left, inBottom, area.right, area.bottom), color)
    fill(Area(area.left, inTop, inLeft, inBottom), color)
    fill(Area(inRight, inTop, area.right, inBottom), color)
  }

  /// A line of text whose first character has its upper left corner there; a pixel of the font becomes a square.
  mutating func text(_ line: some StringProtocol, left: Int, top: Int, scale: Int, _ color: PixelColor) {
    for (index, code) in BitmapFont.printable(line).enumerated() {
      let x = left + index * BitmapFont.advance * scale
      // What follows lies outside as well.
      guard x < width else { return }
      for (row, bits) in BitmapFont.rows(of: code).enumerated() {
        for column in 0..<BitmapFont.width where bits & 1 << UInt8(column) != 0 {
          let (pixelLeft, pixelTop) = (x + column * scale, top + row * scale)
          fill(Area(pixelLeft, pixelTop, pixelLeft + scale, pixelTop + scale), color)
        }
      }
    }
  }

  /// Another picture, its upper left corner there.
  mutating func draw(_ picture: Picture, left: Int, top: Int) {
    let columns = max(left, 0)..<max(min(left + picture.width, width), max(left, 0))
    guard !columns.isEmpty else { return }
    for y in max(top, 0)..<max(min(top + picture.height, height), max(top, 0)) {
      let source = ((y - top) * picture.width + columns.lowerBound - left) * 3
      let target = (y * width + columns.lowerBound) * 3
      pixels.replaceSubrange(
        target..<target + columns.count * 3, with: picture.pixels[source..<source + columns.count * 3])
    }
  }
}

/// Whether a picture is turned as its EXIF data ask.
public enum OrientationPolicy: Sendable {
  /// Turned upright, as OpenCV's `imread` and every viewer do.
  case applied
  /// As the pixels are stored, as `PIL.Image.open` does.
  case ignored
}

/// How the stored pixels stand to the upright picture; the values are EXIF's (tag 0x0112).
enum Orientation: Int, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case mirroredUpsideDown = 4
  case transposed = 5
  /// Turn the stored picture a quarter clockwise to see it upright.
  case quarterClockwise = 6
  case transposedUpsideDown = 7
  case quarterCounterclockwise = 8

  /// Reads the tag from a block of EXIF data, which begins with a TIFF header.
  ///
  /// What is malformed or out of range counts as `upright`: orientation is a courtesy, and every decoder treats it so.
  init(exif bytes: UnsafeRawBufferPointer) {
    self = .upright
    let littleEndian: Bool
    switch bytes.integer32(at: 0) {
    case 0x4949_2A00: littleEndian = true
    case 0x4D4D_002A: littleEndian = false
    default: return
    }
    guard let directory = bytes.integer32(at: 4, littleEndian: littleEndian),
      let entryCount = bytes.integer16(at: directory, littleEndian: littleEndian)
    else { return }
    for index in 0..<entryCount {
      let entry = directory + 2 + index * 12
      guard let tag = bytes.integer16(at: entry, littleEndian: littleEndian) else { return }
      guard tag == 0x0112 else { continue }
      let short = 3
      guard bytes.integer16(at: entry + 2, littleEndian: littleEndian) == short,
        let value = bytes.integer16(at: entry + 8, littleEndian: littleEndian)
      else { return }
      self = Orientation(rawValue: value) ?? .upright
      return
    }
  }
}

extension Picture {
  /// The picture upright, given how its pixels are stored.
  func turned(by orientation: Orientation) -> Picture {
    let last = width * height - 1
    let lastRow = (height - 1) * width
    // The stored pixel that becomes the top left one, and the steps to its neighbours on the right and below.
    let (start, right, below) =
      switch orientation {
      case .upright: (0, 1, width)
      case .mirrored: (width - 1, -1, width)
      case .upsideDown: (last, -1, -width)
      case .mirroredUpsideDown: (lastRow, 1, -width)
      case .transposed: (0, width, 1)
      case .quarterClockwise: (lastRow, -width, 1)
      case .transposedUpsideDown: (last, -width, -1)
      case .quarterCounterclockwise: (width - 1, width, -1)
      }
    guard orientation != .upright else { return self }
    let turned = orientation.rawValue >= Orientation.transposed.rawValue
    let (newWidth, newHeight) = turned ? (height, width) : (width, height)
    let result = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        var next = 0
        for y in 0..<newHeight {
          for x in 0..<newWidth {
            let from = (start + x * right + y * below) * 3
            target[next] = source[from]
            target[next + 1] = source[from + 1]
            target[next + 2] = source[from + 2]
            next += 3
          }
        }
        count = next
      }
    }
    return Picture(trusted: newWidth, newHeight, result)
  }
}

import FerryModel
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads faces from the four maps that CenterFace gives for a picture: how likely a face is centred in each cell of 4×4
/// pixels, the logarithm of its size, the centre's place in the cell, and five landmarks.
public enum CenterFace {
  /// Pixels of the input along one edge of a cell.
  static let cell = 4.0

  /// - Parameters:
  ///   - outputs: heat map 1×1×h×w, size 1×2×h×w (height, width), offset 1×2×h×w (y, x), landmarks 1×10×h×w (y, x of
  ///     five points), in the model's order.
  ///   - threshold: the lowest score of a face.
  ///   - overlap: of two boxes that overlap by this much or more, the better one stays.
  /// - Returns: faces, best first.
  /// - Throws: `shapeMismatch` if the outputs are not such maps.
  public static func decode(
    _ outputs: [Tensor], threshold: Double = 0.5, overlap: Double = 0.3
  ) throws -> [Detection] {
    try candidates(outputs).all(threshold: threshold, overlap: overlap)
  }

  /// A face in each cell.
  static func candidates(_ outputs: [Tensor]) throws -> Candidates {
    let channels = [1, 2, 2, 10]
    let shapes = outputs.map(\.shape.dimensions)
    guard shapes.count == 4, let first = shapes.first, first.count == 4,
      zip(shapes, channels).allSatisfy({ $0 == [1, $1, first[2], first[3]] })
    else {
      throw FerryError(
        .shapeMismatch,
        "the outputs \(outputs.map(\.shape.description).joined(separator: ", ")) are not those of CenterFace",
        supported: "1×1×h×w, 1×2×h×w, 1×2×h×w, 1×10×h×w for one picture",
        hint: "run without --decode to see what the model gives")
    }
    let (rows, columns) = (first[2], first[3])
    let maps = outputs.map { $0.floats() }
    let (pictureWidth, pictureHeight) = (Double(columns) * cell, Double(rows) * cell)
    return Candidates(scores: maps[0]) { place in
      let (row, column) = (place / columns, place % columns)
      func value(_ map: Int, _ channel: Int) -> Double { Double(maps[map][channel * rows * columns + place]) }
      let (height, width) = (exp(value(1, 0)) * cell, exp(value(1, 1)) * cell)
      let centerX = (Double(column) + value(2, 1) + 0.5) * cell
      let centerY = (Double(row) + value(2, 0) + 0.5) * cell
      let left = min(max(0, centerX - width / 2), pictureWidth)
      let top = min(max(0, centerY - height / 2), pictureHeight)
      return Detection(
        left: left, top: top, right: min(left + width, pictureWidth), bottom: min(top + height, pictureHeight),
        score: value(0, 0),
        landmarks: (0..<5).map {
          Detection.Point(x: value(3, 2 * $0 + 1) * width + left, y: value(3, 2 * $0) * height + top)
        })
    }
  }
}

/// Resizing written as the definitions say it, number by number over the whole picture: what the passes over rows are
/// held to, and what gives the values between two stages. They share the tables of weights, which the goldens check.
enum PlainResizing {
  /// `width` × `height` × 3 bytes; nil for a method that gives numbers.
  static func bytes(_ picture: Picture, width: Int, height: Int, method: ResizeMethod) -> [UInt8]? {
    switch method {
    case .openCVLinear: openCV(picture, width: width, height: height)
    case .pillowBilinear: pillow(picture, width: width, height: height)
    case .pyTorchBilinear, .pyTorchBilinearAntialias: nil
    }
  }

  /// `width` × `height` × 3 numbers, 0 to 255.
  static func numbers(_ picture: Picture, width: Int, height: Int, method: ResizeMethod) -> [Float] {
    switch method {
    case .openCVLinear: openCV(picture, width: width, height: height).map(Float.init)
    case .pillowBilinear: pillow(picture, width: width, height: height).map(Float.init)
    case .pyTorchBilinear: pyTorch(picture, width: width, height: height)
    case .pyTorchBilinearAntialias: pyTorchAntialias(picture, width: width, height: height)
    }
  }

  /// A number for each row, column and component of a picture.
  private static func filled<Element>(
    _ width: Int, _ height: Int, _ element: (_ row: Int, _ column: Int, _ component: Int) -> Element
  ) -> [Element] {
    (0..<height).flatMap { row in
      (0..<width).flatMap { column in (0..<3).map { element(row, column, $0) } }
    }
  }

  private static func openCV(_ picture: Picture, width: Int, height: Int) -> [UInt8] {
    func byte(_ row: Int, _ column: Int, _ component: Int) -> Int32 {
      Int32(picture.pixels[(row * picture.width + column) * 3 + component])
    }
    if picture.width == width && picture.height == height { return picture.pixels }
    if OpenCVLinear.isHalving(picture.width, picture.height, width, height) {
      return filled(width, height) { row, column, component in
        let above = byte(2 * row, 2 * column, component) + byte(2 * row, 2 * column + 1, component)
        let below = byte(2 * row + 1, 2 * column, component) + byte(2 * row + 1, 2 * column + 1, component)
        return UInt8((above + below + 2) / 4)
      }
    }
    let columns = OpenCVLinear.Side(width, of: picture.width)
    let rows = OpenCVLinear.Side(height, of: picture.height)
    return filled(width, height) { row, column, component in
      let place = rows.places[row]
      func part(_ row: Int, _ weight: Int16) -> Int32 {
        let inside = min(max(row, 0), picture.height - 1)
        let sum = columns.across(columns.places[column]) { byte(inside, $0, component) } >> 4
        return (sum * Int32(weight)) >> 16
      }
      return UInt8((part(place.first, place.weights.0) + part(place.first + 1, place.weights.1) + 2) >> 2)
    }
  }

  private static func pillow(_ picture: Picture, width: Int, height: Int) -> [UInt8] {
    func sum(_ side: PillowBilinear.Side, _ index: Int, _ byte: (Int) -> UInt8) -> UInt8 {
      let range = side.ranges[index]
      return PillowBilinear.byte(
        (0..<range.count).reduce(PillowBilinear.half) {
          $0 + Int32(byte(range.first + $1)) * side.weights[index * side.taps + $1]
        })
    }
    func across(_ pixels: [UInt8], height: Int) -> [UInt8] {
      if width == picture.width { return pixels }
      let side = PillowBilinear.Side(width, of: picture.width)
      return filled(width, height) { row, column, component in
        sum(side, column) { pixels[(row * picture.width + $0) * 3 + component] }
      }
    }
    func down(_ pixels: [UInt8], width: Int) -> [UInt8] {
      if height == picture.height { return pixels }
      let side = PillowBilinear.Side(height, of: picture.height)
      return filled(width, height) { row, column, component in
        sum(side, row) { pixels[($0 * width + column) * 3 + component] }
      }
    }
    return PillowBilinear.isColumnsFirst(picture.width, picture.height, height)
      ? across(down(picture.pixels, width: picture.width), height: height)
      : down(across(picture.pixels, height: picture.height), width: width)
  }

  private static func pyTorch(_ picture: Picture, width: Int, height: Int) -> [Float] {
    let columns = PyTorchBilinear.places(width, of: picture.width)
    let rows = PyTorchBilinear.places(height, of: picture.height)
    return filled(width, height) { row, column, component in
      func byte(_ row: Int, _ column: Int) -> UInt8 { picture.pixels[(row * picture.width + column) * 3 + component] }
      let (down, across) = (rows[row], columns[column])
      return PyTorchBilinear.between(
        (
          byte(down.first, across.first), byte(down.first, across.second),
          byte(down.second, across.first), byte(down.second, across.second)
        ), down.weights, across.weights)
    }
  }

  private static func pyTorchAntialias(_ picture: Picture, width: Int, height: Int) -> [Float] {
    func sum(_ side: PyTorchAntialias.Side, _ index: Int, _ number: (Int) -> Float) -> Float {
      let range = side.ranges[index]
      return PyTorchAntialias.Side.sum(range.count) {
        (number(range.first + $0), side.weights[index * side.taps + $0])
      }
    }
    let side = PyTorchAntialias.Side(width, of: picture.width)
    let across = filled(width, picture.height) { row, column, component in
      sum(side, column) { Float(picture.pixels[(row * picture.width + $0) * 3 + component]) }
    }
    let rows = PyTorchAntialias.Side(height, of: picture.height)
    return filled(width, height) { row, column, component in
      sum(rows, row) { across[($0 * width + column) * 3 + component] }
    }
  }
}

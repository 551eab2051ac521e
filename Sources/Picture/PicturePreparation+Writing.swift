import FerryTensor

extension PicturePreparation {
  /// Writes the picture's numbers in the order of `layout`. Nothing is kept between but the rows that resizing needs.
  ///
  /// - Parameters:
  ///   - crop: the part that is taken, within the picture; nil: all of it.
  ///   - target: room for `elementCount` numbers, whatever they were.
  /// - Throws: `usage` if the crop reaches beyond the picture or the target has another number of elements.
  public func write(_ picture: Picture, crop: PixelBox? = nil, into target: UnsafeMutableBufferPointer<Float>) throws {
    guard target.count == elementCount, let target = target.baseAddress else {
      throw FerryError(
        .usage, "\(target.count) elements are no room for a picture of \(width)×\(height) pixels",
        supported: "\(elementCount)")
    }
    try picture.withRegion(crop) { region in
      switch method {
      case .openCVLinear:
        write(target) { OpenCVLinear.resize(region, width: width, height: height, $0) }
      case .pillowBilinear:
        write(target) { PillowBilinear.resize(region, width: width, height: height, $0) }
      case .pyTorchBilinear:
        write(target) { PyTorchBilinear.resize(region, width: width, height: height, $0) }
      case .pyTorchBilinearAntialias:
        write(target) { PyTorchAntialias.resize(region, width: width, height: height, $0) }
      }
    }
  }

  /// Rows of bytes, looked up in the channels' tables.
  private func write(_ target: UnsafeMutablePointer<Float>, _ rows: ((Int, UnsafePointer<UInt8>) -> Void) -> Void) {
    tables.withUnsafeBufferPointer { tables in
      guard let table = tables.baseAddress else { return }
      // The component of a pixel that a channel takes.
      let (first, last) = color == .rgb ? (0, 2) : (2, 0)
      let (pixelStep, planeStep) = layout == .channelsFirst ? (1, width * height) : (3, 1)
      rows { [width] row, bytes in
        let start = target + row * width * pixelStep
        let (second, third) = (start + planeStep, start + 2 * planeStep)
        var (from, to) = (0, 0)
        for _ in 0..<width {
          start[to] = table[Int(bytes[from &+ first])]
          second[to] = table[256 &+ Int(bytes[from &+ 1])]
          third[to] = table[512 &+ Int(bytes[from &+ last])]
          from &+= 3
          to &+= pixelStep
        }
      }
    }
  }

  /// Rows of numbers, computed one by one.
  private func write(_ target: UnsafeMutablePointer<Float>, _ rows: ((Int, UnsafePointer<Float>) -> Void) -> Void) {
    let (first, last) = color == .rgb ? (0, 2) : (2, 0)
    let (pixelStep, planeStep) = layout == .channelsFirst ? (1, width * height) : (3, 1)
    rows { row, numbers in
      for (channel, component) in [first, 1, last].enumerated() {
        let line = target + channel * planeStep + row * width * pixelStep
        let (mean, deviation) = (mean?[channel], std?[channel])
        for column in 0..<width {
          line[column * pixelStep] = Self.normalised(
            range.number(for: numbers[column * 3 + component]), mean, deviation)
        }
      }
    }
  }
}

import FerryTensor

/// What becomes of a picture before a network sees it: crop, resize, colour order, range, normalisation and layout, in
/// one pass over the pixels.
///
/// The numbers are those of float32 arithmetic in this order: `range` of each resized number, minus the channel's mean,
/// divided by the channel's standard deviation.
public struct PicturePreparation: Sendable {
  /// In pixels, at least 1.
  public let width, height: Int
  /// Whose interpolation brings the picture to `width` × `height`.
  public let method: ResizeMethod
  /// The order of the network's three channels.
  public let color: ColorOrder
  /// What numbers the bytes become, before `mean` and `std`.
  public let range: PixelRange
  /// Three numbers in the order of `color`; nil: nothing is subtracted.
  public let mean: [Float]?
  /// Three numbers above 0 in the order of `color`; nil: nothing is divided by.
  public let std: [Float]?
  /// Where the network's input has its channels.
  public let layout: ChannelOrder

  /// For each channel of the network and each byte, what the network gets.
  let tables: [Float]

  /// - Throws: `usage` for a side below 1, more pixels than `limits` allow, a `mean` or `std` that is not three finite
  ///   numbers, or a `std` that is not above 0.
  public init(
    width: Int, height: Int, method: ResizeMethod = .openCVLinear, color: ColorOrder = .rgb,
    range: PixelRange = .zeroToOne, mean: [Float]? = nil, std: [Float]? = nil,
    layout: ChannelOrder = .channelsFirst, limits: Picture.Limits = Picture.Limits()
  ) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area <= limits.pixelCount else {
      throw FerryError(
        .usage, "a network's picture cannot have \(width)×\(height) pixels",
        supported: "at most \(limits.pixelCount) pixels")
    }
    for (name, numbers) in [("mean", mean), ("std", std)] {
      guard let numbers else { continue }
      guard numbers.count == 3, numbers.allSatisfy(\.isFinite), name == "mean" || numbers.allSatisfy({ $0 > 0 }) else {
        throw FerryError(
          .usage, "\(name) is \(numbers)", supported: name == "mean" ? "three numbers" : "three numbers above 0")
      }
    }
    (self.width, self.height, self.method, self.color) = (width, height, method, color)
    (self.range, self.mean, self.std, self.layout) = (range, mean, std, layout)
    tables = (0..<3).flatMap { channel in
      range.values.map { Self.normalised($0, mean?[channel], std?[channel]) }
    }
  }

  /// How many numbers one picture becomes: 3·height·width.
  public var elementCount: Int { 3 * width * height }

  /// The shape of so many pictures: N×3×height×width or N×height×width×3.
  public func shape(count: Int) -> [Int] {
    layout == .channelsFirst ? [count, 3, height, width] : [count, height, width, 3]
  }

  /// The picture as the network's input, float32 of `shape(count: 1)`.
  ///
  /// - Parameter crop: the part that is taken, within the picture; nil: all of it.
  /// - Throws: `usage` if the crop reaches beyond the picture.
  public func tensor(_ picture: Picture, crop: PixelBox? = nil) throws -> Tensor {
    try Tensor(unchecked: Shape(shape(count: 1)), of: Float.self) { try write(picture, crop: crop, into: $0) }
  }

  /// The pictures as one batch, float32 of `shape(count: pictures.count)`.
  ///
  /// - Throws: `usage` for a batch too large to be addressed.
  public func tensor(_ pictures: [Picture]) throws -> Tensor {
    let shape = try Shape(shape(count: pictures.count))
    guard shape.elementCount <= Int.max / MemoryLayout<Float>.stride else {
      throw FerryError(.usage, "\(pictures.count) pictures of \(width)×\(height) pixels are too large for a batch")
    }
    return try Tensor(unchecked: shape, of: Float.self) { target in
      for (index, picture) in pictures.enumerated() {
        let start = index * elementCount
        try write(picture, crop: nil, into: UnsafeMutableBufferPointer(rebasing: target[start..<start + elementCount]))
      }
    }
  }

  /// A number of the range as the network gets it.
  static func normalised(_ value: Float, _ mean: Float?, _ deviation: Float?) -> Float {
    let centred = if let mean { value - mean } else { value }
    return if let deviation { centred / deviation } else { centred }
  }
}

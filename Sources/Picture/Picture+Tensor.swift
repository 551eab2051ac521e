import FerryTensor

extension Picture {
  /// The picture as a network's input: float32 of shape 1×channels×height×width or 1×height×width×channels.
  ///
  /// - Parameters:
  ///   - channels: 3, or 1 for a network of grey pictures, which gets the brightness (`grey`).
  ///   - color: the order of three channels; without meaning for one.
  /// - Throws: `usage` for another number of channels.
  public func tensor(
    range: PixelRange = .zeroToOne, color: ColorOrder = .rgb, channels: Int = 3, order: ChannelOrder = .channelsFirst
  ) throws -> Tensor {
    guard channels == 1 || channels == 3 else {
      throw FerryError(.usage, "a picture cannot be given in \(channels) channels", supported: "1, 3")
    }
    let source = channels == 1 ? grey() : self
    let (area, values) = (width * height, range.values)
    let (pixelStep, planeStep) = order == .channelsFirst ? (1, area) : (channels, 1)
    let shape = order == .channelsFirst ? [1, channels, height, width] : [1, height, width, channels]
    return Tensor(unchecked: Shape(trusted: shape), of: Float.self) { target in
      source.pixels.withUnsafeBufferPointer { bytes in
        for plane in 0..<channels {
          let component = color == .rgb || channels == 1 ? plane : 2 - plane
          for pixel in 0..<area {
            target[pixel * pixelStep + plane * planeStep] = values[Int(bytes[pixel * 3 + component])]
          }
        }
      }
    }
  }
}

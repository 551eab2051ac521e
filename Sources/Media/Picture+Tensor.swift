import FerryTensor

/// What numbers a network gets for the bytes 0 to 255.
public enum PixelRange: String, Sendable, CaseIterable {
  /// Divided by 255.
  case zeroToOne = "0-1"
  /// As they are.
  case zeroTo255 = "0-255"
}

/// The order of a network's three input channels.
public enum ColorOrder: String, Sendable, CaseIterable {
  case rgb
  case bgr
}

extension Picture {
  /// The picture as a network's input: float32 of shape 1×3×height×width, one plane a colour.
  public func tensor(range: PixelRange = .zeroToOne, color: ColorOrder = .rgb) -> Tensor {
    let planeSize = width * height
    let values = (0...255).map { byte in
      switch range {
      case .zeroToOne: Float(byte) / 255
      case .zeroTo255: Float(byte)
      }
    }
    return Tensor(unchecked: Shape(trusted: [1, 3, height, width]), of: Float.self) { target in
      pixels.withUnsafeBufferPointer { source in
        for plane in 0..<3 {
          let channel = color == .rgb ? plane : 2 - plane
          for pixel in 0..<planeSize {
            target[plane * planeSize + pixel] = values[Int(source[pixel * 3 + channel])]
          }
        }
      }
    }
  }
}

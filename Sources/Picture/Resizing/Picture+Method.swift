import FerryTensor

extension Picture {
  /// The picture with another number of pixels, as OpenCV or Pillow resizes bytes, bit by bit.
  ///
  /// `resized(width:height:)` without a method computes in float64 and rounds once: closest to the mathematics, and one
  /// off from OpenCV here and there.
  ///
  /// - Throws: `usage` for a method that gives no bytes, `invalidPicture` if a side is not positive or the result is
  ///   too large.
  public func resized(
    width newWidth: Int, height newHeight: Int, method: ResizeMethod, limits: Limits = Limits()
  ) throws -> Picture {
    let (area, overflow) = newWidth.multipliedReportingOverflow(by: newHeight)
    guard newWidth > 0, newHeight > 0, !overflow, area <= limits.pixelCount else {
      throw FerryError(
        .invalidPicture, "a picture cannot be resized to \(newWidth)×\(newHeight) pixels",
        supported: "at most \(limits.pixelCount) pixels")
    }
    let resized = try withRegion(nil) { region in
      try [UInt8](unsafeUninitializedCapacity: area * 3) { target, count in
        guard let start = target.baseAddress else { return }
        let put: (Int, UnsafePointer<UInt8>) -> Void = { row, bytes in
          (start + row * newWidth * 3).initialize(from: bytes, count: newWidth * 3)
        }
        switch method {
        case .openCVLinear: OpenCVLinear.resize(region, width: newWidth, height: newHeight, put)
        case .pillowBilinear: PillowBilinear.resize(region, width: newWidth, height: newHeight, put)
        case .pyTorchBilinear, .pyTorchBilinearAntialias:
          throw FerryError(
            .usage, "\(method.rawValue) gives float32 numbers, no picture of bytes",
            supported: ResizeMethod.allCases.filter(\.givesBytes).map(\.rawValue).joined(separator: ", "))
        }
        count = area * 3
      }
    }
    return Picture(trusted: newWidth, newHeight, resized)
  }
}

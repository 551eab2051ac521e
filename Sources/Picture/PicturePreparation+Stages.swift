import FerryTensor

extension PicturePreparation {
  /// What lies between picture and network, computed stage by stage by code of its own:
  /// - `cropped`: uint8, height×width×3, red first;
  /// - `resized`: height×width×3 of the target size, red first; uint8, or float32 for a method that does not round;
  /// - `normalised`: what `tensor(_:crop:)` gives, which is equal to the bit.
  ///
  /// Slow and wasteful: it is there for goldens.
  ///
  /// - Throws: `usage` if the crop reaches beyond the picture.
  public func stages(_ picture: Picture, crop: PixelBox? = nil) throws -> [(name: String, tensor: Tensor)] {
    let box = crop ?? PixelBox(trusted: 0, 0, picture.width, picture.height)
    try picture.check(box)
    let part = try picture.cropped(to: box, limits: Picture.Limits(pixelCount: picture.width * picture.height))
    let cropped = try Tensor(part.pixels, shape: [part.height, part.width, 3])
    let resized =
      if let bytes = PlainResizing.bytes(part, width: width, height: height, method: method) {
        try Tensor(bytes, shape: [height, width, 3])
      } else {
        try Tensor(
          PlainResizing.numbers(part, width: width, height: height, method: method), shape: [height, width, 3])
      }
    let numbers = PlainResizing.numbers(part, width: width, height: height, method: method)
    var normalised = [Float](repeating: 0, count: numbers.count)
    for pixel in 0..<width * height {
      for channel in 0..<3 {
        let value = range.number(for: numbers[pixel * 3 + (color == .rgb ? channel : 2 - channel)])
        let place = layout == .channelsFirst ? channel * width * height + pixel : pixel * 3 + channel
        normalised[place] = Self.normalised(value, mean?[channel], std?[channel])
      }
    }
    return [
      ("cropped", cropped), ("resized", resized), ("normalised", try Tensor(normalised, shape: shape(count: 1))),
    ]
  }
}

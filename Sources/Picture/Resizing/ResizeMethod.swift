/// How a picture gets another number of pixels: each is what one program computes, since a network must get the numbers
/// that it was trained and checked with.
public enum ResizeMethod: String, Sendable, CaseIterable {
  /// `cv2.resize(…, interpolation=cv2.INTER_LINEAR)` on bytes: no antialiasing, fractions of 11 bits; bit-exact.
  case openCVLinear = "opencv-linear"
  /// `PIL.Image.resize(…, BILINEAR)` on bytes: antialiased, each direction rounded to bytes; bit-exact.
  case pillowBilinear = "pil-bilinear"
  /// `torch.nn.functional.interpolate(…, mode="bilinear", align_corners=False)` on the float32 numbers 0 to 255: no
  /// antialiasing, not rounded.
  case pyTorchBilinear = "pytorch-bilinear"
  /// The same with `antialias=True`.
  case pyTorchBilinearAntialias = "pytorch-bilinear-antialias"

  /// Whether the resized picture is one of bytes, rather than of float32 numbers.
  public var givesBytes: Bool {
    switch self {
    case .openCVLinear, .pillowBilinear: true
    case .pyTorchBilinear, .pyTorchBilinearAntialias: false
    }
  }
}

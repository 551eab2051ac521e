/// How a picture gets another number of pixels: each is what one program computes, since a network must get the numbers
/// that it was trained and checked with.
public enum ResizeMethod: String, Sendable, CaseIterable {
  /// `cv2.resize(…, interpolation=cv2.INTER_LINEAR)` on bytes: no antialiasing, fractions of 11 bits. Bit-exact with
  /// OpenCV 4.14 and 5.0.
  case openCVLinear = "opencv-linear"
  /// `PIL.Image.resize(…, BILINEAR)` on bytes: antialiased, each direction rounded to bytes. Bit-exact with Pillow
  /// 12.3. Pillow 13 takes the other direction first where the height shrinks and the width does so less: a byte may
  /// differ by 1 there.
  case pillowBilinear = "pil-bilinear"
  /// `torch.nn.functional.interpolate(…, mode="bilinear", align_corners=False)` on the float32 numbers 0 to 255: no
  /// antialiasing, not rounded. Bit-exact with PyTorch 2.13 in one thread on x86-64 with AVX2; in several threads it
  /// computes in another order, and differs from itself by up to 5e-5, as it does (3e-5) for pictures of one channel.
  case pyTorchBilinear = "pytorch-bilinear"
  /// The same with `antialias=True`, bit-exact in several threads as well. PyTorch's error for results one pixel wide,
  /// whose rows are all the first one, is left out.
  case pyTorchBilinearAntialias = "pytorch-bilinear-antialias"

  /// Whether the resized picture is one of bytes, rather than of float32 numbers.
  public var givesBytes: Bool {
    switch self {
    case .openCVLinear, .pillowBilinear: true
    case .pyTorchBilinear, .pyTorchBilinearAntialias: false
    }
  }
}

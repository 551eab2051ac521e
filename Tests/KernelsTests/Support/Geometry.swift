import FerryKernels

/// How an input is padded.
enum PadKind: CaseIterable {
  case none
  /// As many outputs as inputs, divided by the stride; of odd pads the larger is at the end.
  case sameUpper
  /// Of odd pads the larger is at the beginning.
  case sameLower
  /// More at the beginning than at the end, and less than the kernel on both sides.
  case lopsided
  /// More than the kernel on all sides: some output pixels see nothing.
  case wide
}

extension Window {
  /// A window over an input of this size; nil if the kernel does not fit.
  init?(
    _ height: Int, _ width: Int, kernel: (height: Int, width: Int), stride: Int = 1, _ pads: PadKind = .sameUpper
  ) {
    func along(_ size: Int, _ kernel: Int) -> (pad: Int, output: Int) {
      let total = max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0)
      let (before, after) =
        switch pads {
        case .none: (0, 0)
        case .sameUpper: (total / 2, total - total / 2)
        case .sameLower: (total - total / 2, total / 2)
        case .lopsided: (kernel - 1, kernel / 3)
        case .wide: (kernel + 1, kernel + 2)
        }
      let room = size + before + after - kernel
      return (before, room < 0 ? 0 : room / stride + 1)
    }
    let (vertical, horizontal) = (along(height, kernel.height), along(width, kernel.width))
    guard vertical.output > 0, horizontal.output > 0 else { return nil }
    self.init(
      inputHeight: height, inputWidth: width, outputHeight: vertical.output, outputWidth: horizontal.output,
      kernelHeight: kernel.height, kernelWidth: kernel.width, strideHeight: stride, strideWidth: stride,
      padTop: vertical.pad, padLeft: horizontal.pad)
  }
}

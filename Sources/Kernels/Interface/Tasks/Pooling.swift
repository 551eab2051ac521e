/// Maximum or average over windows, channels-last to channels-last. Rows are the output rows of all samples, one sample
/// after the other; there is one column.
public struct Pooling: BitwiseCopyable, @unchecked Sendable {
  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// The maximum of the window's pixels inside the input; NaN if one of them is, -inf if there are none.
    case maximum
    /// Their mean: the divisor is the number of pixels inside the input (NaN if there are none).
    case average
    /// The divisor is the number of window positions inside the padded input (`paddedHeight`, `paddedWidth`).
    case averageIncludingPadding
  }
  public var kind: Kind
  public var window: Window
  /// Input size plus pads at both ends; read by `averageIncludingPadding` alone.
  public var paddedHeight, paddedWidth: Int
  public var blocks: Int
  public var input: UnsafePointer<Float>
  public var inputStride: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  public init(
    kind: Kind, window: Window, paddedHeight: Int, paddedWidth: Int, blocks: Int, input: UnsafePointer<Float>,
    inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    self.kind = kind
    self.window = window
    self.paddedHeight = paddedHeight
    self.paddedWidth = paddedWidth
    self.blocks = blocks
    self.input = input
    self.inputStride = inputStride
    self.output = output
    self.outputStride = outputStride
  }
}

/// output[sample][c] = mean over the pixels of one sample. Rows are samples, columns blocks of 16 channels.
public struct GlobalAverage: BitwiseCopyable, @unchecked Sendable {
  /// Rows of the input for each sample: its pixels, or the sums of its rows of pixels.
  public var rows: Int
  /// What the sum is divided by: the pixels of a sample.
  public var divisor: Int
  public var input: UnsafePointer<Float>
  /// Floats from one row of the input to the next.
  public var inputStride: Int
  public var output: UnsafeMutablePointer<Float>
  /// Floats from one sample's means to the next one's.
  public var outputStride: Int
  public init(
    rows: Int, divisor: Int, input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>,
    outputStride: Int
  ) {
    self.rows = rows
    self.divisor = divisor
    self.input = input
    self.inputStride = inputStride
    self.output = output
    self.outputStride = outputStride
  }
}

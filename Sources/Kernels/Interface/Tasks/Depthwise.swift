/// A depthwise convolution, channels-last to channels-last. Rows are the output rows of all samples, one sample after
/// the other; columns are blocks of 16 channels.
public struct DepthwiseConvolution: BitwiseCopyable, @unchecked Sendable {
  public var window: Window
  /// Channels in blocks of 16; weights have `blocks * 16` floats a tap.
  public var blocks: Int
  public var input: UnsafePointer<Float>
  /// Floats from one pixel to the next. Pixels of all samples lie without gaps between them.
  public var inputStride: Int
  /// depthwise16, 64-byte aligned
  public var weights: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  public var epilogue: Epilogue
  /// Where the sums of each output row's pixels go, after the activation: `sums[row * sumsStride + channel]`, or nil.
  /// What a global average would read from memory again.
  public var sums: UnsafeMutablePointer<Float>?
  public var sumsStride: Int
  public init(
    window: Window, blocks: Int, input: UnsafePointer<Float>, inputStride: Int, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int,
    epilogue: Epilogue = Epilogue(), sums: UnsafeMutablePointer<Float>? = nil, sumsStride: Int = 0
  ) {
    self.window = window
    self.blocks = blocks
    self.input = input
    self.inputStride = inputStride
    self.weights = weights
    self.bias = bias
    self.output = output
    self.outputStride = outputStride
    self.epilogue = epilogue
    self.sums = sums
    self.sumsStride = sumsStride
  }

  /// The kernels that strips of pixels serve; others take a slower way.
  public static func hasStrips(_ window: Window) -> Bool {
    (window.kernelWidth == 3 || window.kernelWidth == 5) && window.kernelHeight <= tallestStrip
      && (window.strideWidth == 1 || window.strideWidth == 2) && window.dilationWidth == 1
      && window.dilationHeight == 1
  }

  /// Rows of a kernel that strips serve.
  public static let tallestStrip = 5
}

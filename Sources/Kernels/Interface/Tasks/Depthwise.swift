/// A depthwise convolution, channels-last to channels-last. Rows are the output rows of all samples, one sample after the
/// other; columns are blocks of 16 channels.
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
  /// Where the sums of each output row's pixels go, after the activation: `sums[row * sumsStride + channel]`, or nil. What a
  /// global average would read from memory again.
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
}

/// A depthwise convolution and the 1×1 convolution of its result, rows of pixels at a time, so that what lies between them
/// stays in cache. Rows are the output rows of all samples; there is one column.
///
/// `product.input`, `product.inputStride`, `depthwise.output` and `depthwise.outputStride` are not read: between the two
/// is scratch memory.
public struct SeparableConvolution: BitwiseCopyable, @unchecked Sendable {
  public var depthwise: DepthwiseConvolution
  public var product: MatrixProduct
  public var panels: Int
  public init(depthwise: DepthwiseConvolution, product: MatrixProduct, panels: Int) {
    self.depthwise = depthwise
    self.product = product
    self.panels = panels
  }

  /// Output rows worked on together: as many pixels as stay in the second-level cache, and a few tiles at the least.
  public static func rowsPerBlock(_ window: Window, blocks: Int) -> Int {
    let width = max(window.outputWidth, 1)
    let pixels = max(32 * 1024 / (blocks * lanes), 24)
    return max(1, (pixels + width - 1) / width)
  }

  /// Floats from one pixel to the next in scratch.
  public static func pixelStride(blocks: Int) -> Int { blocks % 32 == 0 ? blocks * lanes + lanes : blocks * lanes }

  /// Floats of scratch that one call needs.
  public static func scratchSize(_ window: Window, blocks: Int) -> Int {
    rowsPerBlock(window, blocks: blocks) * window.outputWidth * pixelStride(blocks: blocks)
  }
}

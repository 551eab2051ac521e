/// A depthwise convolution together with the 1×1 convolution before it, behind it, or both: a separable convolution, an
/// inverted bottleneck. Rows of pixels are worked on a few at a time, so that what lies between the convolutions stays
/// in cache. Rows are the output rows of all samples; there is one column.
///
/// What lies between is scratch memory: with an `expansion`, `depthwise.input` and the expansion's output are not read;
/// with a `projection`, `depthwise.output` and the projection's input are not.
public struct SeparableConvolution: BitwiseCopyable, @unchecked Sendable {
  /// The 1×1 convolution before, over all pixels of the input. Each division of the rows computes the input rows that
  /// it shares with its neighbours by itself. Only for kernels that `hasShortWindow` allows.
  public var expansion: MatrixProduct?
  public var depthwise: DepthwiseConvolution
  /// The 1×1 convolution behind, and its panels.
  public var projection: MatrixProduct?
  public var panels: Int
  public init(
    expansion: MatrixProduct?, depthwise: DepthwiseConvolution, projection: MatrixProduct?, panels: Int
  ) {
    self.expansion = expansion
    self.depthwise = depthwise
    self.projection = projection
    self.panels = panels
  }

  /// Whether an expansion can be taken along: the kernel's rows are few and follow each other.
  public static func hasShortWindow(_ window: Window) -> Bool {
    window.kernelHeight <= DepthwiseConvolution.tallestStrip && DepthwiseConvolution.hasStrips(window)
  }

  /// Output rows worked on together: a few tiles of pixels at the least. With an expansion no more than that; without,
  /// as many as stay in the second-level cache.
  public static func rowsPerBlock(_ window: Window, blocks: Int, expands: Bool) -> Int {
    let width = max(window.outputWidth, 1)
    let pixels = expands ? 24 : max(32 * 1024 / (blocks * lanes), 24)
    return max(1, (pixels + width - 1) / width)
  }

  /// Expanded rows that are kept: what a block of output rows sees.
  public static func rowsInRing(_ window: Window, blocks: Int) -> Int {
    (rowsPerBlock(window, blocks: blocks, expands: true) - 1) * window.strideHeight + window.kernelHeight
  }

  /// Floats from one pixel to the next in scratch.
  public static func pixelStride(blocks: Int) -> Int {
    FerryKernelInterface.pixelStride(paddedChannels: blocks * lanes)
  }

  /// Floats of scratch that one call needs.
  public static func scratchSize(_ window: Window, blocks: Int, expands: Bool) -> Int {
    let stride = pixelStride(blocks: blocks)
    let ring = expands ? rowsInRing(window, blocks: blocks) * window.inputWidth * stride : 0
    return ring + rowsPerBlock(window, blocks: blocks, expands: expands) * window.outputWidth * stride
  }
}

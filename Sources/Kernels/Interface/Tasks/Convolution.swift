/// A dense convolution: every output pixel is a row of a matrix product, whose values are read where they lie. Rows are
/// the output rows of all samples, one sample after the other; columns are panels of 16 output channels.
///
/// The input is addressed by strides and offsets, so that channels-last activations and a row-major graph input are
/// both read in place. Only patches that reach over the left or right border are copied.
public struct Convolution: BitwiseCopyable, @unchecked Sendable {
  public var window: Window
  public var inputChannels, outputChannels: Int
  public var input: UnsafePointer<Float>
  /// Floats from one sample, row or pixel to the next.
  public var sampleStride, rowStride, pixelStride: Int
  /// For each value of a patch, ordered [kernelHeight][kernelWidth][inputChannels], the floats from the patch's first
  /// tap to it: see `offsets(of:inputChannels:rowStride:pixelStride:channelStride:)`.
  public var offsets: UnsafePointer<Int>
  /// panel16 with `depth` values a lane, and 16 floats of bias a panel
  public var weights: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  /// Channels-last, pixels of all samples without gaps; floats from one pixel to the next.
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  public var epilogue: Epilogue
  public init(
    window: Window, inputChannels: Int, outputChannels: Int, input: UnsafePointer<Float>, sampleStride: Int,
    rowStride: Int, pixelStride: Int, offsets: UnsafePointer<Int>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputStride: Int, epilogue: Epilogue = Epilogue()
  ) {
    self.window = window
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.input = input
    self.sampleStride = sampleStride
    self.rowStride = rowStride
    self.pixelStride = pixelStride
    self.offsets = offsets
    self.weights = weights
    self.bias = bias
    self.output = output
    self.outputStride = outputStride
    self.epilogue = epilogue
  }

  /// Values of one patch: kernelHeight · kernelWidth · inputChannels.
  public var depth: Int { window.kernelHeight * window.kernelWidth * inputChannels }

  /// Output rows worked on together.
  public static let rowsPerBlock = 6

  /// Floats of scratch that one call needs: the patches of a block's pixels in one border column.
  public static func scratchSize(_ window: Window, inputChannels: Int) -> Int {
    rowsPerBlock * patchStride(depth: window.kernelHeight * window.kernelWidth * inputChannels)
  }

  /// Floats from one copied patch to the next. With a multiple of 512 the rows of a tile would share few cache sets.
  public static func patchStride(depth: Int) -> Int { depth % 512 == 0 ? depth + lanes : depth }

  public static func offsets(
    of window: Window, inputChannels: Int, rowStride: Int, pixelStride: Int, channelStride: Int
  ) -> [Int] {
    (0..<window.kernelHeight).flatMap { ky in
      (0..<window.kernelWidth).flatMap { kx in
        (0..<inputChannels).map {
          ky * window.dilationHeight * rowStride + kx * window.dilationWidth * pixelStride + $0 * channelStride
        }
      }
    }
  }
}

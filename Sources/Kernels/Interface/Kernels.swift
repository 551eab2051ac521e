/// What a set of kernels offers, one value for each instruction set.
///
/// Kernels work on 32-bit floats through pointers and sizes; they know no tensors, no graphs and no allocation. Two
/// layouts of activations occur:
/// - *row-major*: N, C, H, W without gaps;
/// - *channels-last*: N, H, W, C where C is padded to a multiple of 16 (`lanes`). The values of padding lanes are
///   unspecified; no real lane may depend on them.
///
/// Two layouts of weights occur (their bytes are specified in `Sources/Model/Bundle/FORMAT.md`):
/// - *panel16*: panels of 16 output channels, each `[depth][16]`, lanes beyond the last channel zero;
/// - *depthwise16*: `[kernelHeight][kernelWidth][channels padded to 16]`, lanes beyond the last channel zero.
///
/// Every output element is the same sequence of roundings whatever the tile, range or thread that computes it: results
/// are bit-identical over ranges, threads and batch within one instruction set.
public struct KernelTable: Sendable {
  public let instructionSet: InstructionSet
  public let matrixProduct: Kernel<MatrixProduct>
  public let scatteredProduct: Kernel<ScatteredProduct>
  public let convolution: Kernel<Convolution>
  public let depthwise: Kernel<DepthwiseConvolution>
  public let separable: Kernel<SeparableConvolution>
  public let pool: Kernel<Pooling>
  public let globalAverage: Kernel<GlobalAverage>
  public let unary: Kernel<Unary>
  public let binary: Kernel<Binary>
  public let toChannelsLast: Kernel<LayoutChange>
  public let toRowMajor: Kernel<LayoutChange>
  /// Multiply-adds in registers alone, which tell what the processor can do at best: `rounds` of them on `numbers`
  /// (factor and addend first, the result as the second 16). Gives the floating-point operations done.
  public let multiplyAddPeak: @convention(c) (_ rounds: Int, _ numbers: UnsafeMutablePointer<Float>) -> Int

  public init(
    instructionSet: InstructionSet, matrixProduct: Kernel<MatrixProduct>,
    scatteredProduct: Kernel<ScatteredProduct>, convolution: Kernel<Convolution>,
    depthwise: Kernel<DepthwiseConvolution>, separable: Kernel<SeparableConvolution>, pool: Kernel<Pooling>,
    globalAverage: Kernel<GlobalAverage>, unary: Kernel<Unary>, binary: Kernel<Binary>,
    toChannelsLast: Kernel<LayoutChange>, toRowMajor: Kernel<LayoutChange>,
    multiplyAddPeak: @escaping @convention(c) (Int, UnsafeMutablePointer<Float>) -> Int
  ) {
    self.instructionSet = instructionSet
    self.matrixProduct = matrixProduct
    self.scatteredProduct = scatteredProduct
    self.convolution = convolution
    self.depthwise = depthwise
    self.separable = separable
    self.pool = pool
    self.globalAverage = globalAverage
    self.unary = unary
    self.binary = binary
    self.toChannelsLast = toChannelsLast
    self.toRowMajor = toRowMajor
    self.multiplyAddPeak = multiplyAddPeak
  }
}

/// Floats in a vector, channels in a weight panel, and the multiple to which channels-last activations are padded.
public let lanes = 16

/// Floats from one pixel to the next where pixels have so many, a multiple of 16. Pixels a large power of two apart
/// would share few of a cache's sets, so that the rows of a window push each other out: such strides get 16 floats
/// more.
public func pixelStride(paddedChannels: Int) -> Int {
  paddedChannels >= 256 && paddedChannels % 32 == 0 ? paddedChannels + lanes : paddedChannels
}

/// The instruction sets for which kernels are compiled, each including those before it.
public enum InstructionSet: String, Sendable, CaseIterable, Comparable {
  /// What every processor of the architecture has (x86-64: SSE2; Arm64: NEON).
  case baseline
  /// x86-64-v3: AVX2 and FMA.
  case avx2
  /// x86-64-v4: AVX-512 F, BW, CD, DQ, VL.
  case avx512

  public static func < (a: Self, b: Self) -> Bool { a.order < b.order }
  private var order: Int { self == .baseline ? 0 : self == .avx2 ? 1 : 2 }
}

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
  public let matrixProduct: @Sendable (_ task: MatrixProduct, _ rows: Range<Int>, _ panels: Range<Int>) -> Void
  public let convolution:
    @Sendable (
      _ task: Convolution, _ pixels: Range<Int>, _ panels: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
    ) -> Void
  public let depthwise: @Sendable (_ task: DepthwiseConvolution, _ rows: Range<Int>) -> Void
  public let pool: @Sendable (_ task: Pooling, _ rows: Range<Int>) -> Void
  public let globalAverage: @Sendable (_ task: GlobalAverage, _ blocks: Range<Int>) -> Void
  public let unary: @Sendable (_ task: Unary, _ elements: Range<Int>) -> Void
  public let binary: @Sendable (_ task: Binary, _ rows: Range<Int>) -> Void
  public let toChannelsLast: @Sendable (_ task: LayoutChange, _ pixels: Range<Int>) -> Void
  public let toRowMajor: @Sendable (_ task: LayoutChange, _ pixels: Range<Int>) -> Void

  public init(
    instructionSet: InstructionSet,
    matrixProduct: @escaping @Sendable (MatrixProduct, Range<Int>, Range<Int>) -> Void,
    convolution: @escaping @Sendable (Convolution, Range<Int>, Range<Int>, UnsafeMutablePointer<Float>) -> Void,
    depthwise: @escaping @Sendable (DepthwiseConvolution, Range<Int>) -> Void,
    pool: @escaping @Sendable (Pooling, Range<Int>) -> Void,
    globalAverage: @escaping @Sendable (GlobalAverage, Range<Int>) -> Void,
    unary: @escaping @Sendable (Unary, Range<Int>) -> Void,
    binary: @escaping @Sendable (Binary, Range<Int>) -> Void,
    toChannelsLast: @escaping @Sendable (LayoutChange, Range<Int>) -> Void,
    toRowMajor: @escaping @Sendable (LayoutChange, Range<Int>) -> Void
  ) {
    self.instructionSet = instructionSet
    self.matrixProduct = matrixProduct
    self.convolution = convolution
    self.depthwise = depthwise
    self.pool = pool
    self.globalAverage = globalAverage
    self.unary = unary
    self.binary = binary
    self.toChannelsLast = toChannelsLast
    self.toRowMajor = toRowMajor
  }
}

/// Floats in a vector, channels in a weight panel, and the multiple to which channels-last activations are padded.
public let lanes = 16

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

/// output[r·outputStride + n] =
///   epilogue(bias[n] + Σ over k of input[r·inputStride + k] · scale[r / rowsPerSample][k] · weights[n / 16][k][n %
/// 16]) for every row r and every channel n. What is stored in lanes beyond the last channel is unspecified. Rows are
/// rows; columns are panels of 16 channels.
public struct MatrixProduct: BitwiseCopyable, @unchecked Sendable {
  public var depth: Int
  public var input: UnsafePointer<Float>
  /// Floats from one row to the next. Multiples of 512 are slow where many rows are worked on at once.
  public var inputStride: Int
  /// Factors of the input, one row of `scaleStride` floats for each sample of `rowsPerSample` rows; nil for none. They
  /// are applied in scratch memory, block by block.
  public var scale: UnsafePointer<Float>?
  public var scaleStride: Int
  public var rowsPerSample: Int
  /// Output channels.
  public var channels: Int
  /// panel16, 64-byte aligned
  public var weights: UnsafePointer<Float>
  /// 16 floats a panel
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  public var epilogue: Epilogue
  public init(
    depth: Int, input: UnsafePointer<Float>, inputStride: Int, scale: UnsafePointer<Float>? = nil, scaleStride: Int = 0,
    rowsPerSample: Int = 0, channels: Int, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputStride: Int, epilogue: Epilogue = Epilogue()
  ) {
    self.depth = depth
    self.input = input
    self.inputStride = inputStride
    self.scale = scale
    self.scaleStride = scaleStride
    self.rowsPerSample = rowsPerSample
    self.channels = channels
    self.weights = weights
    self.bias = bias
    self.output = output
    self.outputStride = outputStride
    self.epilogue = epilogue
  }

  /// Rows whose part of the input stays in the second-level cache while all panels pass over it. A multiple of every
  /// tile's height.
  public static func rowsPerBlock(depth: Int) -> Int { max(48 * 1024 / max(depth, 1) / 12, 4) * 12 }

  /// Floats of scratch that one call needs with a scale.
  public static func scratchSize(depth: Int) -> Int { rowsPerBlock(depth: depth) * scaledStride(depth: depth) }

  /// Floats from one scaled row to the next.
  public static func scaledStride(depth: Int) -> Int {
    let padded = (depth + lanes - 1) / lanes * lanes
    return padded % 512 == 0 ? padded + lanes : padded
  }
}

/// A transposed convolution whose windows do not overlap: for each row of input pixels and each tap (u, v) of the
/// stride, a product whose results lie `strideWidth` pixels apart. Rows are the input rows of all samples; columns are
/// panels.
///
/// `product` describes one row of pixels: `weights` holds one panel16 matrix a tap, `outputStride` is from one output
/// pixel to the next, and a residual is not read.
public struct ScatteredProduct: BitwiseCopyable, @unchecked Sendable {
  public var product: MatrixProduct
  /// Pixels of an input row.
  public var width: Int
  public var strideHeight, strideWidth: Int
  /// Panels of all output channels.
  public var panels: Int
  public init(product: MatrixProduct, width: Int, strideHeight: Int, strideWidth: Int, panels: Int) {
    self.product = product
    self.width = width
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.panels = panels
  }
}

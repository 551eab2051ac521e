/// A function of one number, applied where a value is produced.
public enum ActivationKind: UInt8, Sendable {
  /// x
  case identity
  /// max(x, 0), and NaN for NaN
  case relu
  /// min(max(x, a), b), and NaN for NaN
  case clip
  /// 1 / (1 + exp(-x))
  case sigmoid
  /// x / (1 + exp(-x))
  case silu
  /// max(0, min(1, a·x + b))
  case hardSigmoid
  /// x · max(0, min(1, a·x + b))
  case hardSwish
  /// x < 0 ? a·x : x
  case leakyRelu
  case tanh
  /// exp(x), within 2 units in the last place
  case exponential
}

public struct ActivationTask: Sendable {
  public var kind: ActivationKind
  public var a: Float
  public var b: Float
  public init(_ kind: ActivationKind = .identity, a: Float = 0, b: Float = 0) {
    self.kind = kind
    self.a = a
    self.b = b
  }
}

/// What happens to a sum before it is stored: `activation(sum + residual)`. `residual` is addressed like the output.
public struct Epilogue: @unchecked Sendable {
  public var residual: UnsafePointer<Float>?
  public var activation: ActivationTask
  public init(residual: UnsafePointer<Float>? = nil, activation: ActivationTask = ActivationTask()) {
    self.residual = residual
    self.activation = activation
  }
}

/// output[r·outputStride + n] =
///   epilogue(bias[n] + Σ over k of input[r·inputStride + k·inputStep] · weights[n / 16][k][n % 16])
/// for every row r and every channel n of the panels, padding lanes included.
public struct MatrixProduct: @unchecked Sendable {
  public var depth: Int
  public var input: UnsafePointer<Float>
  /// Floats from one row to the next. Multiples of 512 are slow where many rows are worked on at once.
  public var inputStride: Int
  /// Floats from one k to the next.
  public var inputStep: Int
  /// panel16, 64-byte aligned
  public var weights: UnsafePointer<Float>
  /// 16 floats a panel
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  public var epilogue: Epilogue
  public init(
    depth: Int, input: UnsafePointer<Float>, inputStride: Int, inputStep: Int = 1, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int, epilogue: Epilogue = Epilogue()
  ) {
    self.depth = depth
    self.input = input
    self.inputStride = inputStride
    self.inputStep = inputStep
    self.weights = weights
    self.bias = bias
    self.output = output
    self.outputStride = outputStride
    self.epilogue = epilogue
  }
}

/// The geometry that convolution and pooling share. Pads at the end are implied by the output's size: what lies outside
/// the input is zero (pooling: absent).
public struct Window: Sendable {
  public var inputHeight, inputWidth: Int
  public var outputHeight, outputWidth: Int
  public var kernelHeight, kernelWidth: Int
  public var strideHeight, strideWidth: Int
  public var dilationHeight, dilationWidth: Int
  public var padTop, padLeft: Int
  public init(
    inputHeight: Int, inputWidth: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int, kernelWidth: Int,
    strideHeight: Int = 1, strideWidth: Int = 1, dilationHeight: Int = 1, dilationWidth: Int = 1,
    padTop: Int = 0, padLeft: Int = 0
  ) {
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
  }
}

/// A dense convolution of one sample, as a matrix product over gathered patches: pixel p of the output (row by row) is
/// a row whose `depth` values are ordered [kernelHeight][kernelWidth][inputChannels].
///
/// The input is addressed by strides, so that channels-last activations (channelStride 1) and a row-major graph input
/// (pixelStride 1, channelStride H·W) are both read in place.
public struct Convolution: @unchecked Sendable {
  public var window: Window
  public var inputChannels: Int
  public var input: UnsafePointer<Float>
  public var rowStride, pixelStride, channelStride: Int
  /// panel16 with the depth above, and 16 floats of bias a panel
  public var weights: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  /// Channels-last; floats from one pixel to the next.
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  public var epilogue: Epilogue
  public init(
    window: Window, inputChannels: Int, input: UnsafePointer<Float>, rowStride: Int, pixelStride: Int,
    channelStride: Int, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputStride: Int, epilogue: Epilogue = Epilogue()
  ) {
    self.window = window
    self.inputChannels = inputChannels
    self.input = input
    self.rowStride = rowStride
    self.pixelStride = pixelStride
    self.channelStride = channelStride
    self.weights = weights
    self.bias = bias
    self.output = output
    self.outputStride = outputStride
    self.epilogue = epilogue
  }
  /// Values of one patch: kernelHeight · kernelWidth · inputChannels.
  public var depth: Int { window.kernelHeight * window.kernelWidth * inputChannels }
  /// Floats of scratch that one call needs.
  public var scratchSize: Int { Self.scratchSize(window, inputChannels: inputChannels) }
  /// The same before there is a task.
  public static func scratchSize(_ window: Window, inputChannels: Int) -> Int {
    scratchPixels * window.kernelHeight * window.kernelWidth * inputChannels
  }
  /// Floats from one patch to the next in scratch. With a multiple of 512 the rows of a tile would share few cache
  /// sets.
  public var patchStride: Int { depth % 512 == 0 ? depth + lanes : depth }
  /// Patches of this stride that scratch has room for.
  public var patchesAtOnce: Int { max(1, min(Convolution.scratchPixels, scratchSize / max(patchStride, 1))) }
  /// Patches gathered at a time, at most.
  public static let scratchPixels = 48
}

/// A depthwise convolution of one sample, channels-last to channels-last; ranges are output rows.
public struct DepthwiseConvolution: @unchecked Sendable {
  public var window: Window
  /// Channels in blocks of 16; input, output and weights have `blocks * 16` floats a pixel or tap.
  public var blocks: Int
  public var input: UnsafePointer<Float>
  public var inputStride: Int
  /// depthwise16, 64-byte aligned
  public var weights: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  public var epilogue: Epilogue
  public init(
    window: Window, blocks: Int, input: UnsafePointer<Float>, inputStride: Int, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int, epilogue: Epilogue = Epilogue()
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
  }
}

/// Maximum or average over windows of one sample, channels-last to channels-last; ranges are output rows.
public struct Pooling: @unchecked Sendable {
  public enum Kind: UInt8, Sendable {
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

/// output[c] = mean over all pixels of one sample; ranges are blocks of 16 channels.
public struct GlobalAverage: @unchecked Sendable {
  public var pixels: Int
  public var input: UnsafePointer<Float>
  public var inputStride: Int
  public var output: UnsafeMutablePointer<Float>
  public init(pixels: Int, input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>) {
    self.pixels = pixels
    self.input = input
    self.inputStride = inputStride
    self.output = output
  }
}

/// output[i] = activation(input[i]); input and output may be the same address.
public struct Unary: @unchecked Sendable {
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var activation: ActivationTask
  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, activation: ActivationTask) {
    self.input = input
    self.output = output
    self.activation = activation
  }
}

/// output[r·columns + c] = activation(left[r·columns + c] ⊕ right[r·rightStride + c]) for rows r and columns c.
/// `rightStride` = `columns` is the plain elementwise case, 0 repeats one row (a scale or a bias for each channel).
/// The output may be the left or (with equal strides) the right address.
public struct Binary: @unchecked Sendable {
  public enum Operation: UInt8, Sendable {
    case add, subtract, multiply, divide, maximum, minimum
    /// left < 0 ? left · right : left
    case parametricRelu
  }
  public var operation: Operation
  public var columns: Int
  public var left: UnsafePointer<Float>
  public var right: UnsafePointer<Float>
  public var rightStride: Int
  public var output: UnsafeMutablePointer<Float>
  public var activation: ActivationTask
  public init(
    operation: Operation, columns: Int, left: UnsafePointer<Float>, right: UnsafePointer<Float>, rightStride: Int,
    output: UnsafeMutablePointer<Float>, activation: ActivationTask = ActivationTask()
  ) {
    self.operation = operation
    self.columns = columns
    self.left = left
    self.right = right
    self.rightStride = rightStride
    self.output = output
    self.activation = activation
  }
}

/// One sample from row-major [channels][pixels] to channels-last [pixels][stride], or back; ranges are pixels.
public struct LayoutChange: @unchecked Sendable {
  public var channels: Int
  public var pixels: Int
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  /// Floats from one pixel to the next on the channels-last side.
  public var stride: Int
  public init(
    channels: Int, pixels: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    self.channels = channels
    self.pixels = pixels
    self.input = input
    self.output = output
    self.stride = stride
  }
}

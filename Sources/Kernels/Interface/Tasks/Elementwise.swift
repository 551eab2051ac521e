/// output[i] = activation(input[i]); input and output may be the same address. Rows are
/// elements; there is one column.
public struct Unary: BitwiseCopyable, @unchecked Sendable {
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var activation: ActivationTask
  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, activation: ActivationTask) {
    self.input = input
    self.output = output
    self.activation = activation
  }
}

/// output[r·columns + c] = activation(left[r·columns + c] ⊕ right[r / rowsPerRight · rightStride + c]) for rows r and c
/// up to `columns`. `rightStride` = `columns` is the plain elementwise case, 0 repeats one row (a scale or a bias for
/// each channel), a larger `rowsPerRight` one for each sample. There is one column.
/// The output may be the left or (with equal strides) the right address.
public struct Binary: BitwiseCopyable, @unchecked Sendable {
  public enum Operation: UInt8, BitwiseCopyable, Sendable {
    case add, subtract, multiply, divide, maximum, minimum
    /// left < 0 ? left · right : left
    case parametricRelu
  }
  public var operation: Operation
  public var columns: Int
  public var left: UnsafePointer<Float>
  public var right: UnsafePointer<Float>
  public var rightStride: Int
  /// Rows that share one row of the right side.
  public var rowsPerRight: Int
  public var output: UnsafeMutablePointer<Float>
  public var activation: ActivationTask
  public init(
    operation: Operation, columns: Int, left: UnsafePointer<Float>, right: UnsafePointer<Float>, rightStride: Int,
    rowsPerRight: Int = 1, output: UnsafeMutablePointer<Float>, activation: ActivationTask = ActivationTask()
  ) {
    self.operation = operation
    self.columns = columns
    self.left = left
    self.right = right
    self.rightStride = rightStride
    self.rowsPerRight = rowsPerRight
    self.output = output
    self.activation = activation
  }
}

/// From row-major [samples][channels][pixels] to channels-last [samples][pixels][stride], or back. Rows are the pixels
/// of all samples, one sample after the other; there is one column.
public struct LayoutChange: BitwiseCopyable, @unchecked Sendable {
  public var channels: Int
  /// Pixels of one sample.
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

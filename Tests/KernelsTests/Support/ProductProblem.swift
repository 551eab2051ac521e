import FerryKernels

/// A matrix product with random numbers. Between the rows of the input, where padding lanes would be, is NaN; what is
/// added in lanes beyond the last channel is NaN too.
final class ProductProblem {
  let rows, channels, depth, inputStride: Int
  let input, weights, bias, residual, output: GuardedBuffer
  var panels: Int { (channels + lanes - 1) / lanes }
  var outputStride: Int { panels * lanes }

  init(rows: Int, channels: Int, depth: Int, edge: GuardedBuffer.Edge = .afterLast) {
    var numbers = Numbers(seed: UInt64(rows * 10_007 + channels * 101 + depth))
    let stride = padded(depth) + lanes
    let width = padded(channels)
    (self.rows, self.channels, self.depth, inputStride) = (rows, channels, depth, stride)
    // The last row ends with its last real value.
    input = GuardedBuffer(count: (rows - 1) * stride + depth, edge: edge) {
      $0 % stride < depth ? numbers.next() : .nan
    }
    weights = GuardedBuffer(count: width * depth, edge: edge) { i in
      let channel = i / (depth * lanes) * lanes + i % lanes
      return channel < channels ? numbers.next() : 0
    }
    bias = GuardedBuffer(count: width, edge: edge) { $0 < channels ? numbers.next() : 0 }
    residual = GuardedBuffer(count: rows * width, edge: edge) { $0 % width < channels ? numbers.next() : .nan }
    output = GuardedBuffer(count: rows * width, edge: edge) { _ in .infinity }
  }

  func task(residual adds: Bool = false, _ activation: ActivationTask = ActivationTask()) -> MatrixProduct {
    MatrixProduct(
      depth: depth, input: input.input, inputStride: inputStride, channels: channels, weights: weights.input,
      bias: bias.input, output: output.floats, outputStride: outputStride,
      epilogue: Epilogue(residual: adds ? residual.input : nil, activation: activation))
  }

  func exact(_ row: Int, _ channel: Int) -> ExactSum {
    var sum = ExactSum()
    sum.add(Double(bias[channel]))
    let panel = channel / lanes * depth * lanes + channel % lanes
    for k in 0..<depth { sum.add(Double(input[row * inputStride + k]) * Double(weights[panel + k * lanes])) }
    return sum
  }

  /// The first row and channel of the plain product that are not what Double says.
  func firstWrong() -> (row: Int, channel: Int)? {
    for row in 0..<rows {
      for channel in 0..<channels where !exact(row, channel).admits(output[row * outputStride + channel]) {
        return (row, channel)
      }
    }
    return nil
  }
}

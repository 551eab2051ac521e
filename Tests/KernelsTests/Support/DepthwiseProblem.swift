import FerryKernels

/// A depthwise convolution with random numbers. The last channel of the input is a padding lane, filled with NaN.
final class DepthwiseProblem {
  let window: Window
  let blocks, samples: Int
  let input, weights, bias, residual, output, sums: GuardedBuffer
  var stride: Int { blocks * lanes }
  var rows: Int { samples * window.outputHeight }
  /// Floats of one output row.
  var rowSize: Int { window.outputWidth * stride }

  init(_ window: Window, samples: Int = 1, blocks: Int, edge: GuardedBuffer.Edge = .afterLast) {
    (self.window, self.blocks, self.samples) = (window, blocks, samples)
    let stride = blocks * lanes
    var numbers = Numbers(seed: UInt64(window.inputWidth * 7 + blocks))
    input = GuardedBuffer(count: samples * window.inputHeight * window.inputWidth * stride, edge: edge) {
      $0 % stride == stride - 1 ? .nan : numbers.next()
    }
    weights = GuardedBuffer(count: window.kernelHeight * window.kernelWidth * stride, edge: edge) {
      $0 % stride == stride - 1 ? 0 : numbers.next()
    }
    bias = GuardedBuffer(count: stride, edge: edge) { _ in numbers.next() }
    let count = samples * window.outputHeight * window.outputWidth * stride
    residual = GuardedBuffer(count: count, edge: edge) { _ in numbers.next() }
    output = GuardedBuffer(count: count, edge: edge) { _ in .infinity }
    sums = GuardedBuffer(count: samples * window.outputHeight * stride, edge: edge) { _ in .infinity }
  }

  func task(
    residual adds: Bool = false, sums takesSums: Bool = false, _ activation: ActivationTask = ActivationTask()
  ) -> DepthwiseConvolution {
    DepthwiseConvolution(
      window: window, blocks: blocks, input: input.input, inputStride: stride, weights: weights.input,
      bias: bias.input, output: output.floats, outputStride: stride,
      epilogue: Epilogue(residual: adds ? residual.input : nil, activation: activation),
      sums: takesSums ? sums.floats : nil, sumsStride: stride)
  }

  /// The first real element of the plain convolution that is not what Double says.
  func firstWrong() -> Int? {
    let area = window.outputHeight * window.outputWidth
    return (0..<output.count).first { i in
      let (sample, pixel) = (i / stride).quotientAndRemainder(dividingBy: area)
      let channel = i % stride
      return channel != stride - 1
        && !exact(sample, pixel / window.outputWidth, pixel % window.outputWidth, channel).admits(output[i])
    }
  }

  private func exact(_ sample: Int, _ oy: Int, _ ox: Int, _ channel: Int) -> ExactSum {
    var sum = ExactSum()
    sum.add(Double(bias[channel]))
    for ky in 0..<window.kernelHeight {
      for kx in 0..<window.kernelWidth {
        let y = oy * window.strideHeight - window.padTop + ky * window.dilationHeight
        let x = ox * window.strideWidth - window.padLeft + kx * window.dilationWidth
        guard y >= 0, y < window.inputHeight, x >= 0, x < window.inputWidth else { continue }
        let pixel = (sample * window.inputHeight + y) * window.inputWidth + x
        let weight = weights[(ky * window.kernelWidth + kx) * stride + channel]
        sum.add(Double(input[pixel * stride + channel]) * Double(weight))
      }
    }
    return sum
  }
}

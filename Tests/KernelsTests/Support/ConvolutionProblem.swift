import FerryKernels

/// A convolution with random numbers; in a channels-last input every padding lane is NaN.
final class ConvolutionProblem {
  let window: Window
  let inputChannels, panels: Int
  let rowStride, pixelStride, channelStride: Int
  let input, weights, bias, residual, output, scratch: GuardedBuffer
  var pixels: Int { window.outputHeight * window.outputWidth }
  var outputStride: Int { panels * lanes }
  var depth: Int { window.kernelHeight * window.kernelWidth * inputChannels }

  init(_ window: Window, inputChannels: Int, rowMajor: Bool, panels: Int, edge: GuardedBuffer.Edge) {
    (self.window, self.inputChannels, self.panels) = (window, inputChannels, panels)
    let area = window.inputHeight * window.inputWidth
    let stride = padded(inputChannels)
    rowStride = window.inputWidth * (rowMajor ? 1 : stride)
    pixelStride = rowMajor ? 1 : stride
    channelStride = rowMajor ? area : 1
    var numbers = Numbers(seed: UInt64(area * 31 + inputChannels))
    // The same logical values in both layouts.
    let values = (0..<(inputChannels * area)).map { _ in numbers.next() }
    input = GuardedBuffer(count: rowMajor ? values.count : area * stride, edge: edge) { i in
      if rowMajor { return values[i] }
      return i % stride < inputChannels ? values[i % stride * area + i / stride] : .nan
    }
    let depth = window.kernelHeight * window.kernelWidth * inputChannels
    let count = window.outputHeight * window.outputWidth * panels * lanes
    weights = GuardedBuffer(count: panels * depth * lanes, edge: edge) { _ in numbers.next() }
    bias = GuardedBuffer(count: panels * lanes, edge: edge) { _ in numbers.next() }
    residual = GuardedBuffer(count: count, edge: edge) { _ in numbers.next() }
    output = GuardedBuffer(count: count, edge: edge) { _ in .nan }
    scratch = GuardedBuffer(count: Convolution.scratchPixels * depth, edge: edge) { _ in .nan }
  }

  func task(residual adds: Bool = false, _ activation: ActivationTask = ActivationTask()) -> Convolution {
    Convolution(
      window: window, inputChannels: inputChannels, input: input.input, rowStride: rowStride,
      pixelStride: pixelStride, channelStride: channelStride, weights: weights.input, bias: bias.input,
      output: output.floats, outputStride: outputStride,
      epilogue: Epilogue(residual: adds ? residual.input : nil, activation: activation))
  }

  func run(
    _ table: KernelTable, _ pixels: Range<Int>, _ panels: Range<Int>, residual: Bool = false,
    _ activation: ActivationTask = ActivationTask()
  ) {
    table.convolution(task(residual: residual, activation), pixels, panels, scratch.floats)
  }

  /// The first element of the plain convolution that is not what Double says.
  func firstWrong() -> Int? {
    (0..<output.count).first { i in
      let pixel = i / outputStride
      return !exact(pixel / window.outputWidth, pixel % window.outputWidth, i % outputStride).admits(output[i])
    }
  }

  private func exact(_ oy: Int, _ ox: Int, _ channel: Int) -> ExactSum {
    var sum = ExactSum()
    sum.add(Double(bias[channel]))
    var k = channel / lanes * depth * lanes + channel % lanes
    for ky in 0..<window.kernelHeight {
      for kx in 0..<window.kernelWidth {
        let y = oy * window.strideHeight - window.padTop + ky * window.dilationHeight
        let x = ox * window.strideWidth - window.padLeft + kx * window.dilationWidth
        let inside = y >= 0 && y < window.inputHeight && x >= 0 && x < window.inputWidth
        for c in 0..<inputChannels {
          if inside {
            sum.add(Double(input[y * rowStride + x * pixelStride + c * channelStride]) * Double(weights[k]))
          }
          k += lanes
        }
      }
    }
    return sum
  }
}

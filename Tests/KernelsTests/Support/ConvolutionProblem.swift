import FerryKernels

/// A convolution with random numbers; in a channels-last input every padding lane is NaN.
final class ConvolutionProblem {
  let window: Window
  let inputChannels, channels, samples: Int
  let sampleStride, rowStride, pixelStride, channelStride: Int
  let input, weights, bias, residual, output, scratch: GuardedBuffer
  /// Pairs of floats that hold one integer each.
  private let offsets: GuardedBuffer
  var rows: Int { samples * window.outputHeight }
  var panels: Int { (channels + lanes - 1) / lanes }
  var outputStride: Int { panels * lanes }
  var depth: Int { window.kernelHeight * window.kernelWidth * inputChannels }

  init(
    _ window: Window, samples: Int = 1, inputChannels: Int, rowMajor: Bool, channels: Int,
    edge: GuardedBuffer.Edge = .afterLast
  ) {
    (self.window, self.inputChannels, self.channels, self.samples) = (window, inputChannels, channels, samples)
    let area = window.inputHeight * window.inputWidth
    let stride = padded(inputChannels)
    sampleStride = area * (rowMajor ? inputChannels : stride)
    rowStride = window.inputWidth * (rowMajor ? 1 : stride)
    pixelStride = rowMajor ? 1 : stride
    channelStride = rowMajor ? area : 1
    var numbers = Numbers(seed: UInt64(area * 31 + inputChannels))
    // The same logical values in both layouts.
    let values = (0..<(samples * inputChannels * area)).map { _ in numbers.next() }
    input = GuardedBuffer(count: rowMajor ? values.count : samples * area * stride, edge: edge) { i in
      if rowMajor { return values[i] }
      let (sample, pixel) = (i / stride).quotientAndRemainder(dividingBy: area)
      return i % stride < inputChannels ? values[(sample * inputChannels + i % stride) * area + pixel] : .nan
    }
    let depth = window.kernelHeight * window.kernelWidth * inputChannels
    let width = padded(channels)
    let count = samples * window.outputHeight * window.outputWidth * width
    weights = GuardedBuffer(count: width * depth, edge: edge) { i in
      i / (depth * lanes) * lanes + i % lanes < channels ? numbers.next() : 0
    }
    bias = GuardedBuffer(count: width, edge: edge) { $0 < channels ? numbers.next() : 0 }
    residual = GuardedBuffer(count: count, edge: edge) { $0 % width < channels ? numbers.next() : .nan }
    output = GuardedBuffer(count: count, edge: edge) { _ in .infinity }
    scratch = GuardedBuffer(count: Convolution.scratchSize(window, inputChannels: inputChannels), edge: edge)
    let numbersOfFloats = Convolution.offsets(
      of: window, inputChannels: inputChannels, rowStride: rowStride, pixelStride: pixelStride,
      channelStride: channelStride)
    offsets = GuardedBuffer(count: 2 * depth, edge: edge)
    UnsafeMutableRawPointer(offsets.floats).copyMemory(from: numbersOfFloats, byteCount: 8 * depth)
  }

  func task(residual adds: Bool = false, _ activation: ActivationTask = ActivationTask()) -> Convolution {
    Convolution(
      window: window, inputChannels: inputChannels, outputChannels: channels, input: input.input,
      sampleStride: sampleStride, rowStride: rowStride, pixelStride: pixelStride,
      offsets: UnsafeRawPointer(offsets.input).assumingMemoryBound(to: Int.self), weights: weights.input,
      bias: bias.input, output: output.floats, outputStride: outputStride,
      epilogue: Epilogue(residual: adds ? residual.input : nil, activation: activation))
  }

  /// Runs a part, with NaN in all scratch memory before.
  func run(
    _ table: KernelTable, _ rows: Range<Int>, _ panels: Range<Int>, residual: Bool = false,
    _ activation: ActivationTask = ActivationTask()
  ) {
    scratch.fill(.nan)
    table.convolution(task(residual: residual, activation), rows, panels, scratch: scratch.floats)
  }

  /// The first element of the plain convolution that is not what Double says.
  func firstWrong() -> Int? {
    let area = window.outputHeight * window.outputWidth
    return (0..<output.count).first { i in
      let (sample, pixel) = (i / outputStride).quotientAndRemainder(dividingBy: area)
      let channel = i % outputStride
      return channel < channels
        && !exact(sample, pixel / window.outputWidth, pixel % window.outputWidth, channel).admits(output[i])
    }
  }

  private func exact(_ sample: Int, _ oy: Int, _ ox: Int, _ channel: Int) -> ExactSum {
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
            let value = input[sample * sampleStride + y * rowStride + x * pixelStride + c * channelStride]
            sum.add(Double(value) * Double(weights[k]))
          }
          k += lanes
        }
      }
    }
    return sum
  }
}

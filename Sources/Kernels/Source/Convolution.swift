import FerryKernelInterface
import FerryKernelVector

func convolution(
  _ task: Convolution, _ pixels: Range<Int>, _ panels: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
) {
  let channelsLast = task.channelStride == 1
  let patches = channelsLast ? task.patchesAtOnce : Convolution.scratchPixels
  var first = pixels.lowerBound
  while first < pixels.upperBound {
    let count = min(patches, pixels.upperBound &- first)
    if channelsLast {
      gatherChannelsLast(task, first, count, scratch)
    } else {
      gatherStrided(task, first, count, scratch)
    }
    let offset = first &* task.outputStride
    let epilogue = Epilogue(
      residual: task.epilogue.residual.map { $0 + offset }, activation: task.epilogue.activation)
    matrixProduct(
      MatrixProduct(
        depth: task.depth, input: scratch, inputStride: channelsLast ? task.patchStride : 1,
        inputStep: channelsLast ? 1 : Convolution.scratchPixels, weights: task.weights, bias: task.bias,
        output: task.output + offset, outputStride: task.outputStride, epilogue: epilogue),
      0..<count, panels)
    first &+= count
  }
}

/// Patches of pixels whose channels are neighbours: runs of channels are copied.
private func gatherChannelsLast(
  _ task: Convolution, _ first: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Float>
) {
  let window = task.window
  let channels = task.inputChannels
  let kernelRow = window.kernelWidth &* channels
  // A row of the kernel is one run where its pixels have no gaps between them.
  let runs = window.dilationWidth == 1 && task.pixelStride == channels
  let reach = (window.kernelWidth &- 1) &* window.dilationWidth
  var (oy, ox) = first.quotientAndRemainder(dividingBy: window.outputWidth)
  for pixel in 0..<count {
    var patch = scratch + pixel &* task.patchStride
    let x = ox &* window.strideWidth &- window.padLeft
    let inside = x >= 0 && x &+ reach < window.inputWidth
    var y = oy &* window.strideHeight &- window.padTop
    for _ in 0..<window.kernelHeight {
      if y < 0 || y >= window.inputHeight {
        patch.update(repeating: 0, count: kernelRow)
        patch += kernelRow
      } else if inside && runs {
        patch.update(from: task.input + y &* task.rowStride + x &* task.pixelStride, count: kernelRow)
        patch += kernelRow
      } else {
        var column = x
        for _ in 0..<window.kernelWidth {
          if column >= 0 && column < window.inputWidth {
            patch.update(from: task.input + y &* task.rowStride + column &* task.pixelStride, count: channels)
          } else {
            patch.update(repeating: 0, count: channels)
          }
          patch += channels
          column &+= window.dilationWidth
        }
      }
      y &+= window.dilationHeight
    }
    ox &+= 1
    if ox == window.outputWidth { (ox, oy) = (0, oy &+ 1) }
  }
}

/// Patches of any input, value by value: scratch[k][pixel], so that both sides of the copy are rows of pixels.
private func gatherStrided(
  _ task: Convolution, _ first: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Float>
) {
  let window = task.window
  let step = window.strideWidth &* task.pixelStride
  var (oy, ox) = first.quotientAndRemainder(dividingBy: window.outputWidth)
  var done = 0
  while done < count {
    let run = min(count &- done, window.outputWidth &- ox)
    var output = scratch + done
    for ky in 0..<window.kernelHeight {
      let y = oy &* window.strideHeight &- window.padTop &+ ky &* window.dilationHeight
      for kx in 0..<window.kernelWidth {
        let x = ox &* window.strideWidth &- window.padLeft &+ kx &* window.dilationWidth
        var (begin, end) = (0, 0)
        if y >= 0 && y < window.inputHeight {
          (begin, end) = insidePositions(start: x, stride: window.strideWidth, size: window.inputWidth, count: run)
        }
        let base = y &* task.rowStride &+ x &* task.pixelStride
        for channel in 0..<task.inputChannels {
          for pixel in 0..<begin { output[pixel] = 0 }
          copy(task.input, base &+ channel &* task.channelStride, step, output, begin, end)
          for pixel in end..<run { output[pixel] = 0 }
          output += Convolution.scratchPixels
        }
      }
    }
    done &+= run
    (ox, oy) = (0, oy &+ 1)
  }
}

/// output[i] = input[base + i · step] for begin <= i < end, with the usual steps known to the compiler.
@inline(__always)
private func copy(
  _ input: UnsafePointer<Float>, _ base: Int, _ step: Int, _ output: UnsafeMutablePointer<Float>, _ begin: Int,
  _ end: Int
) {
  switch step {
  case 1: for i in begin..<end { output[i] = input[base &+ i] }
  case 2: for i in begin..<end { output[i] = input[base &+ i &* 2] }
  default: for i in begin..<end { output[i] = input[base &+ i &* step] }
  }
}

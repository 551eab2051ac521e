import FerryKernelInterface

/// Calls `body` with runs of at most 16 pixels of one sample: where they begin on either side, and how many they are.
@inline(__always)
private func forEachRun(
  _ task: LayoutChange, _ pixels: Range<Int>, _ body: (_ rowMajor: Int, _ channelsLast: Int, _ count: Int) -> Void
) {
  var first = pixels.lowerBound
  while first < pixels.upperBound {
    let (sample, pixel) = first.quotientAndRemainder(dividingBy: task.pixels)
    let count = min(lanes, pixels.upperBound &- first, task.pixels &- pixel)
    body(sample &* task.channels &* task.pixels &+ pixel, first &* task.stride, count)
    first &+= count
  }
}

/// Squares of 16 channels by 16 pixels, so that every cache line that is opened is used up on both sides.
func toChannelsLast(_ task: LayoutChange, _ pixels: Range<Int>) {
  let (channelCount, area, stride, input, output) = (task.channels, task.pixels, task.stride, task.input, task.output)
  forEachRun(task, pixels) { rowMajor, channelsLast, count in
    var channel = 0
    while channel < channelCount {
      let channels = min(lanes, channelCount &- channel)
      for pixel in 0..<count {
        let from = input + (rowMajor &+ channel &* area &+ pixel)
        let to = output + (channelsLast &+ pixel &* stride &+ channel)
        if channels == lanes {
          for lane in 0..<lanes { to[lane] = from[lane &* area] }
        } else {
          for lane in 0..<channels { to[lane] = from[lane &* area] }
          // Padding lanes, where the layout has them, get a harmless value.
          for lane in channels..<max(channels, min(lanes, stride &- channel)) { to[lane] = 0 }
        }
      }
      channel &+= lanes
    }
  }
}

func toRowMajor(_ task: LayoutChange, _ pixels: Range<Int>) {
  let (channels, area, stride, input, output) = (task.channels, task.pixels, task.stride, task.input, task.output)
  forEachRun(task, pixels) { rowMajor, channelsLast, count in
    for channel in 0..<channels {
      let from = input + (channelsLast &+ channel)
      let to = output + (rowMajor &+ channel &* area)
      for pixel in 0..<count { to[pixel] = from[pixel &* stride] }
    }
  }
}

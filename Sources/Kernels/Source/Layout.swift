import FerryKernelInterface

/// Squares of 16 channels by 16 pixels, so that every cache line that is opened is used up on both sides.
func toChannelsLast(_ task: LayoutChange, _ pixels: Range<Int>) {
  var first = pixels.lowerBound
  while first < pixels.upperBound {
    let count = min(lanes, pixels.upperBound &- first)
    var channel = 0
    while channel < task.channels {
      let channels = min(lanes, task.channels &- channel)
      for pixel in first..<(first &+ count) {
        let from = task.input + channel &* task.pixels + pixel
        let to = task.output + pixel &* task.stride + channel
        if channels == lanes {
          for lane in 0..<lanes { to[lane] = from[lane &* task.pixels] }
        } else {
          for lane in 0..<channels { to[lane] = from[lane &* task.pixels] }
          // Padding lanes, where the layout has them, get a harmless value.
          for lane in channels..<max(channels, min(lanes, task.stride &- channel)) { to[lane] = 0 }
        }
      }
      channel &+= lanes
    }
    first &+= count
  }
}

func toRowMajor(_ task: LayoutChange, _ pixels: Range<Int>) {
  var first = pixels.lowerBound
  while first < pixels.upperBound {
    let count = min(lanes, pixels.upperBound &- first)
    for channel in 0..<task.channels {
      let from = task.input + first &* task.stride + channel
      let to = task.output + channel &* task.pixels + first
      for pixel in 0..<count { to[pixel] = from[pixel &* task.stride] }
    }
    first &+= count
  }
}

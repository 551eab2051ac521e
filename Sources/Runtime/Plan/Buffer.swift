import FerryKernels

/// How a value lies in memory while a plan runs.
enum ActivationLayout: Sendable {
  /// N, C, H, W without gaps: the caller's order.
  case rowMajor
  /// N, H, W, C with C padded to a multiple of 16, and a little more where that helps the cache. A matrix M×K counts as
  /// M pixels of K channels. Values of padding lanes are unspecified.
  case channelsLast16
}

/// Where a value's numbers are.
enum Place: Sendable, Hashable {
  /// The region of the arena with this number.
  case region(Int)
  /// The caller's tensor.
  case input(Int)
  /// The tensor that the caller gets.
  case output(Int)
  /// Memory of the plan's own that nobody writes.
  case constant(Int)
  /// A thread's scratch memory, within one step.
  case scratch
}

/// A value in one layout, as steps address it.
struct Buffer: Sendable {
  let place: Place
  let layout: ActivationLayout
  let extents: Extents

  /// Floats that the buffer takes.
  var count: Int { extents.count(in: layout) }
  /// Floats from one pixel to the next when channels-last.
  var pixelStride: Int { extents.pixelStride }
}

/// The extents of a value of two or four dimensions as N, C, H, W.
struct Extents: Sendable, Hashable {
  let batch, channels, height, width: Int

  /// nil for another number of dimensions, which only row-major layout serves.
  init?(_ shape: [Int]) {
    switch shape.count {
    case 2: (batch, channels, height, width) = (shape[0], shape[1], 1, 1)
    case 4: (batch, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
    default: return nil
    }
  }

  init(batch: Int, channels: Int, height: Int, width: Int) {
    (self.batch, self.channels, self.height, self.width) = (batch, channels, height, width)
  }

  /// A plain run of floats.
  init(count: Int) { (batch, channels, height, width) = (1, count, 1, 1) }

  var pixels: Int { height * width }
  var paddedChannels: Int { (channels + lanes - 1) / lanes * lanes }
  var blocks: Int { paddedChannels / lanes }

  /// Floats from one pixel to the next when channels-last.
  var pixelStride: Int { FerryKernels.pixelStride(paddedChannels: paddedChannels) }

  func count(in layout: ActivationLayout) -> Int {
    batch * pixels * (layout == .rowMajor ? channels : pixelStride)
  }
}

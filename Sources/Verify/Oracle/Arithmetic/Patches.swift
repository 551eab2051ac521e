import FerryModel

/// The pixels that a window meets, as the right side of a matrix product: one row for each weight of an output channel
/// (channel, then the kernel's taps), one column for each output pixel; zeros in the padding.
struct Patches {
  /// Depth, height, width.
  private let input, output: [Int]
  private let window: VolumeWindow
  /// For each tap along each axis the outputs whose window has a pixel of the input there.
  private let seen: [[Range<Int>]]

  init(_ window: VolumeWindow, input: [Int], output: [Int]) {
    let (inputs, outputs) = (VolumeWindow.extents(input), VolumeWindow.extents(output))
    self.input = [inputs.depth, inputs.height, inputs.width]
    self.output = [outputs.depth, outputs.height, outputs.width]
    self.window = window
    seen = (0..<3).map { axis in
      let extent = [inputs.depth, inputs.height, inputs.width][axis]
      let count = [outputs.depth, outputs.height, outputs.width][axis]
      return (0..<window.kernel[axis]).map { tap in
        positionsInside(
          start: tap * window.dilations[axis] - window.begin[axis], step: window.strides[axis], extent: extent,
          count: count)
      }
    }
  }

  var taps: Int { window.kernel.reduce(1, *) }
  var inputPixels: Int { input.reduce(1, *) }
  var outputPixels: Int { output.reduce(1, *) }

  /// Whether the matrix is the input itself.
  var isInput: Bool { taps == 1 && window.strides == [1, 1, 1] && window.begin == [0, 0, 0] && input == output }

  /// Whether padding stands in the matrix.
  var hasPadding: Bool { zip(seen, output).contains { taps, extent in taps.contains { $0.count != extent } } }

  /// Writes some columns of the matrix.
  ///
  /// - Parameters:
  ///   - x: the first pixel of the first channel.
  ///   - target: `channels` times `taps` rows of `columns.count` numbers.
  func write(_ x: UnsafePointer<Double>, channels: Int, columns: Range<Int>, to target: UnsafeMutablePointer<Double>) {
    var row = target
    for channel in 0..<channels {
      for t in 0..<window.kernel[0] {
        for u in 0..<window.kernel[1] {
          for v in 0..<window.kernel[2] {
            write(x + channel * inputPixels, tap: (t, u, v), columns: columns, to: row)
            row += columns.count
          }
        }
      }
    }
  }

  private func write(
    _ x: UnsafePointer<Double>, tap: (Int, Int, Int), columns: Range<Int>, to target: UnsafeMutablePointer<Double>
  ) {
    let width = output[2]
    let stride = window.strides[2]
    let inside = seen[2][tap.2]
    let shift = tap.2 * window.dilations[2] - window.begin[2]
    var target = target
    var column = columns.lowerBound
    while column < columns.upperBound {
      let (line, first) = column.quotientAndRemainder(dividingBy: width)
      let end = min(width, first + columns.upperBound - column)
      let (layer, height) = line.quotientAndRemainder(dividingBy: output[1])
      if seen[0][tap.0].contains(layer), seen[1][tap.1].contains(height) {
        let z = layer * window.strides[0] - window.begin[0] + tap.0 * window.dilations[0]
        let y = height * window.strides[1] - window.begin[1] + tap.1 * window.dilations[1]
        // An address in front of the line perhaps; only what is inside is read.
        let source = (z * input[1] + y) * input[2] + shift
        let from = min(max(first, inside.lowerBound), end)
        let to = max(from, min(end, inside.upperBound))
        for j in first..<from { target[j - first] = 0 }
        for j in from..<to { target[j - first] = x[source + j * stride] }
        for j in to..<end { target[j - first] = 0 }
      } else {
        target.update(repeating: 0, count: end - first)
      }
      target += end - first
      column += end - first
    }
  }
}

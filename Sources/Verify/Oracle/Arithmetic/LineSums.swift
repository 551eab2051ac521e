import FerryModel

/// Sums over a window, line by line of the output, for one plane of pixels at a time.
struct LineSums {
  private let window: VolumeWindow
  private let input, output: (depth: Int, height: Int, width: Int)

  init(_ window: VolumeWindow, input: [Int], output: [Int]) {
    self.window = window
    self.input = VolumeWindow.extents(input)
    self.output = VolumeWindow.extents(output)
  }

  var taps: Int { window.kernel.reduce(1, *) }
  var inputPixels: Int { input.depth * input.height * input.width }
  var outputPixels: Int { output.depth * output.height * output.width }

  /// Adds to each pixel of an output plane the pixels under its window times the weights.
  ///
  /// - Parameters:
  ///   - x: a plane of the input.
  ///   - weight: one number for each tap.
  func add(_ x: UnsafePointer<Double>, _ weight: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>) {
    forEachLine { line, taps in
      let target = y + line.target
      let factor = weight[taps]
      Self.forEachPixel(line) { j, source in target[j] += factor * x[source] }
    }
  }

  /// Adds the pixels under each window.
  func add(_ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>) {
    forEachLine { line, _ in
      let target = y + line.target
      Self.forEachPixel(line) { j, source in target[j] += x[source] }
    }
  }

  /// Raises each pixel of an output plane to the largest pixel under its window; NaN if one is.
  func raise(_ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>) {
    forEachLine { line, _ in
      let target = y + line.target
      Self.forEachPixel(line) { j, source in
        let (value, largest) = (x[source], target[j])
        target[j] = value > largest || value != value ? value : largest
      }
    }
  }

  /// A line of the output and the pixels that one tap meets there.
  private struct Line {
    /// Where the line begins in the output's plane.
    let target: Int
    /// The outputs whose window has a pixel under the tap.
    let inside: Range<Int>
    /// The pixel of output 0, perhaps in front of the line, and the pixels from one output to the next.
    let source, stride: Int
  }

  @inline(__always)
  private static func forEachPixel(_ line: Line, _ body: (_ output: Int, _ source: Int) -> Void) {
    if line.stride == 1 {
      for j in line.inside { body(j, line.source &+ j) }
    } else {
      for j in line.inside { body(j, line.source &+ j &* line.stride) }
    }
  }

  /// Visits every line of the output with every tap that meets pixels, taps in their order for each line.
  @inline(__always)
  private func forEachLine(_ body: (_ line: Line, _ tap: Int) -> Void) {
    let columns = (0..<window.kernel[2]).map { v in
      positionsInside(
        start: v * window.dilations[2] - window.begin[2], step: window.strides[2], extent: input.width,
        count: output.width)
    }
    for h in 0..<output.depth {
      let front = window.start(0, h)
      for i in 0..<output.height {
        let top = window.start(1, i)
        let rows = window.taps(1, start: top, extent: input.height)
        for t in window.taps(0, start: front, extent: input.depth) {
          for u in rows {
            let row = ((front + t * window.dilations[0]) * input.height + top + u * window.dilations[1]) * input.width
            for v in 0..<window.kernel[2] {
              body(
                Line(
                  target: (h * output.height + i) * output.width, inside: columns[v],
                  source: row + v * window.dilations[2] - window.begin[2], stride: window.strides[2]),
                (t * window.kernel[1] + u) * window.kernel[2] + v)
            }
          }
        }
      }
    }
  }
}

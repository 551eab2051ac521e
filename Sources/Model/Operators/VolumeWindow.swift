/// A bound window over three axes, for which the plain loops are written: one of fewer axes gets leading ones of one
/// pixel.
package struct VolumeWindow {
  /// Depth, height, width.
  package let kernel, strides, dilations, begin, end: [Int]

  /// - Throws: `internalDefect` if pads are still symbolic.
  package init(_ window: Window) throws {
    let pads = try window.fixedPads()
    func volume(_ numbers: ArraySlice<Int>, _ missing: Int) -> [Int] {
      [Int](repeating: missing, count: 3 - numbers.count) + numbers
    }
    kernel = volume(window.kernel[...], 1)
    strides = volume(window.strides[...], 1)
    dilations = volume(window.dilations[...], 1)
    begin = volume(pads.prefix(window.rank), 0)
    end = volume(pads.suffix(window.rank), 0)
  }

  /// Depth, height and width of a N×C×… shape with up to three spatial axes.
  package static func extents(_ shape: [Int]) -> (depth: Int, height: Int, width: Int) {
    let spatial = shape.dropFirst(2)
    let volume = [Int](repeating: 1, count: 3 - spatial.count) + spatial
    return (volume[0], volume[1], volume[2])
  }

  /// The input pixel that the first tap of an output's window meets along an axis; in the padding it is negative.
  package func start(_ axis: Int, _ output: Int) -> Int { output * strides[axis] - begin[axis] }

  /// The taps of a window that begins at `start` which meet pixels of the input along an axis.
  package func taps(_ axis: Int, start: Int, extent: Int) -> Range<Int> {
    positionsInside(start: start, step: dilations[axis], extent: extent, count: kernel[axis])
  }
}

extension VolumeWindow {
  /// What one window of a pooling sees.
  struct View {
    /// The taps that meet pixels: depth, height, width.
    let layers, rows, columns: Range<Int>
    /// The pixel under the first tap of all, in the padding perhaps, and the pixels from one tap to the next.
    let first, layerStep, rowStep, columnStep: Int
    /// The taps that meet pixels or padding; what hangs over the padded end in ceil mode is neither.
    let paddedCount: Int

    var pixelCount: Int { layers.count * rows.count * columns.count }

    @inline(__always)
    func forEachPixel(_ body: (_ position: Int) -> Void) {
      for t in layers {
        for u in rows {
          let row = first + t * layerStep + u * rowStep
          for v in columns { body(row + v * columnStep) }
        }
      }
    }
  }

  /// Visits the windows over each plane of a N×C×… value in the order of the output's elements.
  @inline(__always)
  func forEachWindow(input: [Int], output: [Int], _ body: (View) -> Void) {
    let (depth, height, width) = VolumeWindow.extents(input)
    let (outputDepth, outputHeight, outputWidth) = VolumeWindow.extents(output)
    func padded(_ axis: Int, _ start: Int, _ extent: Int) -> Int {
      taps(axis, start: start + begin[axis], extent: begin[axis] + extent + end[axis]).count
    }
    for plane in 0..<output[0] * output[1] {
      for h in 0..<outputDepth {
        let front = start(0, h)
        let layers = taps(0, start: front, extent: depth)
        let paddedLayers = padded(0, front, depth)
        for i in 0..<outputHeight {
          let top = start(1, i)
          let rows = taps(1, start: top, extent: height)
          let paddedRows = padded(1, top, height)
          for j in 0..<outputWidth {
            let left = start(2, j)
            body(
              View(
                layers: layers, rows: rows, columns: taps(2, start: left, extent: width),
                first: ((plane * depth + front) * height + top) * width + left,
                layerStep: dilations[0] * height * width, rowStep: dilations[1] * width, columnStep: dilations[2],
                paddedCount: paddedLayers * paddedRows * padded(2, left, width)))
          }
        }
      }
    }
  }
}

/// The positions i of 0..<count for which start + i · step lies in 0..<extent.
package func positionsInside(start: Int, step: Int, extent: Int, count: Int) -> Range<Int> {
  let first = start >= 0 ? 0 : (-start + step - 1) / step
  let end = extent <= start ? 0 : (extent - start + step - 1) / step
  return min(first, count)..<max(min(first, count), min(end, count))
}

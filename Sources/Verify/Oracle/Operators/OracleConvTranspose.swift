import FerryModel

extension ConvTranspose: OracleOperator {
  /// For some output channels at a time: weightᵀ · x for slices of the input's pixels, each product added where its tap
  /// meets the output.
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let (x, weight) = (inputs[0], inputs[1])
    let window = try VolumeWindow(window)
    let scattering = Scattering(window, input: x.shape, output: shape)
    let (groupInputs, groupOutputs, taps) = (weight.shape[0] / groups, weight.shape[1], scattering.taps)
    let (pixels, outputPixels) = (scattering.inputPixels, scattering.outputPixels)
    let stride = groupOutputs * taps
    guard groupInputs > 0, OpenBLAS.fits(groupInputs, stride, pixels) else { return nil }
    // Of channels and pixels as many as keep the products small.
    let channels = Tiles(
      rows: groupOutputs, columns: 1, largestRows: max(1, min(64, Workers.scratchLimit / (64 * taps))),
      largestColumns: 1)
    let slices = Tiles(
      rows: 1, columns: pixels, largestRows: 1,
      largestColumns: max(64, Workers.scratchLimit / (taps * channels[0].rows.count + taps)))
    return ReferenceArray(writing: shape) { y in
      x.withPointer { x in
        weight.withPointer { weight in
          let work = max(shape.reduce(1, *), inputs[0].count, inputs[1].count)
          workers.forEach(below: shape[0] * groups * channels.count, work: work) { index in
            let (plane, block) = index.quotientAndRemainder(dividingBy: channels.count)
            let rows = channels[block].rows
            let firstOutput = plane % groups * groupOutputs + rows.lowerBound
            let target = y + (plane * groupOutputs + rows.lowerBound) * outputPixels
            for row in 0..<rows.count {
              (target + row * outputPixels).initialize(repeating: bias(inputs, firstOutput + row), count: outputPixels)
            }
            let left = OpenBLAS.Operand(
              address: weight + plane % groups * groupInputs * stride + rows.lowerBound * taps, stride: stride,
              isTransposed: true)
            withScratch(rows.count * taps * slices.widest) { products in
              for slice in 0..<slices.count {
                let columns = slices[slice].columns
                workers.openBLAS.multiply(
                  left,
                  .init(address: x + plane * groupInputs * pixels + columns.lowerBound, stride: pixels),
                  into: products, stride: columns.count, rows: rows.count * taps, columns: columns.count,
                  depth: groupInputs)
                for row in 0..<rows.count {
                  scattering.add(
                    products + row * taps * columns.count, columns: columns, to: target + row * outputPixels)
                }
              }
            }
            for row in 0..<rows.count { activation.end(target + row * outputPixels, outputPixels) }
          }
        }
      }
    }
  }
}

/// Where the products of a transposed convolution belong.
private struct Scattering {
  private let window: VolumeWindow
  private let input, output: (depth: Int, height: Int, width: Int)
  /// For each tap along each axis the input pixels that it brings to the output.
  private let kept: [[Range<Int>]]

  init(_ window: VolumeWindow, input: [Int], output: [Int]) {
    let (inputs, outputs) = (VolumeWindow.extents(input), VolumeWindow.extents(output))
    self.window = window
    self.input = inputs
    self.output = outputs
    kept = (0..<3).map { axis in
      (0..<window.kernel[axis]).map { tap in
        positionsInside(
          start: tap * window.dilations[axis] - window.begin[axis], step: window.strides[axis],
          extent: [outputs.depth, outputs.height, outputs.width][axis],
          count: [inputs.depth, inputs.height, inputs.width][axis])
      }
    }
  }

  var taps: Int { window.kernel.reduce(1, *) }
  var inputPixels: Int { input.depth * input.height * input.width }
  var outputPixels: Int { output.depth * output.height * output.width }

  /// Adds one channel's products to its plane of the output.
  ///
  /// - Parameters:
  ///   - products: a row for each tap, a number for each input pixel of `columns`.
  ///   - y: the plane.
  func add(_ products: UnsafePointer<Double>, columns: Range<Int>, to y: UnsafeMutablePointer<Double>) {
    var row = products
    for t in 0..<window.kernel[0] {
      for u in 0..<window.kernel[1] {
        for v in 0..<window.kernel[2] {
          add(row, tap: (t, u, v), columns: columns, to: y)
          row += columns.count
        }
      }
    }
  }

  private func add(
    _ products: UnsafePointer<Double>, tap: (Int, Int, Int), columns: Range<Int>,
    to y: UnsafeMutablePointer<Double>
  ) {
    let stride = window.strides[2]
    let shift = tap.2 * window.dilations[2] - window.begin[2]
    var column = columns.lowerBound
    while column < columns.upperBound {
      let (line, first) = column.quotientAndRemainder(dividingBy: input.width)
      let end = min(input.width, first + columns.upperBound - column)
      let (layer, height) = line.quotientAndRemainder(dividingBy: input.height)
      if kept[0][tap.0].contains(layer), kept[1][tap.1].contains(height) {
        let z = layer * window.strides[0] - window.begin[0] + tap.0 * window.dilations[0]
        let row = height * window.strides[1] - window.begin[1] + tap.1 * window.dilations[1]
        let target = (z * output.height + row) * output.width + shift
        let source = column - columns.lowerBound - first
        for j in kept[2][tap.2].clamped(to: first..<end) { y[target &+ j &* stride] += products[source &+ j] }
      }
      column += end - first
    }
  }
}

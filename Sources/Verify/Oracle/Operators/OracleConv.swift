import FerryModel
import FerryTensor

extension Conv: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let patches = Patches(try VolumeWindow(window), input: inputs[0].shape, output: shape)
    let channels = inputs[1].shape[1]
    // A product for so few rows is slower than a sum, and OpenBLAS counts so far only.
    if channels == 1 || shape[1] / groups < 4 { return try sums(inputs, shape, on: workers) }
    let depth = channels * patches.taps
    guard OpenBLAS.fits(depth, patches.inputPixels, patches.outputPixels, shape[1]) else { return nil }
    // The plain loops pass over padding, where a product would make NaN of zero times an infinite weight.
    if patches.hasPadding, !inputs[1].elements.allSatisfy(\.isFinite) { return nil }
    return products(inputs, shape, patches, depth: depth, on: workers)
  }

  /// weight · patches for each group of each sample, in tiles of output channels and pixels.
  private func products(
    _ inputs: [ReferenceArray<Double>], _ shape: [Int], _ patches: Patches, depth: Int, on workers: Workers
  ) -> ReferenceArray<Double> {
    let (pixels, groupOutputs, channels) = (patches.outputPixels, shape[1] / groups, inputs[1].shape[1])
    let tiles = Tiles(
      rows: groupOutputs, columns: pixels, largestRows: patches.isInput ? 128 : 256,
      largestColumns: min(512, max(8, Workers.scratchLimit / depth)))
    return ReferenceArray(writing: shape) { y in
      inputs[0].withPointer { x in
        inputs[1].withPointer { weight in
          let work = max(shape.reduce(1, *), inputs[1].count)
          workers.forEach(below: shape[0] * groups * tiles.count, work: work) { index in
            let (plane, tile) = index.quotientAndRemainder(dividingBy: tiles.count)
            let (rows, columns) = tiles[tile]
            let source = x + plane * channels * patches.inputPixels
            let firstOutput = plane % groups * groupOutputs
            let target = y + (plane * groupOutputs + rows.lowerBound) * pixels + columns.lowerBound
            let left = OpenBLAS.Operand(
              address: weight + (firstOutput + rows.lowerBound) * depth, stride: depth)
            func multiply(_ right: OpenBLAS.Operand) {
              workers.openBLAS.multiply(
                left, right, into: target, stride: pixels, rows: rows.count, columns: columns.count, depth: depth)
            }
            if patches.isInput {
              multiply(.init(address: source + columns.lowerBound, stride: pixels))
            } else {
              withScratch(depth * columns.count) { matrix in
                patches.write(source, channels: channels, columns: columns, to: matrix)
                multiply(.init(address: matrix, stride: columns.count))
              }
            }
            for row in rows {
              activation.end(
                target + (row - rows.lowerBound) * pixels, columns.count, bias: bias(inputs, firstOutput + row))
            }
          }
        }
      }
    }
  }

  /// One output plane after another, tap by tap: for groups of few channels, above all depthwise convolutions.
  private func sums(
    _ inputs: [ReferenceArray<Double>], _ shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double> {
    let lines = LineSums(try VolumeWindow(window), input: inputs[0].shape, output: shape)
    let (channels, groupOutputs) = (inputs[1].shape[1], shape[1] / groups)
    return ReferenceArray(writing: shape) { y in
      inputs[0].withPointer { x in
        inputs[1].withPointer { weight in
          workers.forEach(
            below: shape[0] * shape[1], work: shape.reduce(1, *)
          ) { plane in
            let output = plane % shape[1]
            let target = y + plane * lines.outputPixels
            target.initialize(repeating: bias(inputs, output), count: lines.outputPixels)
            let firstInput = plane / shape[1] * channels * groups + output / groupOutputs * channels
            for channel in 0..<channels {
              lines.add(
                x + (firstInput + channel) * lines.inputPixels, weight + (output * channels + channel) * lines.taps,
                to: target)
            }
            activation.end(target, lines.outputPixels)
          }
        }
      }
    }
  }
}

/// The third input's number for a channel, or 0.
func bias(_ inputs: [ReferenceArray<Double>], _ channel: Int) -> Double {
  inputs.count > 2 ? inputs[2].elements[channel] : 0
}

/// Memory for `count` numbers, of unspecified values, for as long as `body` runs.
func withScratch<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> Result) -> Result {
  let scratch = UnsafeMutablePointer<Double>.allocate(capacity: max(1, count))
  defer { scratch.deallocate() }
  return body(scratch)
}

import FerryKernels
import Testing

/// The input of a product multiplied with factors that each sample has for each of its channels.
@Suite("Matrix product of a scaled input")
struct ScaledProductTests {
  /// The same bits as a multiplication and a product behind it, whatever the range.
  @Test("is the product of the multiplied values", arguments: Kernels.available)
  func sameBitsAsInTwoSteps(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (samples, rowsPerSample, channels, depth) in [
      (3, 5, 21, 19), (1, 49, 48, 32), (4, 1, 7, 40), (2, 70, 16, 1024), (2, 31, 37, 512), (5, 13, 3, 3),
    ] {
      let rows = samples * rowsPerSample
      let problem = ProductProblem(rows: rows, channels: channels, depth: depth)
      let scaleStride = padded(depth) + lanes
      var numbers = Numbers(seed: 77)
      // The last sample's factors end with the last real one.
      let scale = GuardedBuffer(count: (samples - 1) * scaleStride + depth, edge: .afterLast) {
        $0 % scaleStride < depth ? numbers.next() * 2 : .nan
      }
      let scaled = ProductProblem(rows: rows, channels: channels, depth: depth)
      for i in 0..<scaled.input.count {
        let (row, k) = i.quotientAndRemainder(dividingBy: scaled.inputStride)
        if k < depth { scaled.input.floats[i] *= scale[row / rowsPerSample * scaleStride + k] }
      }
      table.matrixProduct(scaled.task(residual: true, ActivationTask(.relu)), 0..<rows, 0..<scaled.panels)
      let expected = scaled.output.bits

      var task = problem.task(residual: true, ActivationTask(.relu))
      (task.scale, task.scaleStride, task.rowsPerSample) = (scale.input, scaleStride, rowsPerSample)
      let scratch = GuardedBuffer(count: MatrixProduct.scratchSize(depth: depth), edge: .afterLast)
      let middle = rowsPerSample / 2
      for (rows, panels) in [
        (0..<rows, 0..<problem.panels), (middle..<rows, 0..<problem.panels), (0..<(rows - middle), 0..<1),
        ((rows - 1)..<rows, (problem.panels - 1)..<problem.panels), (1..<1, 0..<1),
      ] {
        problem.output.fill(.infinity)
        scratch.fill(.nan)
        table.matrixProduct(task, rows, panels, scratch: scratch.floats)
        let found = problem.output.bits
        let differs = found.indices.first { i in
          let (row, channel) = i.quotientAndRemainder(dividingBy: problem.outputStride)
          let inside = rows.contains(row) && panels.contains(channel / lanes)
          return (!inside || channel < channels) && found[i] != (inside ? expected[i] : Float.infinity.bitPattern)
        }
        #expect(differs == nil, "rows \(rows) panels \(panels) of \(samples)×\(rowsPerSample)×\(depth)×\(channels)")
      }
    }
  }
}

import FerryKernels
import Testing

@Suite("Layout")
struct LayoutTests {
  @Test("to channels-last and back, over ragged channels and pixels", arguments: Kernels.available)
  func thereAndBack(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (channels, pixels) in [(1, 1), (3, 40), (16, 16), (17, 33), (48, 5), (21, 100)] {
      for (stride, edge) in [(padded(channels), GuardedBuffer.Edge.afterLast), (padded(channels) + 16, .beforeFirst)] {
        let rowMajor = GuardedBuffer(count: channels * pixels, edge: edge) { Float($0 + 1) }
        let channelsLast = GuardedBuffer(count: pixels * stride, edge: edge) { _ in .nan }
        let forward = LayoutChange(
          channels: channels, pixels: pixels, input: rowMajor.input, output: channelsLast.floats, stride: stride)
        // In parts that cut the squares.
        for range in [0..<(pixels / 3), (pixels / 3)..<pixels] { table.toChannelsLast(forward, range) }
        for i in 0..<channelsLast.count where i % stride < channels {
          #expect(channelsLast[i] == Float(i % stride * pixels + i / stride + 1))
        }
        for i in 0..<channelsLast.count where i % stride >= channels { channelsLast.floats[i] = .nan }
        let back = GuardedBuffer(count: channels * pixels, edge: edge) { _ in 0 }
        let backward = LayoutChange(
          channels: channels, pixels: pixels, input: channelsLast.input, output: back.floats, stride: stride)
        for range in [0..<(pixels / 2), (pixels / 2)..<pixels] { table.toRowMajor(backward, range) }
        #expect(back.bits == rowMajor.bits)
      }
    }
  }

  @Test("several samples, in parts that cut them", arguments: Kernels.available)
  func samples(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (channels, pixels) in [(3, 20), (17, 9), (1, 16), (16, 1), (35, 33)] {
      let stride = padded(channels)
      let rowMajor = GuardedBuffer(count: 3 * channels * pixels, edge: .afterLast) { Float($0 + 1) }
      let channelsLast = GuardedBuffer(count: 3 * pixels * stride, edge: .afterLast) { _ in .nan }
      let back = GuardedBuffer(count: rowMajor.count, edge: .afterLast) { _ in 0 }
      let forward = LayoutChange(
        channels: channels, pixels: pixels, input: rowMajor.input, output: channelsLast.floats, stride: stride)
      let backward = LayoutChange(
        channels: channels, pixels: pixels, input: channelsLast.input, output: back.floats, stride: stride)
      let cut = 3 * pixels / 2
      for range in [0..<cut, cut..<(3 * pixels)] { table.toChannelsLast(forward, range) }
      for i in 0..<channelsLast.count where i % stride < channels {
        let (sample, pixel) = (i / stride).quotientAndRemainder(dividingBy: pixels)
        #expect(channelsLast[i] == Float((sample * channels + i % stride) * pixels + pixel + 1))
      }
      for range in [0..<(cut + 1), (cut + 1)..<(3 * pixels)] { table.toRowMajor(backward, range) }
      #expect(back.bits == rowMajor.bits)
    }
  }

  @Test("pixels outside the range are not written", arguments: Kernels.available)
  func ranges(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    let rowMajor = GuardedBuffer(count: 5 * 30, edge: .afterLast) { Float($0) }
    let channelsLast = GuardedBuffer(count: 30 * 16, edge: .afterLast) { _ in .infinity }
    table.toChannelsLast(
      LayoutChange(channels: 5, pixels: 30, input: rowMajor.input, output: channelsLast.floats, stride: 16), 7..<23)
    for i in 0..<480 where i % 16 < 5 { #expect(channelsLast[i].isInfinite == !(7..<23).contains(i / 16)) }
    let back = GuardedBuffer(count: 5 * 30, edge: .afterLast) { _ in -1 }
    table.toRowMajor(
      LayoutChange(channels: 5, pixels: 30, input: channelsLast.input, output: back.floats, stride: 16), 7..<23)
    for i in 0..<150 { #expect(back[i] == ((7..<23).contains(i % 30) ? Float(i) : -1)) }
  }

  @Test("a tight stride (no padding lanes) is never overrun", arguments: Kernels.available)
  func tightStride(instructionSet: InstructionSet) throws {
    let table = try table(instructionSet)
    for (samples, channels, pixels) in [(1, 3, 20), (3, 3, 20), (2, 19, 17), (2, 35, 5)] {
      let count = samples * channels * pixels
      let rowMajor = GuardedBuffer(count: count, edge: .afterLast) { Float($0) }
      let tight = GuardedBuffer(count: count, edge: .afterLast)
      let back = GuardedBuffer(count: count, edge: .afterLast)
      // The last part first, so that what is written beyond a part is seen.
      let parts = [(samples * pixels / 3)..<(samples * pixels), 0..<(samples * pixels / 3)]
      for part in parts {
        table.toChannelsLast(
          LayoutChange(
            channels: channels, pixels: pixels, input: rowMajor.input, output: tight.floats, stride: channels), part)
      }
      for i in 0..<count {
        let (sample, pixel) = (i / channels).quotientAndRemainder(dividingBy: pixels)
        #expect(tight[i] == Float((sample * channels + i % channels) * pixels + pixel))
      }
      for part in parts {
        table.toRowMajor(
          LayoutChange(channels: channels, pixels: pixels, input: tight.input, output: back.floats, stride: channels),
          part)
      }
      #expect(back.bits == rowMajor.bits)
    }
  }
}

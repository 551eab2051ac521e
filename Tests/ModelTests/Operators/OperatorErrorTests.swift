import FerryModel
import FerryTensor
import Testing

/// Shapes that contradict each other are refused with words that name both sides.
@Suite struct OperatorErrorTests {
  private func message(_ operation: any Operator, _ shapes: [[Dimension]]) -> String? {
    do {
      _ = try operation.outputShapes(for: shapes)
      return nil
    } catch { return (error as? FerryError)?.message }
  }

  private func conv(kernel: [Int] = [3, 3], pads: [Dimension] = [0, 0, 0, 0], groups: Int = 1) throws -> Conv {
    try Conv(window: Window(kernel: kernel, strides: [1, 1], dilations: [1, 1], pads: pads), groups: groups)
  }

  @Test func convolutionChecksChannelsGroupsAndKernel() throws {
    #expect(
      message(try conv(), [[1, 4, 8, 8], [6, 3, 3, 3]])
        == "the input has 4 channels, but the weight 6×3×3×3 in 1 groups reads 3")
    #expect(
      message(try conv(groups: 4), [[1, 4, 8, 8], [6, 1, 3, 3]]) == "6 output channels cannot be split into 4 groups")
    #expect(
      message(try conv(), [[1, 3, 2, 8], [6, 3, 3, 3]]) == "the kernel spans 3 pixels, more than the padded height 2")
    #expect(message(try conv(), [[1, 3, 8, 8], [6, 3, 3, 3], [5]]) == "the bias has the shape 5, where 6 is needed")
    #expect(message(try conv(kernel: [5, 5]), [[1, 3, 8, 8], [6, 3, 3, 3]]) != nil)
  }

  @Test func windowsCheckTheirNumbers() throws {
    for (kernel, strides, dilations, pads) in [
      ([0, 3], [1, 1], [1, 1], [0, 0, 0, 0]), ([3, 3], [0, 1], [1, 1], [0, 0, 0, 0]),
      ([3, 3], [1, 1], [1, -1], [0, 0, 0, 0]), ([3, 3], [1, 1], [1, 1], [0, -1, 0, 0]), ([3], [1], [1], [0]),
      ([], [], [], []),
      ([3, 3, 3, 3], [1, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0]),
    ] {
      #expect(throws: FerryError.self) {
        try Window(kernel: kernel, strides: strides, dilations: dilations, pads: pads.map { Dimension($0) })
      }
    }
  }

  @Test func broadcastingNamesWhatDiffers() {
    #expect(
      message(Binary(.add), [[2, 3], [2, 4]]) == "shapes 2×3 and 2×4 cannot be broadcast: 3 against 4")
  }

  @Test func reshapeCountsElements() {
    #expect(message(Reshape(shape: [2, 5]), [[3, 4]]) == "12 elements of shape 3×4 cannot take the shape 2×5")
  }

  /// The last window may hang over the end only if it begins inside the input or its front padding.
  @Test func ceilModeDropsAWindowThatWouldSeeOnlyPadding() throws {
    let window = try Window(kernel: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1])
    let floor = try Pool(.maximum, window: window)
    let ceil = try Pool(.maximum, window: window, ceilMode: true)
    for extent in 2...9 {
      let shapes: [[Dimension]] = [[1, 1, Dimension(extent), Dimension(extent)]]
      let whole = (extent + 2 - 2) / 2 + 1
      #expect(try floor.outputShapes(for: shapes)[0][2].value == whole)
      // PyTorch: one more if something is left over and the window begins before the end of the input plus front
      // padding.
      let more = (extent + 2 - 2) % 2 != 0 && whole * 2 < extent + 1 ? 1 : 0
      #expect(try ceil.outputShapes(for: shapes)[0][2].value == whole + more)
    }
  }
}

import FerryModel
import FerryTensor
import Testing

@Suite struct WindowTests {
  @Test(arguments: [(3, 2, 1), (5, 2, 1), (3, 1, 1), (3, 3, 2), (1, 2, 1)], [true, false])
  func samePaddingOfSymbols(geometry: (kernel: Int, stride: Int, dilation: Int), upper: Bool) throws {
    let (height, width) = (Dimension.symbol("height"), Dimension.symbol("width"))
    let (strides, dilations) = ([geometry.stride, geometry.stride], [geometry.dilation, geometry.dilation])
    let kernel = [geometry.kernel, geometry.kernel]
    let pads = try Window.samePads(
      [height, width], kernel: kernel, strides: strides, dilations: dilations, upper: upper)
    let window = try Window(kernel: kernel, strides: strides, dilations: dilations, pads: pads)
    let conv = try Conv(window: window, groups: 1)
    let weight: [Dimension] = [4, 3, Dimension(geometry.kernel), Dimension(geometry.kernel)]
    let shape = try conv.outputShapes(for: [[1, 3, height, width], weight])[0]
    // The shortest form, whatever the pads are made of, or every layer would lengthen the next one's expressions.
    #expect(shape[2] == (try height.dividedRoundingUp(by: geometry.stride)))
    #expect(shape[3] == (try width.dividedRoundingUp(by: geometry.stride)))
    // And it is what the numbers give.
    for extent in 1...17 {
      let bindings = ["height": extent, "width": extent + 3]
      let bound = try conv.bound(bindings).outputShapes(for: [[1, 3, height, width].bound(bindings), weight])[0]
      #expect(bound == (try shape.bound(bindings)))
    }
  }

  @Test func oneToThreeAxes() throws {
    let line = try Window(kernel: [3], strides: [2], dilations: [2], pads: [1, 2])
    let conv = try Conv(window: line, groups: 1)
    #expect(try conv.outputShapes(for: [[2, 3, 9], [4, 3, 3]]) == [[2, 4, 4]])
    let volume = try Window(kernel: [1, 2, 3], strides: [1, 2, 3], dilations: [1, 1, 1], pads: [0, 0, 0, 0, 1, 1])
    #expect(try Pool(.maximum, window: volume).outputShapes(for: [[1, 1, 4, 5, 6]]) == [[1, 1, 4, 3, 2]])
    let error = #expect(throws: FerryError.self) { try conv.outputShapes(for: [[1, 3, 8, 8], [4, 3, 3]]) }
    #expect(error?.message == "Conv gets an input of shape 1×3×8×8, which has 4 dimensions")
    #expect(error?.supported == "3 dimensions for a kernel [3]: batch, channels, width")
    // One tap and a pad of one: a window could see padding alone.
    let wide = try Window(kernel: [1, 2, 3], strides: [1, 2, 3], dilations: [1, 1, 1], pads: [0, 0, 0, 1, 1, 1])
    #expect(throws: FerryError.self) { try Pool(.maximum, window: wide) }
  }
}

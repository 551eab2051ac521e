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
      height: height, width: width, kernel: kernel, strides: strides, dilations: dilations, upper: upper)
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
}

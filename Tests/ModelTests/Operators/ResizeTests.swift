import FerryModel
import FerryTensor
import Testing

@Suite struct ResizeTests {
  private func resized(
    _ numbers: [Double], _ method: Resize.Method, _ axis: Resize.Axis
  ) throws -> [Double] {
    let resize = try Resize(method, axes: [axis])
    return try resize.evaluate([ReferenceArray<Double>(shape: [numbers.count], elements: numbers)])[0].elements
  }

  /// A straight line stays straight: places follow from the values.
  private func places(
    _ coordinates: Resize.Coordinates, extent: Int, _ axis: Resize.Axis
  ) throws -> [Double] {
    try resized((0..<extent).map(Double.init), .init(.linear, coordinates, extrapolationValue: -1), axis)
  }

  @Test func everyCoordinateTransformation() throws {
    #expect(try places(.halfPixel, extent: 4, .init(size: 2)) == [0.5, 2.5])
    #expect(try places(.pytorchHalfPixel, extent: 4, .init(size: 2)) == [0.5, 2.5])
    #expect(try places(.pytorchHalfPixel, extent: 4, .init(size: 1)) == [0])
    #expect(try places(.alignCorners, extent: 4, .init(size: 3)) == [0, 1.5, 3])
    #expect(try places(.alignCorners, extent: 4, .init(size: 1)) == [0])
    #expect(try places(.asymmetric, extent: 4, .init(size: 8)) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3])
    #expect(try places(.tensorFlowHalfPixelForNearest, extent: 4, .init(size: 2)) == [1, 3])
    #expect(try places(.cropAndResize, extent: 5, .init(size: 3, start: 0.5, end: 1)) == [2, 3, 4])
    #expect(try places(.cropAndResize, extent: 5, .init(size: 3, start: 0.5, end: 1.5)) == [2, 4, -1])
    #expect(try places(.cropAndResize, extent: 5, .init(size: 1, start: 0.25, end: 0.5)) == [1.5])
    // 5 · 0.5 is cut to 2: the output stays centred on the input's middle, 2.
    #expect(try places(.halfPixelSymmetric, extent: 5, .init(size: 2, scale: 0.5)) == [1, 3])
    #expect(try places(.halfPixel, extent: 5, .init(size: 2, scale: 0.5)) == [0.5, 2.5])
  }

  @Test func nearestPixelsAtTheMiddle() throws {
    func chosen(_ rounding: Resize.Rounding) throws -> [Double] {
      try resized([0, 1, 2, 3], .init(.nearest, rounding: rounding), .init(size: 2))
    }
    // Places 0.5 and 2.5.
    #expect(try chosen(.preferFloor) == [0, 2])
    #expect(try chosen(.preferCeiling) == [1, 3])
    #expect(try chosen(.floor) == [0, 2])
    #expect(try chosen(.ceiling) == [1, 3])
  }

  @Test func weightsOfConstantsSumToOne() throws {
    for method: Resize.Method in [
      .init(.cubic), .init(.cubic, cubicCoefficient: -0.5, excludesOutside: true), .init(.cubic, antialias: true),
      .init(.linear, antialias: true), .init(.cubic, .cropAndResize),
    ] {
      for size in 1...9 {
        let results = try resized([3, 3, 3, 3, 3], method, .init(size: Dimension(size)))
        let isConstant = results.allSatisfy { abs($0 - 3) < 1e-12 }
        #expect(results.count == size && isConstant, "\(method) to \(size)")
      }
    }
  }

  @Test func antialiasingSeesEveryPixel() throws {
    // Eight pixels to two: the triangle is four pixels wide on each side of 1.5 and 5.5.
    let spike = try resized([0, 0, 0, 0, 0, 0, 0, 1], .init(.linear, antialias: true), .init(size: 2))
    #expect(spike[0] == 0 && spike[1] > 0)
    #expect(try resized([0, 0, 0, 0, 0, 0, 0, 1], .init(.linear), .init(size: 2)) == [0, 0])
  }

  @Test func infinityStaysWhereItIs() throws {
    let results = try resized([1, .infinity, 3], .init(.linear, .alignCorners), .init(size: 3, scale: 1))
    #expect(results == [1, .infinity, 3])
    // A weight of zero reads nothing.
    let beside = try resized([1, 2, .infinity], .init(.linear, .alignCorners), .init(size: 5))
    #expect(beside[..<3] == [1, 1.5, 2])
  }

  @Test func sizesFollowSymbols() throws {
    let height = Dimension.symbol("height")
    let doubled = try height * 2
    let resize = try Resize(.init(.nearest, .asymmetric), axes: [.init(size: doubled, scale: 2)])
    #expect(try resize.outputShapes(for: [[height]]) == [[doubled]])
    let bound = try resize.bound(["height": 3])
    #expect(bound.axes[0].size == 6)
    #expect(try bound.outputShapes(for: [[3]]) == [[6]])
  }

  @Test func numbersThatCannotBeAreRefused() throws {
    for axis: Resize.Axis in [
      .init(size: 0), .init(size: -3), .init(size: 2, scale: .nan), .init(size: 2, scale: -1),
      .init(size: 2, scale: .infinity), .init(size: 2, scale: 0x1p-60), .init(size: 2, start: .nan),
      .init(size: 2, end: 0x1p90),
    ] {
      #expect(throws: FerryError.self) { try Resize(.init(.linear), axes: [axis]) }
    }
    #expect(throws: FerryError.self) { try Resize(.init(.nearest, antialias: true), axes: []) }
    #expect(throws: FerryError.self) { try Resize(.init(.cubic, cubicCoefficient: .nan), axes: []) }
    // A filter of a scale that has nothing to do with the sizes could take any time.
    let far = try Resize(.init(.linear, antialias: true), axes: [.init(size: 4, scale: 0x1p-30)])
    let error = #expect(throws: FerryError.self) { try far.outputShapes(for: [[8]]) }
    #expect(error?.message.contains("does not give 4") == true)
    let single = try Resize(.init(.cubic, .pytorchHalfPixel), axes: [.init(size: 1)])
    #expect(throws: FerryError.self) { try single.outputShapes(for: [[8]]) }
    #expect(throws: FerryError.self) { try single.outputShapes(for: [[8, 8]]) }
    #expect(throws: FerryError.self) { try single.outputShapes(for: [[0]]) }
  }
}

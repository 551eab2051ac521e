import FerryPicture
import FerryTensor
import Testing

@Suite struct CropPolicyTests {
  /// Each side by itself, on every start and end that NumPy was asked for.
  @Test func slicesAsNumPyDoes() throws {
    let slices = try #require(PreprocessingGolden.bytes.slices)
    #expect(slices.count == 2596)
    for slice in slices {
      let (length, start, end, first, count) = (slice[0], slice[1], slice[2], slice[3], slice[4])
      let across = CropPolicy.numpy.resolved(left: start, top: 0, right: end, bottom: 1, width: length, height: 3)
      let down = CropPolicy.numpy.resolved(left: 1, top: start, right: 2, bottom: end, width: 9, height: length)
      let expectedAcross = count == 0 ? nil : try PixelBox(left: first, top: 0, right: first + count, bottom: 1)
      let expectedDown = count == 0 ? nil : try PixelBox(left: 1, top: first, right: 2, bottom: first + count)
      #expect(across == expectedAcross, "[\(start):\(end)] of \(length)")
      #expect(down == expectedDown, "[\(start):\(end)] of \(length)")
    }
  }

  @Test func clampsEachCorner() throws {
    func clamped(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int) -> PixelBox? {
      CropPolicy.clamp.resolved(left: left, top: top, right: right, bottom: bottom, width: 7, height: 5)
    }
    #expect(clamped(-3, -1, 4, 2) == (try PixelBox(left: 0, top: 0, right: 4, bottom: 2)))
    #expect(clamped(1, 2, 9, .max) == (try PixelBox(left: 1, top: 2, right: 7, bottom: 5)))
    #expect(clamped(.min, .min, .max, .max) == (try PixelBox(left: 0, top: 0, right: 7, bottom: 5)))
    for (left, top, right, bottom) in [(-3, 0, 0, 5), (7, 0, 9, 5), (0, 5, 7, 8), (4, 0, 4, 5), (5, 0, 2, 5)] {
      #expect(clamped(left, top, right, bottom) == nil)
    }
  }

  @Test func aPictureWithoutPixelsHasNoCrop() {
    for policy in CropPolicy.allCases {
      for side in [0, -1, Int.min] {
        #expect(policy.resolved(left: -2, top: 0, right: 3, bottom: 3, width: side, height: 4) == nil)
        #expect(policy.resolved(left: 0, top: -2, right: 3, bottom: 3, width: 4, height: side) == nil)
      }
    }
  }

  @Test func boxesOfWholeNumbersHoldPixels() throws {
    let box = try PixelBox(left: -2, top: 3, right: 5, bottom: 4)
    #expect(box.left == -2 && box.top == 3 && box.width == 7 && box.height == 1)
    func message(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int) -> String? {
      #expect(throws: FerryError.self) {
        try PixelBox(left: left, top: top, right: right, bottom: bottom)
      }?.message
    }
    #expect(message(3, 0, 3, 1) == "the box 3,0,3,1 holds no pixel")
    #expect(message(0, 2, 3, 1) == "the box 0,2,3,1 holds no pixel")
    #expect(message(.min, 0, .max, 1) == "the box \(Int.min),0,\(Int.max),1 is no part of a picture")
  }
}

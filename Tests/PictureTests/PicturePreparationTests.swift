import FerryPicture
import FerryTensor
import Testing

@Suite struct PicturePreparationTests {
  @Test(arguments: PreprocessingGolden.all.flatMap(\.preparations))
  func givesTheGolden(_ golden: PreprocessingGolden.Preparation) throws {
    let preparation = try PicturePreparation(
      width: golden.to[0], height: golden.to[1], method: #require(ResizeMethod(rawValue: golden.method)),
      color: #require(ColorOrder(rawValue: golden.color)), range: #require(PixelRange(rawValue: golden.range)),
      mean: golden.mean, std: golden.std, layout: golden.layout == "channelsLast" ? .channelsLast : .channelsFirst)
    let picture = try PreprocessingGolden.picture("noise", 99, 61, 47)
    let crop = try PixelBox(left: golden.crop[0], top: golden.crop[1], right: golden.crop[2], bottom: golden.crop[3])
    #expect(Checksum.of(try preparation.tensor(picture, crop: crop)) == golden.crc32)
  }

  /// One pass over rows against whole arrays, stage by stage: sizes that no golden has, up to what never occurs.
  @Test(arguments: ResizeMethod.allCases)
  func isTheLastStageToTheBit(_ method: ResizeMethod) throws {
    var generator = SplitMix64(state: 11)
    func side(_ largest: Int) -> Int { .random(in: 1...largest, using: &generator) }
    let odd = [(1, 1), (1, 300), (300, 1), (2, 2), (97, 3), (3, 97)]
    for round in 0..<60 {
      let size = round < 36 ? odd[round / 6] : (side(90), side(90))
      let target = round < 36 ? odd[round % 6] : (side(60), side(60))
      let picture = try PreprocessingGolden.picture("noise", UInt32(round), size.0, size.1)
      let (left, top) = (side(size.0) - 1, side(size.1) - 1)
      let crop = try PixelBox(
        left: left, top: top, right: left + side(size.0 - left), bottom: top + side(size.1 - top))
      let preparation = try PicturePreparation(
        width: target.0, height: target.1, method: method, color: round % 2 == 0 ? .rgb : .bgr,
        range: PixelRange.allCases[round % 3], mean: round % 5 == 0 ? nil : [0.485, 0.456, 0.406],
        std: round % 7 == 0 ? nil : [0.229, 0.224, 0.225], layout: round % 4 < 2 ? .channelsFirst : .channelsLast)
      for box in [nil, crop] {
        let stages = try preparation.stages(picture, crop: box)
        #expect(stages.map(\.name) == ["cropped", "resized", "normalised"])
        let part = try picture.cropped(to: box ?? PixelBox(left: 0, top: 0, right: size.0, bottom: size.1))
        #expect(try stages[0].tensor.elements(as: UInt8.self) == part.pixels)
        #expect(stages[1].tensor.elementType == (method.givesBytes ? .uint8 : .float32))
        if method.givesBytes {
          #expect(
            try stages[1].tensor.elements(as: UInt8.self)
              == part.resized(width: target.0, height: target.1, method: method).pixels)
        }
        let fused = try preparation.tensor(picture, crop: box)
        #expect(fused.shape == stages[2].tensor.shape)
        #expect(
          try fused.elements(as: Float.self).map(\.bitPattern)
            == stages[2].tensor.elements(as: Float.self).map(\.bitPattern),
          "\(size) \(box.map { "\($0)" } ?? "") → \(target)")
      }
    }
  }

  @Test func aBatchIsItsPicturesOneBehindTheOther() throws {
    let pictures = try (1...3).map { try PreprocessingGolden.picture("noise", UInt32($0), 10 * $0, 17) }
    for layout in [ChannelOrder.channelsFirst, .channelsLast] {
      let preparation = try PicturePreparation(width: 8, height: 5, color: .bgr, mean: [0.1, 0.2, 0.3], layout: layout)
      let batch = try preparation.tensor(pictures)
      #expect(batch.shape.dimensions == (layout == .channelsFirst ? [3, 3, 5, 8] : [3, 5, 8, 3]))
      #expect(
        try batch.elements(as: Float.self) == pictures.flatMap { try preparation.tensor($0).elements(as: Float.self) })
    }
    let none = try PicturePreparation(width: 8, height: 5).tensor([])
    #expect(none.shape.dimensions == [0, 3, 5, 8])
  }

  @Test func overwritesWhateverWasThere() throws {
    let picture = try Picture(width: 1, height: 1, pixels: [255, 0, 51])
    let preparation = try PicturePreparation(width: 2, height: 1, color: .bgr)
    var target = [Float](repeating: .nan, count: 6)
    try target.withUnsafeMutableBufferPointer { try preparation.write(picture, crop: nil, into: $0) }
    #expect(target == [0.2, 0.2, 0, 0, 1, 1])
  }

  @Test func whatCannotBePreparedIsRefused() throws {
    func message(_ body: () throws -> Void) -> String? {
      let error = #expect(throws: FerryError.self, performing: body)
      #expect(error?.code == .usage)
      return error?.message
    }
    for (width, height) in [(0, 4), (4, -1), (Int.max, Int.max), (20_000, 20_000)] {
      #expect(
        message { _ = try PicturePreparation(width: width, height: height) }
          == "a network's picture cannot have \(width)×\(height) pixels")
    }
    #expect(message { _ = try PicturePreparation(width: 1, height: 1, mean: [1, 2]) } == "mean is [1.0, 2.0]")
    #expect(
      message { _ = try PicturePreparation(width: 1, height: 1, mean: [1, 2, .infinity]) } == "mean is [1.0, 2.0, inf]")
    #expect(message { _ = try PicturePreparation(width: 1, height: 1, std: [1, 0, 1]) } == "std is [1.0, 0.0, 1.0]")
    #expect(
      message { _ = try PicturePreparation(width: 1, height: 1, std: [1, .nan, 1]) } == "std is [1.0, nan, 1.0]")
    let picture = try PreprocessingGolden.picture("noise", 1, 3, 2)
    let preparation = try PicturePreparation(width: 4, height: 4)
    for (left, top, right, bottom) in [(-1, 0, 2, 2), (0, -1, 2, 2), (0, 0, 4, 2), (0, 0, 3, 3), (7, 7, 9, 9)] {
      let box = try PixelBox(left: left, top: top, right: right, bottom: bottom)
      let expected =
        "the crop from (\(left), \(top)) to (\(right), \(bottom)) reaches beyond the picture of 3×2 pixels"
      #expect(message { _ = try preparation.tensor(picture, crop: box) } == expected)
      #expect(message { _ = try preparation.stages(picture, crop: box) } == expected)
    }
    var target = [Float](repeating: 0, count: 47)
    #expect(
      message { try target.withUnsafeMutableBufferPointer { try preparation.write(picture, crop: nil, into: $0) } }
        == "47 elements are no room for a picture of 4×4 pixels")
  }
}

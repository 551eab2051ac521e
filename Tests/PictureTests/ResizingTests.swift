import FerryPicture
import FerryTensor
import Testing

/// Resizing is to the bit what the programs give that `ResizeMethod` names.
@Suite struct ResizingTests {
  @Test func everyGoldenIsThere() {
    for golden in PreprocessingGolden.all {
      #expect(golden.cases.count == 539)
      #expect(golden.sweeps.count == 80)
      #expect(golden.preparations.count == 24)
      #expect(golden.arrays.count == 6)
    }
    #expect(PreprocessingGolden.all.allSatisfy { $0.cases.allSatisfy { $0.crc32.count == 2 } })
  }

  @Test(arguments: ResizeMethod.allCases)
  func givesTheGoldenOfEverySize(_ method: ResizeMethod) throws {
    var seen = 0
    for golden in PreprocessingGolden.all.flatMap(\.cases) {
      guard let expected = golden.crc32[method.rawValue] else { continue }
      let picture = try PreprocessingGolden.picture(golden.kind, golden.seed, golden.from[0], golden.from[1])
      let found = try resized(picture, golden.to[0], golden.to[1], method)
      #expect(Checksum.of(found) == expected, "\(golden.testDescription)")
      seen += 1
    }
    #expect(seen == 539)
  }

  @Test(arguments: ResizeMethod.allCases)
  func givesTheGoldenOfEverySideUpTo40(_ method: ResizeMethod) throws {
    for sweep in PreprocessingGolden.all.flatMap(\.sweeps) {
      guard let expected = sweep.crc32[method.rawValue] else { continue }
      let isWide = sweep.axis == "width"
      let picture = try PreprocessingGolden.picture(
        "noise", UInt32(sweep.side), isWide ? sweep.side : 3, isWide ? 3 : sweep.side)
      var checksum = Checksum()
      for side in 1...40 {
        checksum.add(try resized(picture, isWide ? side : 2, isWide ? 2 : side, method))
      }
      #expect(checksum.text == expected, "\(sweep.axis) \(sweep.side)")
    }
  }

  /// What the digests only tell apart, here number by number.
  @Test(arguments: PreprocessingGolden.all.flatMap(\.arrays))
  func givesTheGoldenArray(_ golden: PreprocessingGolden.Array) throws {
    let method = try #require(ResizeMethod(rawValue: golden.method))
    let picture = try PreprocessingGolden.picture(golden.kind, golden.seed, golden.from[0], golden.from[1])
    let found = try resized(picture, golden.to[0], golden.to[1], method)
    let expected = try Tensor(npy: PreprocessingGolden.folder + golden.array)
    #expect(found.shape == expected.shape)
    if method.givesBytes {
      #expect(try found.elements(as: UInt8.self) == expected.elements(as: UInt8.self))
    } else {
      let pairs = try zip(found.elements(as: Float.self), expected.elements(as: Float.self))
      #expect(pairs.map { ($0 - $1).magnitude }.max() == 0)
    }
  }

  @Test func picturesOfBytesComeFromMethodsOfBytesAlone() throws {
    let picture = try PreprocessingGolden.picture("noise", 1, 3, 2)
    for method in [ResizeMethod.pyTorchBilinear, .pyTorchBilinearAntialias] {
      let error = #expect(throws: FerryError.self) { try picture.resized(width: 2, height: 2, method: method) }
      #expect(error?.message == "\(method.rawValue) gives float32 numbers, no picture of bytes")
      #expect(error?.supported == "opencv-linear, pil-bilinear")
    }
  }

  @Test func sizesThatNoPictureHasAreRefused() throws {
    let picture = try PreprocessingGolden.picture("noise", 1, 3, 2)
    for (width, height) in [(0, 1), (1, -1), (Int.max, 2), (20_000, 20_000)] {
      let error = #expect(throws: FerryError.self) {
        try picture.resized(width: width, height: height, method: .openCVLinear)
      }
      #expect(error?.message == "a picture cannot be resized to \(width)×\(height) pixels")
    }
  }

  /// Height×width×3, of the type that the method gives.
  private func resized(_ picture: Picture, _ width: Int, _ height: Int, _ method: ResizeMethod) throws -> Tensor {
    guard method.givesBytes else {
      return try PicturePreparation(
        width: width, height: height, method: method, range: .zeroTo255, layout: .channelsLast
      ).tensor(picture).reshaped([height, width, 3])
    }
    return try Tensor(
      picture.resized(width: width, height: height, method: method).pixels, shape: [height, width, 3])
  }
}

import FerryMedia
import FerryTensor
import Foundation
import Testing

@Suite struct PictureTests {
  /// Two pixels wide, one high: pure red, then 0, 128, 255.
  private let two: [UInt8] = [255, 0, 0, 0, 128, 255]

  @Test func bytesMustFillTheSize() throws {
    #expect(try Picture(width: 2, height: 1, pixels: two).pixels == two)
    for (width, height, message) in [
      (1, 1, "6 bytes do not fill a picture of 1×1 pixels"), (0, 1, "a picture cannot have the size 0×1"),
      (-1, -2, "a picture cannot have the size -1×-2"), (.max, 2, "a picture cannot have the size \(Int.max)×2"),
    ] {
      let error = #expect(throws: FerryError.self) { try Picture(width: width, height: height, pixels: two) }
      #expect(error?.message == message)
    }
  }

  @Test func becomesPlanesOfFloats() throws {
    let picture = try Picture(width: 2, height: 1, pixels: two)
    let unit = try picture.tensor()
    #expect(unit.shape.dimensions == [1, 3, 1, 2])
    #expect(try unit.elements(as: Float.self) == [1, 0, 0, 128 / 255, 0, 1])
    #expect(try picture.tensor(range: .zeroTo255).elements(as: Float.self) == [255, 0, 0, 128, 0, 255])
    #expect(try picture.tensor(range: .zeroTo255, color: .bgr).elements(as: Float.self) == [0, 255, 0, 128, 255, 0])
  }

  @Test func rowsStayRowsInThePlanes() throws {
    let picture = try Picture(width: 1, height: 2, pixels: [1, 2, 3, 4, 5, 6])
    let tensor = try picture.tensor(range: .zeroTo255)
    #expect(tensor.shape.dimensions == [1, 3, 2, 1])
    #expect(try tensor.elements(as: Float.self) == [1, 4, 2, 5, 3, 6])
  }

  @Test func orientationCanBeIgnored() throws {
    let stored = try Picture(contentsOf: PictureCase.folder + "orientation1.jpg")
    let path = PictureCase.folder + "orientation6.jpg"
    let upright = try Picture(contentsOf: path)
    #expect(upright.width == stored.height && upright.height == stored.width)
    #expect(try Picture(contentsOf: path, orientation: .ignored) == stored)
  }

  @Test func limitIsCheckedBeforeTheDecoder() throws {
    for file in ["rgb.png", "444.jpg"] {
      let bytes = try PictureCase.bytes(file)
      #expect(try Picture(encoded: bytes, limits: .init(pixelCount: 37 * 29)).width == 37)
      let error = #expect(throws: FerryError.self) {
        try Picture(encoded: bytes, limits: .init(pixelCount: 37 * 29 - 1))
      }
      #expect(error?.message == "the picture's declared size is 37×29 pixels, too large to be read")
      #expect(error?.supported == "at most 1072 pixels")
    }
  }

  @Test func refusalIsCompletelyWorded() throws {
    let path = PictureCase.folder + "cmyk.jpg"
    let error = try #require(throws: FerryError.self) { try Picture(contentsOf: path) }
    let offset = try #require(error.location.byteOffset)
    #expect(try PictureCase.bytes("cmyk.jpg")[offset...].starts(with: [0xFF, 0xC0]))
    #expect(
      error.description == """
        the JPEG picture has 4 colour components (CMYK)
          at \(path), byte \(offset)
          supported: 1 (grey) and 3 (YCbCr or RGB)
          hint: convert the picture to RGB
        """)
  }

  @Test func missingFileIsNamed() throws {
    let error = try #require(throws: FerryError.self) { try Picture(contentsOf: PictureCase.folder + "none.png") }
    #expect(error.code == .fileNotFound)
  }
}

@Suite struct PNGWritingTests {
  @Test(arguments: ["420.jpg", "one-pixel.png", "rgba.png"])
  func whatIsWrittenIsReadBack(_ file: String) throws {
    let picture = try Picture(contentsOf: PictureCase.folder + file)
    #expect(try Picture(encoded: picture.encodedPNG()) == picture)
  }

  /// Noise does not compress: the file is larger than the pixels.
  @Test func noiseFits() throws {
    var generator = SplitMix(seed: 5)
    let pixels = (0..<300 * 200 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    let picture = try Picture(width: 300, height: 200, pixels: pixels)
    let encoded = try picture.encodedPNG()
    #expect(encoded.count > pixels.count)
    #expect(try Picture(encoded: encoded) == picture)
  }

  @Test func goesToAFile() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ferry-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("out.png").path
    let picture = try Picture(width: 1, height: 2, pixels: [1, 2, 3, 4, 5, 6])
    try picture.writePNG(to: path)
    #expect(try Picture(contentsOf: path) == picture)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.png"])
  }

  @Test func failureNamesTheFile() throws {
    let picture = try Picture(width: 1, height: 1, pixels: [1, 2, 3])
    let error = try #require(throws: FerryError.self) { try picture.writePNG(to: "/nowhere/at/all.png") }
    #expect(error.code == .fileUnwritable)
    #expect(error.location.file == "/nowhere/at/all.png")
  }

  @Test func sideThatNoPNGCanHaveIsRefused() throws {
    let picture = try Picture(width: 1, height: 1_000_001, pixels: [UInt8](repeating: 0, count: 3_000_003))
    let error = try #require(throws: FerryError.self) { try picture.encodedPNG() }
    #expect(error.code == .invalidPicture)
  }
}

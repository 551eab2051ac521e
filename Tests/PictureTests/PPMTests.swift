import FerryPicture
import FerryTensor
import Testing

@Suite struct PPMTests {
  private let pixels: [UInt8] = [255, 0, 10, 13, 128, 35]

  private func picture(_ header: String, _ pixels: [UInt8]) throws -> Picture {
    try Picture(ppm: Array(header.utf8) + pixels)
  }

  @Test(arguments: [
    "P6\n2 1\n255\n", "P6 2 1 255 ", "P6\r\n2\t1\u{0B}\u{0C}255\r", "P6\n# made by hand\n2 1\n# 9 9\n#\n255\n",
    "P6#2 2\n#\n02 001\r255\n", "P6\n2 1# two\n255 ",
  ])
  func readsEveryHeader(_ header: String) throws {
    let picture = try picture(header, pixels)
    #expect(picture == (try Picture(width: 2, height: 1, pixels: pixels)))
  }

  @Test func refusesWhatIsNoPPM() throws {
    for (header, message) in [
      ("", "this is no binary PPM picture: it does not begin with P6"),
      ("P", "this is no binary PPM picture: it does not begin with P6"),
      ("P3\n2 1\n255\n", "this is no binary PPM picture: it does not begin with P6"),
      ("P62 1 255 ", "the PPM picture's width is missing"), ("P6 2", "the PPM picture's height is missing"),
      ("P6 2 -1 255 ", "the PPM picture's height is missing"),
      ("P6 2 1.0 255 ", "the PPM picture's maximum is missing"),
      ("P6 2 1 ", "the PPM picture's maximum is missing"),
      ("P6 2 1 # 255 ", "the PPM picture's maximum is missing"),
      ("P6 2 1 65535 ", "the picture's largest component is 65535"),
      ("P6 0 1 255 ", "the picture's declared size is 0×1"),
      ("P6 99999999999999999999 1 255 ", "the PPM picture's height is missing"),
      (
        "P6 9999999999 9999999999 255 ",
        "the picture's declared size is 9999999999×9999999999 pixels, too large to be read"
      ),
      ("P6 2 1 255", "the PPM picture's header does not end with white space"),
      ("P6 2 1 255# no\n", "the PPM picture's header does not end with white space"),
    ] {
      let bytes = message.contains("missing") || message.contains("white space") ? [] : pixels
      let error = #expect(throws: FerryError.self, "\(header)") { try picture(header, bytes) }
      #expect(error?.message == message)
      #expect(error?.code == .invalidPicture)
    }
  }

  @Test func everyByteIsAccountedFor() throws {
    for count in [0, 5, 7] {
      let bytes = Array((pixels + pixels).prefix(count))
      let error = #expect(throws: FerryError.self) { try picture("P6 2 1 255\n", bytes) }
      #expect(error?.message == "\(count) bytes follow the header of a picture of 2×1 pixels")
    }
    // A second byte of white space is the first pixel's.
    #expect(try picture("P6 1 1 255\n", [10, 32, 9]).pixels == [10, 32, 9])
  }

  @Test func limitsHoldBeforeThePixels() throws {
    let bytes = Array("P6 2 1 255\n".utf8) + pixels
    #expect(try Picture(ppm: bytes, limits: .init(pixelCount: 2)).width == 2)
    #expect(throws: FerryError.self) { try Picture(ppm: bytes, limits: .init(pixelCount: 1)) }
  }

  @Test func everyPrefixAndEveryChangedByteIsReadOrRefused() throws {
    let bytes = Array("P6\n#a\n2 1\n255\n".utf8) + pixels
    for count in 0..<bytes.count { #expect(throws: FerryError.self) { try Picture(ppm: Array(bytes.prefix(count))) } }
    for index in bytes.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = bytes
        changed[index] = byte
        do { _ = try Picture(ppm: changed) } catch let error as FerryError { #expect(error.code == .invalidPicture) }
      }
    }
  }

  @Test func aFileIsNamedInItsErrors() throws {
    let error = #expect(throws: FerryError.self) { try Picture(contentsOfPPM: PreprocessingGolden.folder + "none.ppm") }
    #expect(error?.code == .fileNotFound)
    let path = PreprocessingGolden.folder + "photograph.npy"
    let refusal = #expect(throws: FerryError.self) { try Picture(contentsOfPPM: path) }
    #expect(refusal?.code == .invalidPicture)
    #expect(refusal?.location.file == path)
  }
}

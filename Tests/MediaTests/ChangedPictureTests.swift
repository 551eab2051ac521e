import FerryMedia
import FerryTensor
import Foundation
import Testing

/// Crops, brightness and sizes of golden/pictures/changed.
struct ChangedPicture: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let source: String
  /// left, top, right, bottom
  let crop: [Double]?
  let grey: Bool?
  /// width, height
  let resize: [Int]?
  let pixels: String

  var testDescription: String { name }

  static let all: [ChangedPicture] = {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: PictureCase.folder + "changed/changed.json"))
      return try JSONDecoder().decode([ChangedPicture].self, from: data)
    } catch {
      Issue.record("cannot read golden/pictures/changed/changed.json: \(error)")
      return []
    }
  }()
}

@Suite struct ChangedPictureTests {
  @Test func everyCaseIsThere() { #expect(ChangedPicture.all.count == 10) }

  @Test(arguments: ChangedPicture.all)
  func isWhatIsExpected(_ change: ChangedPicture) throws {
    var picture = try Picture(contentsOf: PictureCase.folder + change.source)
    if let crop = change.crop {
      picture = try picture.cropped(to: PixelBox(left: crop[0], top: crop[1], right: crop[2], bottom: crop[3]))
    }
    if change.grey == true { picture = picture.grey() }
    if let size = change.resize { picture = try picture.resized(width: size[0], height: size[1]) }
    let expected = try Tensor(npy: PictureCase.folder + change.pixels)
    #expect(expected.shape.dimensions == [picture.height, picture.width, 3])
    #expect(try expected.elements(as: UInt8.self) == picture.pixels)
  }

  /// Left, top, right, bottom.
  private func edges(of box: PixelBox) -> [Int] { [box.left, box.top, box.right, box.bottom] }

  @Test func boxesAreRoundedSquaredAndGrown() throws {
    let face = try PixelBox(left: 181.53, top: 58.2, right: 269.88, bottom: 177.81)
    #expect(edges(of: face) == [182, 58, 270, 178])
    let square = face.squared
    #expect(edges(of: square) == [166, 58, 286, 178])
    let grown = try square.grown(by: 10)
    #expect(edges(of: grown) == [156, 48, 296, 188])
    let wide = try PixelBox(left: 0, top: 0, right: 5, bottom: 2).squared
    #expect(edges(of: wide) == [0, -1, 5, 4])
    #expect(try PixelBox(left: 1, top: 2, right: 3, bottom: 4).grown(by: 0).width == 2)
  }

  @Test func whatIsNoPartOfAPictureIsRefused() throws {
    let picture = try Picture(width: 2, height: 1, pixels: [UInt8](repeating: 7, count: 6))
    func message(_ body: () throws -> Void) -> String? {
      #expect(throws: FerryError.self, performing: body)?.message
    }
    #expect(
      message { _ = try PixelBox(left: 3, top: 0, right: 3.4, bottom: 1) } == "the box 3.0,0.0,3.4,1.0 holds no pixel")
    #expect(
      message { _ = try PixelBox(left: 0, top: 0, right: .nan, bottom: 1) }
        == "the box 0.0,0.0,nan,1.0 is no part of a picture")
    #expect(
      message { _ = try PixelBox(left: 0, top: 0, right: 1e300, bottom: 1) }
        == "the box 0.0,0.0,1e+300,1.0 is no part of a picture")
    #expect(
      message { _ = try picture.cropped(to: PixelBox(left: 2, top: 0, right: 4, bottom: 1)) }
        == "the box from (2, 0) to (4, 1) lies outside the picture of 2×1 pixels")
    #expect(
      message { _ = try picture.cropped(to: PixelBox(left: 0, top: 0, right: 1e6, bottom: 1e6)) }
        == "a part of 1000000×1000000 pixels is too large")
    #expect(
      message { _ = try picture.resized(width: 0, height: 4) } == "a picture cannot be resized to 0×4 pixels")
    #expect(
      message { _ = try picture.resized(width: 1 << 40, height: 1 << 40) }
        == "a picture cannot be resized to 1099511627776×1099511627776 pixels")
    #expect(
      message { _ = try PixelBox(left: 0, top: 0, right: 1, bottom: 1).grown(by: -1) } == "the margin is -1 pixels")
    #expect(message { _ = try picture.tensor(channels: 2) } == "a picture cannot be given in 2 channels")
  }

  @Test func tensorsHaveTheModelsChannelsAndOrder() throws {
    let picture = try Picture(width: 2, height: 1, pixels: [255, 0, 51, 10, 20, 30])
    let last = try picture.tensor(range: .zeroTo255, color: .bgr, order: .channelsLast)
    #expect(last.shape.dimensions == [1, 1, 2, 3])
    #expect(try last.elements(as: Float.self) == [51, 0, 255, 30, 20, 10])
    // 0.299·255 + 0.114·51 = 82.06; 0.299·10 + 0.587·20 + 0.114·30 = 18.15
    for order in [ChannelOrder.channelsFirst, .channelsLast] {
      let grey = try picture.tensor(range: .zeroTo255, color: .bgr, channels: 1, order: order)
      #expect(grey.shape.dimensions == (order == .channelsFirst ? [1, 1, 1, 2] : [1, 1, 2, 1]))
      #expect(try grey.elements(as: Float.self) == [82, 18])
    }
    let ends = try Picture(width: 1, height: 1, pixels: [0, 255, 51]).tensor(range: .minusOneToOne)
    #expect(try ends.elements(as: Float.self) == [-1, 1, (Float(0.2) - 0.5) * 2])
  }
}

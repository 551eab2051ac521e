import FerryMedia
import FerryTensor
import Foundation
import Testing

/// The committed pictures of golden/pictures and what is expected of each.
struct PictureCase: Decodable, Sendable, CustomTestStringConvertible {
  let file: String
  /// The .npy file with the expected bytes, height×width×3.
  let pixels: String?
  /// The first line of the expected refusal.
  let error: String?

  var testDescription: String { file }
  var path: String { Self.folder + file }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../golden/pictures/").standardized.path + "/"

  static let all: [PictureCase] = {
    struct List: Decodable { let cases: [PictureCase] }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "cases.json"))
      return try JSONDecoder().decode(List.self, from: data).cases
    } catch {
      Issue.record("cannot read golden/pictures/cases.json: \(error)")
      return []
    }
  }()
  static let readable = all.filter { $0.pixels != nil }
  static let refused = all.filter { $0.error != nil }

  static func bytes(_ file: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + file)))
  }
}

@Suite struct PictureCaseTests {
  @Test func everyCaseIsThere() {
    #expect(PictureCase.readable.count == 39)
    #expect(PictureCase.refused.count == 20)
  }

  @Test(arguments: PictureCase.readable)
  func decodesToTheExpectedBytes(_ picture: PictureCase) throws {
    let expected = try Tensor(npy: PictureCase.folder + #require(picture.pixels))
    let found = try Picture(contentsOf: picture.path)
    #expect(expected.shape.dimensions == [found.height, found.width, 3])
    #expect(try expected.elements(as: UInt8.self) == found.pixels)
  }

  @Test(arguments: PictureCase.refused)
  func isRefusedInTheExpectedWords(_ picture: PictureCase) throws {
    let error = try #require(throws: FerryError.self) { try Picture(contentsOf: picture.path) }
    #expect(error.code == .invalidPicture)
    #expect(error.message == picture.error)
    #expect(error.location.file == picture.path)
  }
}

import FerryPicture
import FerryTensor
import Foundation
import Testing

/// What golden/preprocessing holds.
struct PreprocessingGolden: Decodable, Sendable {
  /// A picture, and the digest of what it becomes by each method.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let kind: String
    let seed: UInt32
    /// width, height
    let from, to: [Int]
    let crc32: [String: String]

    var testDescription: String { "\(kind) \(from)→\(to)" }
  }

  /// A side and the digest of all results with 1 to 40 pixels on that side.
  struct Sweep: Decodable, Sendable {
    let axis: String
    let side: Int
    let crc32: [String: String]
  }

  struct Preparation: Decodable, Sendable, CustomTestStringConvertible {
    let method: String
    /// left, top, right, bottom
    let crop: [Int]
    /// width, height
    let to: [Int]
    let color, range, layout: String
    let mean, std: [Float]?
    let crc32: String

    var testDescription: String { "\(method) \(crop)→\(to) \(color) \(range) \(layout)" }
  }

  struct Array: Decodable, Sendable, CustomTestStringConvertible {
    let method, kind: String
    let seed: UInt32
    /// width, height
    let from, to: [Int]
    let array: String

    var testDescription: String { array }
  }

  let cases: [Case]
  let sweeps: [Sweep]
  let preparations: [Preparation]
  let arrays: [Array]
  /// Length, start, end, first element or −1, number of elements.
  let slices: [[Int]]?

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../golden/preprocessing/").standardized.path + "/"

  /// OpenCV and Pillow, and NumPy's slices.
  static let bytes = read("bytes.json")
  /// PyTorch.
  static let floats = read("floats.json")
  static let all = [bytes, floats]

  private static func read(_ file: String) -> PreprocessingGolden {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + file))
      return try JSONDecoder().decode(PreprocessingGolden.self, from: data)
    } catch {
      Issue.record("cannot read golden/preprocessing/\(file): \(error)")
      return PreprocessingGolden(cases: [], sweeps: [], preparations: [], arrays: [], slices: nil)
    }
  }

  /// The picture that `cases.picture` makes in Python.
  static func picture(_ kind: String, _ seed: UInt32, _ width: Int, _ height: Int) throws -> Picture {
    if kind == "photograph" {
      let whole = try Tensor(npy: folder + "photograph.npy")
      return try Picture(width: whole.shape[1], height: whole.shape[0], pixels: whole.elements())
        .cropped(to: PixelBox(left: 0, top: 0, right: width, bottom: height))
    }
    let pixels = (0..<width * height * 3).map { index in
      let byte = noise(UInt32(index) &+ seed &* 0x9E37_79B9)
      return kind == "noise" ? byte : (byte >> 7) * 255
    }
    return try Picture(width: width, height: height, pixels: pixels)
  }

  private static func noise(_ place: UInt32) -> UInt8 {
    var mixed = place
    mixed ^= mixed >> 16
    mixed &*= 0x7FEB_352D
    mixed ^= mixed >> 15
    mixed &*= 0x846C_A68B
    return UInt8(mixed >> 24)
  }
}

/// CRC-32 as zlib computes it.
struct Checksum {
  private var register: UInt32 = 0xFFFF_FFFF

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { register = Self.table[Int((register ^ UInt32(byte)) & 0xFF)] ^ register >> 8 }
  }

  mutating func add(_ tensor: Tensor) { tensor.withUnsafeBytes { add($0) } }

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(~register, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  static func of(_ tensor: Tensor) -> String {
    var checksum = Checksum()
    checksum.add(tensor)
    return checksum.text
  }
}

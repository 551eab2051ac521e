import FerryConvert
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// The committed Keras files: `golden/keras/forms/cases.json`.
struct KerasGoldens: Decodable {
  let ferryKerasGolden: Int
  let networks: [Network]

  /// One network in several file forms.
  struct Network: Decodable, CustomTestStringConvertible {
    let name: String
    /// The value before the last activation, by its name in files that name layers; nil if the network has none.
    let logits: String?
    /// Folders of golden cases.
    let cases: [String]
    /// The same network as tf2onnx wrote it.
    let onnx: String
    let forms: [Form]

    var testDescription: String { name }
  }

  struct Form: Decodable {
    let file: String
    let about: String
    /// What a file without a configuration is recognised as.
    let architecture: String?
    /// "batchx64x64x3"; for files without a configuration.
    let inputShape: String?
  }

  static let root = GoldenCases.root.appendingPathComponent("keras/forms")

  static let all: [Network] = {
    // An unreadable list gives no networks, which a test of its own notices.
    guard let data = try? Data(contentsOf: root.appendingPathComponent("cases.json")) else { return [] }
    return (try? JSONDecoder().decode(KerasGoldens.self, from: data).networks) ?? []
  }()

  /// Writes the file that `name`.gz holds into the folder: HDF5 is half padding, so it is committed packed.
  static func unpack(_ name: String, into folder: Folder) throws -> String {
    let packed = root.appendingPathComponent(name)
    let target = "\(folder.path)/\(packed.deletingPathExtension().lastPathComponent)"
    try #require(FileManager.default.createFile(atPath: target, contents: nil))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "--decompress", "--stdout", packed.path]
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "gzip cannot unpack \(name)")
    return target
  }
}

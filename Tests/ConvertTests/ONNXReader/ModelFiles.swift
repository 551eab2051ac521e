import FerryConvert
import FerryTensor
import Foundation
import Testing

/// A folder for one test's files, removed with this object.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ferry-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    // A new file, not a truncated one: some file systems flush the latter to disk when it is closed.
    unlink(file.path)
    try Data(bytes).write(to: file)
    return file.path
  }

  func read(_ bytes: [UInt8], limits: ONNXLimits = ONNXLimits()) throws -> ONNXModel {
    try ONNXModel(contentsOf: write("model.onnx", bytes), limits: limits)
  }

  /// The error that reading the bytes as a model throws.
  func failure(
    _ bytes: [UInt8], limits: ONNXLimits = ONNXLimits(), sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> FerryError {
    let path = try write("model.onnx", bytes)
    return try #require(throws: FerryError.self, sourceLocation: sourceLocation) {
      _ = try ONNXModel(contentsOf: path, limits: limits)
    }
  }

  /// The error's text as `ferry` prints it, with the folder left out.
  func words(_ error: FerryError) -> String { "\(error)".replacingOccurrences(of: path + "/", with: "") }
}

func readModel(_ bytes: [UInt8], limits: ONNXLimits = ONNXLimits()) throws -> ONNXModel {
  let folder = try Folder()
  return try folder.read(bytes, limits: limits)
}

/// Code and text of the error that reading the bytes throws.
func failure(
  _ bytes: [UInt8], limits: ONNXLimits = ONNXLimits(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> (code: FerryError.Code, words: String, error: FerryError) {
  let folder = try Folder()
  let error = try folder.failure(bytes, limits: limits, sourceLocation: sourceLocation)
  return (error.code, folder.words(error), error)
}

import Foundation
import Testing

/// Runs the built `ferry` as a person would.
struct Command {
  let status: Int32
  let output: String
  let errors: String

  @discardableResult
  init(_ arguments: [String], environment: [String: String] = [:], input: String? = nil) throws {
    let process = Process()
    process.executableURL = try Self.executable()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    let (out, err) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Both are small enough for a pipe's buffer, but standard output is read first all the same.
    let outData = out.fileHandleForReading.readDataToEndOfFile()
    let errData = err.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: outData, as: UTF8.self)
    errors = String(decoding: errData, as: UTF8.self)
  }

  /// The command stands beside the tests' own executable.
  static func executable() throws -> URL {
    let arguments = ProcessInfo.processInfo.arguments
    var candidates = [arguments.first ?? ""]
    if let index = arguments.firstIndex(of: "--test-bundle-path"), index + 1 < arguments.count {
      candidates.append(arguments[index + 1])
    }
    for candidate in candidates {
      let url = URL(fileURLWithPath: candidate).deletingLastPathComponent().appendingPathComponent("ferry")
      if FileManager.default.isExecutableFile(atPath: url.path) { return url }
    }
    throw Missing(candidates: candidates)
  }

  struct Missing: Error { let candidates: [String] }
}

/// A folder that goes when the test does.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ferry-cli-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("golden").path

import FerryMedia
import FerryTensor
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A folder for a test's files, which goes with the last reference.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ferry-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, _ bytes: [UInt8] = []) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  /// A shell script that takes the place of ffmpeg.
  func program(_ script: String) throws -> VideoTools {
    let file = path + "/program"
    // Another process writes it: what a test beside this one starts meanwhile would inherit the open file, and Linux
    // starts no program that is open for writing.
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = [
      "-c", #"printf '%s\n' '#!/bin/sh' "$1" >"$2" && chmod 755 "$2""#, "sh", script, file,
    ]
    try writer.run()
    writer.waitUntilExit()
    try #require(writer.terminationStatus == 0)
    return VideoTools(ffmpeg: file, ffprobe: file)
  }

  /// Whether the installed ffmpeg has this encoder, which not every one has.
  static func encodes(_ encoder: String) -> Bool {
    let encode = ["-f", "lavfi", "-i", "color=s=64x64:d=0.1", "-c:v", encoder, "-f", "null", "-"]
    return (try? TestFolder().run(encode)) == 0
  }

  /// Runs the installed ffmpeg in this folder.
  func ffmpeg(_ arguments: [String]) throws {
    try #require(run(arguments) == 0, "scripts/setup installs ffmpeg")
  }

  private func run(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [VideoTools.configured.ffmpeg, "-nostdin", "-v", "error", "-y"] + arguments
    process.standardError = FileHandle.nullDevice
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// A video whose every pixel is known.
struct VideoFixture {
  let folder: TestFolder
  let path: String
  let frames: [Picture]

  /// Noise, so that every byte counts, in an encoding without loss.
  init(
    _ count: Int, width: Int = 37, height: Int = 29, name: String = "noise.mkv",
    encoding: [String] = ["-c:v", "ffv1", "-pix_fmt", "gbrp"], seed: UInt64 = 1
  ) throws {
    var generator = SplitMix(seed: seed)
    frames = try (0..<count).map { _ in
      let pixels = (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) }
      return try Picture(width: width, height: height, pixels: pixels)
    }
    folder = try TestFolder()
    _ = try folder.file("raw", frames.flatMap(\.pixels))
    try folder.ffmpeg(
      ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "\(width)x\(height)", "-r", "25", "-i", "raw"] + encoding + [
        "file:" + name
      ])
    path = folder.path + "/" + name
  }

  /// What is there after a copy that broke off.
  func cut(to part: Double) throws -> String {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    return try folder.file("cut", [UInt8](bytes.prefix(Int(Double(bytes.count) * part))))
  }
}

extension VideoInformation {
  /// Of a video that no file holds, for programs that take the place of ffmpeg.
  static func imagined(width: Int, height: Int) throws -> VideoInformation {
    try VideoInformation(
      path: "imagined.mkv", description: Array(#"{"streams":[{"width":\#(width),"height":\#(height)}]}"#.utf8))
  }
}

extension VideoReader {
  var all: [Frame] {
    get async throws {
      var frames: [Frame] = []
      for try await frame in self { frames.append(frame) }
      return frames
    }
  }

  /// Whether the process is gone, and not even a zombie.
  var isProcessGone: Bool {
    guard let processIdentifier else { return false }
    return kill(processIdentifier, 0) == -1 && errno == ESRCH
  }
}

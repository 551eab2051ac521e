import FerryMedia
import FerryTensor
import Foundation
import Testing

/// What becomes of the process. Scripts take ffmpeg's place where it would have to misbehave.
@Suite struct VideoProcessTests {
  private func reader(
    _ script: String, in folder: TestFolder, width: Int = 8, height: Int = 8, timeout: Duration = .seconds(60),
    frames: FrameSelection = .all
  ) throws -> VideoReader {
    try VideoReader(
      .imagined(width: width, height: height), frames: frames,
      options: VideoOptions(stallTimeout: timeout, tools: folder.program(script)))
  }

  /// Waits for what comes soon, and in the end for a long time.
  private func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<3000 {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test(arguments: ["exec cat /dev/zero", "exec sleep 600", "head -c 192 /dev/zero; exec sleep 600"])
  func cancellationEndsIt(_ script: String) async throws {
    let folder = try TestFolder()
    let reader = try reader(script, in: folder)
    let task = Task { for try await _ in reader {} }
    #expect(try await eventually { reader.processIdentifier != nil })
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(reader.isProcessGone)
  }

  /// While the reader waits for room, and not for ffmpeg.
  @Test func cancellationOfASlowUserEndsIt() async throws {
    let folder = try TestFolder()
    let reader = try reader("exec cat /dev/zero", in: folder)
    let task = Task {
      for try await _ in reader { try? await Task.sleep(for: .seconds(600)) }
    }
    #expect(try await eventually { reader.frameCount == 1 })
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await eventually { reader.isProcessGone })
  }

  @Test func leavingTheLoopEndsIt() async throws {
    let folder = try TestFolder()
    let reader = try reader("exec cat /dev/zero", in: folder)
    for try await frame in reader where frame.index == 3 { break }
    #expect(reader.frameCount == 4)
    #expect(try await eventually { reader.isProcessGone })
  }

  /// cat would never end by itself. What was said on the way is of no interest.
  @Test func lastWantedFrameEndsIt() async throws {
    let folder = try TestFolder()
    let reader = try reader("echo hm >&2; exec cat /dev/zero", in: folder, frames: .only([2, 9]))
    #expect(try await reader.all.map(\.index) == [2, 9])
    #expect(reader.isProcessGone)
    #expect(reader.complaints.isEmpty)
  }

  /// A frame is larger than the pipe, so that each that is written was asked for.
  @Test func framesAreReadAsTheyAreUsed() async throws {
    let folder = try TestFolder()
    let count = folder.path + "/count"
    let reader = try reader(
      "while head -c 1228800 /dev/zero; do echo >> \(count); done", in: folder, width: 640, height: 640)
    func written() -> Int { (try? Data(contentsOf: URL(fileURLWithPath: count)).count) ?? 0 }
    for try await frame in reader {
      #expect(frame.picture.pixels.count == 1_228_800)
      #expect(try await eventually { written() > 0 })
      try await Task.sleep(for: .milliseconds(500))
      break
    }
    // One was used, one lay ready, one waited, and one was being written.
    #expect(written() <= 3)
  }

  /// With time to say something on a busy machine, where that is looked at.
  @Test(arguments: [
    ("exec sleep 600", "for 0.3 seconds", 300), ("head -c 192 /dev/zero; exec sleep 600", "for 0.3 seconds", 300),
    ("echo it rained >&2; exec sleep 600", "for 3.0 seconds; ffmpeg says: it rained", 3000),
  ])
  func stuckProgramIsKilled(_ script: String, _ ending: String, _ milliseconds: Int) async throws {
    let folder = try TestFolder()
    let reader = try reader(script, in: folder, timeout: .milliseconds(milliseconds))
    let error = try await #require(throws: FerryError.self) { try await reader.all }
    #expect(error.code == .invalidVideo)
    #expect(error.message.hasPrefix("ffmpeg is stuck: nothing came after"))
    #expect(error.message.hasSuffix(ending), "\(error.message)")
    #expect(reader.isProcessGone)

    let file = try folder.file("video.mkv", [1])
    let options = VideoOptions(stallTimeout: .milliseconds(300), tools: try folder.program("exec sleep 600"))
    let probe = await #expect(throws: FerryError.self) {
      try await VideoInformation(contentsOf: file, options: options)
    }
    #expect(probe?.code == .invalidVideo)
    #expect(probe?.message.hasPrefix("ffprobe is stuck") == true)
  }

  /// The time that frames are used for is none that ffmpeg is stuck.
  @Test func slowUserIsNoStall() async throws {
    let folder = try TestFolder()
    let reader = try reader("head -c 576 /dev/zero", in: folder, timeout: .milliseconds(400))
    for try await _ in reader { try await Task.sleep(for: .milliseconds(700)) }
    #expect(reader.frameCount == 3)
  }

  @Test func crashAfterFramesIsTheirEnd() async throws {
    let folder = try TestFolder()
    let reader = try reader("head -c 500 /dev/zero; kill -SEGV $$", in: folder)
    #expect(try await reader.all.count == 2)
    #expect(reader.complaints == ["the program was ended by signal 11"])
  }

  @Test func failureWithoutAFrameIsAnError() async throws {
    let folder = try TestFolder()
    let reader = try reader("echo '[ffv1 @ 0x55dc27] no luck' >&2; echo '  ' >&2; echo and >&2; exit 3", in: folder)
    let error = try await #require(throws: FerryError.self) { try await reader.all }
    #expect(error.code == .invalidVideo)
    #expect(error.message == "no frame of the video can be decoded; ffmpeg says: [ffv1] no luck; and")
    #expect(reader.complaints == ["[ffv1] no luck", "and", "the program ended with exit code 3"])
  }

  /// More than a pipe holds, and far more than is worth keeping.
  @Test func endlessComplaintsAreBounded() async throws {
    let folder = try TestFolder()
    let reader = try reader("yes '[h264 @ 0x1] complaint' | head -n 150000 >&2; echo last >&2; exit 1", in: folder)
    let error = try await #require(throws: FerryError.self) { try await reader.all }
    #expect(error.message == "no frame of the video can be decoded; ffmpeg says: [h264] complaint; last")
    #expect((1..<9000).contains(reader.complaints.joined().utf8.count))
  }

  /// No other file, no network, no terminal; and the options come before the file that they are for.
  @Test func programIsRestrained() async throws {
    let folder = try TestFolder()
    let words = folder.path + "/words"
    let options = VideoOptions(threads: 3, tools: try folder.program("for word; do echo \"$word\"; done > \(words)"))
    _ = try await VideoReader(.imagined(width: 8, height: 8), options: options).all
    let arguments = try String(contentsOfFile: words, encoding: .utf8).split(separator: "\n").map(String.init)
    let input = try #require(arguments.firstIndex(of: "-i"))
    #expect(arguments[input + 1] == "file:imagined.mkv")
    let before = arguments[..<input]
    for pair in [["-protocol_whitelist", "file,pipe"], ["-threads", "3"], ["-max_pixels", "100000000"]] {
      #expect(zip(before, before.dropFirst()).contains { [$0, $1] == pair })
    }
    #expect(before.contains("-nostdin") && before.contains("-format_whitelist"))
    #expect(arguments.last == "pipe:1")
  }

  @Test func missingProgramsAreNamed() async throws {
    let folder = try TestFolder()
    let tools = VideoTools(ffmpeg: folder.path + "/ffmpeg", ffprobe: folder.path + "/ffprobe")
    let file = try folder.file("video.mkv", [1])
    let error = try await #require(throws: FerryError.self) {
      try await VideoInformation(contentsOf: file, options: VideoOptions(tools: tools))
    }
    #expect(error.code == .missingTool)
    #expect(error.message == "the program \(folder.path)/ffprobe, which reads videos, is not installed")
    #expect(error.hint?.contains("FERRY_FFMPEG") == true)
    let reader = try VideoReader(.imagined(width: 8, height: 8), options: VideoOptions(tools: tools))
    let other = await #expect(throws: FerryError.self) { try await reader.all }
    #expect(other?.code == .missingTool)
  }
}

import FerryMedia
import FerryTensor
import Foundation
import Testing

@Suite struct VideoFrameTests {
  @Test(arguments: ["gbrp", "bgr0"])
  func losslessFramesComeBitForBit(_ format: String) async throws {
    let fixture = try VideoFixture(12, encoding: ["-c:v", "ffv1", "-pix_fmt", format])
    let information = try await VideoInformation(contentsOf: fixture.path)
    #expect(information.width == 37 && information.height == 29)
    #expect(information.declaredFrameCount == 12)
    #expect(information.codec == "ffv1" && information.rotation == 0 && information.framesPerSecond == 25)
    let reader = try VideoReader(information)
    let frames = try await reader.all
    #expect(frames.map(\.index) == Array(0..<12))
    #expect(frames.map(\.picture) == fixture.frames)
    #expect(reader.frameCount == 12)
    #expect(reader.complaints.isEmpty)
    #expect(reader.isProcessGone)
    // A second loop begins anew.
    #expect(try await reader.all == frames)
    #expect(reader.frameCount == 12)
  }

  @Test(arguments: [
    (FrameSelection.from(0), Array(0..<12)), (.from(5), Array(5..<12)), (.from(11), [11]), (.from(12), []),
    (.only([0]), [0]), (.only([0, 3, 4, 5, 11]), [0, 3, 4, 5, 11]), (.only([7, 12, 13]), [7]), (.only([]), []),
  ])
  func selectedFramesComeWithTheirIndexes(_ selection: FrameSelection, _ expected: [Int]) async throws {
    let fixture = try VideoFixture(12)
    let reader = try await VideoReader(VideoInformation(contentsOf: fixture.path), frames: selection)
    let frames = try await reader.all
    #expect(frames.map(\.index) == expected)
    #expect(frames.map(\.picture) == expected.map { fixture.frames[$0] })
    #expect(reader.frameCount == expected.count)
  }

  /// More conditions than ffmpeg takes in a row, and more than are put into its filter.
  @Test(arguments: [530, 2010])
  func manyScatteredFramesCome(_ count: Int) async throws {
    let fixture = try VideoFixture(count, width: 8, height: 8)
    let expected = Array(stride(from: 3, to: count, by: 2))
    let reader = try await VideoReader(VideoInformation(contentsOf: fixture.path), frames: .only(expected))
    let frames = try await reader.all
    #expect(frames.map(\.index) == expected)
    #expect(frames.map(\.picture) == expected.map { fixture.frames[$0] })
  }

  @Test(arguments: [FrameSelection.from(-1), .only([-1, 2]), .only([3, 3]), .only([4, 2]), .only([1 << 40])])
  func wrongIndexesAreRefused(_ selection: FrameSelection) throws {
    let information = try VideoInformation.imagined(width: 4, height: 4)
    let error = #expect(throws: FerryError.self) { try VideoReader(information, frames: selection) }
    #expect(error?.code == .usage)
  }

  @Test func brokenOffVideoSimplyEnds() async throws {
    let fixture = try VideoFixture(12)
    let information = try await VideoInformation(contentsOf: fixture.cut(to: 0.6))
    #expect(information.declaredFrameCount == 12)
    let reader = try VideoReader(information)
    let frames = try await reader.all
    #expect((4...8).contains(frames.count))
    #expect(reader.frameCount == frames.count)
    // The last one may be cut off itself.
    #expect(frames.dropLast().map(\.picture) == Array(fixture.frames.prefix(frames.count - 1)))
    #expect(reader.complaints.contains { $0.hasPrefix("[matroska,webm] File ended prematurely") })
  }

  /// A pipeline says it where faces are too few.
  @Test func aSourceOfFramesSaysThatTheVideoBreaksOff() async throws {
    let fixture = try VideoFixture(12)
    let source = try await VideoFrames(contentsOf: fixture.cut(to: 0.6))
    for try await _ in source.frames(.only([0, 11])) {}
    let complaint = try #require((source as any FrameSource).complaint)
    #expect(complaint.hasPrefix("ffmpeg says: [matroska,webm] File ended prematurely"), "\(complaint)")
    #expect(!complaint.contains("\n"))
    // Of what was asked for last.
    for try await _ in source.frames(.only([0])) {}
    #expect(source.complaint == nil)
  }

  /// PNG in QuickTime: RGB without loss, in a container that knows rotations.
  @Test func framesAreTurnedUpright() async throws {
    let fixture = try VideoFixture(2, name: "stored.mov", encoding: ["-c:v", "png", "-pix_fmt", "rgb24"])
    // ffmpeg 5 has one way to say it, later ones the other.
    try fixture.folder.ffmpeg(["-i", "stored.mov", "-c", "copy", "-metadata:s:v:0", "rotate=90", "turned.mov"])
    let turned = fixture.folder.path + "/turned.mov"
    if try await VideoInformation(contentsOf: turned).rotation == 0 {
      try fixture.folder.ffmpeg(["-display_rotation", "90", "-i", "stored.mov", "-c", "copy", "turned.mov"])
    }
    let information = try await VideoInformation(contentsOf: turned)
    #expect(information.rotation == 270)
    #expect(information.width == 29 && information.height == 37)
    let frames = try await VideoReader(information).all
    #expect(frames.count == 2)
    for (frame, stored) in zip(frames, fixture.frames) {
      // A quarter counterclockwise: what was on the right is on top.
      var expected: [UInt8] = []
      for y in 0..<37 {
        for x in 0..<29 {
          let start = (x * 37 + 36 - y) * 3
          expected += stored.pixels[start..<start + 3]
        }
      }
      #expect(frame.picture.pixels == expected)
    }
  }

  @Test(arguments: ["noise.avi", "noise.mp4"])
  func otherContainersAreRead(_ name: String) async throws {
    let lossless = name.hasSuffix("avi")
    let fixture = try VideoFixture(
      30, width: 64, height: 48, name: name,
      encoding: lossless ? ["-c:v", "ffv1", "-pix_fmt", "bgr0"] : ["-c:v", "mpeg4"])
    let information = try await VideoInformation(contentsOf: fixture.path)
    #expect(information.declaredFrameCount == 30)
    let frames = try await VideoReader(information).all
    #expect(frames.map(\.index) == Array(0..<30))
    if lossless { #expect(frames.map(\.picture) == fixture.frames) }
  }

  /// One colour, by the formula that the matrix stands for: R = Y' + 2(1 − Kr)·Cr, G and B likewise.
  @Test(arguments: [("bt709", 0.2126, 0.0722), ("smpte170m", 0.299, 0.114), (nil, 0.299, 0.114)])
  func theColourMatrixOfTheFileCounts(_ tag: String?, _ kr: Double, _ kb: Double) async throws {
    let (y, cb, cr) = (120, 90, 180)
    let folder = try TestFolder()
    let planes = [y, cb, cr].flatMap { [UInt8](repeating: UInt8($0), count: 32 * 32) }
    _ = try folder.file("raw", planes + planes)
    try folder.ffmpeg(
      ["-f", "rawvideo", "-pix_fmt", "yuv444p", "-s", "32x32", "-r", "10", "-i", "raw", "-c:v", "ffv1"]
        + (tag.map { ["-colorspace", $0] } ?? []) + ["tagged.mkv"])
    let frames = try await VideoReader(VideoInformation(contentsOf: folder.path + "/tagged.mkv")).all
    #expect(frames.count == 2)
    let luma = Double(y - 16) * 255 / 219
    let (blue, red) = (Double(cb - 128) * 255 / 224, Double(cr - 128) * 255 / 224)
    let expected = [
      luma + 2 * (1 - kr) * red,
      luma - 2 * (1 - kr) * kr / (1 - kr - kb) * red - 2 * (1 - kb) * kb / (1 - kr - kb) * blue,
      luma + 2 * (1 - kb) * blue,
    ]
    for (place, byte) in try #require(frames.first).picture.pixels.enumerated() {
      #expect(abs(Double(byte) - expected[place % 3]) <= 2)
    }
  }

  /// A stream may change its size on the way; frames keep that of the header, and are counted on.
  @Test func changedSizeIsScaled() async throws {
    let first = try VideoFixture(6, width: 64, height: 48, name: "first.ts", encoding: ["-c:v", "mpeg2video"])
    let second = try VideoFixture(6, width: 32, height: 24, name: "second.ts", encoding: ["-c:v", "mpeg2video"])
    let bytes = try [first, second].map { try Data(contentsOf: URL(fileURLWithPath: $0.path)) }
    let path = try first.folder.file("both.ts", [UInt8](bytes[0] + bytes[1]))
    let information = try await VideoInformation(contentsOf: path)
    let all = try await VideoReader(information).all
    // Where the streams meet, a frame may get lost.
    try #require((11...12).contains(all.count))
    #expect(all.allSatisfy { $0.picture.width == 64 && $0.picture.height == 48 })
    let some = try await VideoReader(information, frames: .only([2, 8, 10])).all
    #expect(some == [all[2], all[8], all[10]])
  }

  @Test(.enabled(if: TestFolder.encodes("libx264")))
  func movingPictureIsFollowed() async throws {
    let folder = try TestFolder()
    // A bright square on black that goes 4 pixels to the right each frame.
    let pixels = (0..<30).flatMap { frame in
      (0..<64).flatMap { y in
        (0..<160).flatMap { x in
          [UInt8](repeating: (24..<40).contains(y) && (4 * frame..<4 * frame + 16).contains(x) ? 255 : 0, count: 3)
        }
      }
    }
    _ = try folder.file("raw", pixels)
    try folder.ffmpeg([
      "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "160x64", "-r", "30", "-i", "raw", "-c:v", "libx264", "-pix_fmt",
      "yuv420p", "-g", "10", "moving.mp4",
    ])
    let information = try await VideoInformation(contentsOf: folder.path + "/moving.mp4")
    #expect(information.declaredFrameCount == 30 && information.codec == "h264")
    let all = try await VideoReader(information).all
    #expect(all.map(\.index) == Array(0..<30))
    for frame in all {
      let row = frame.picture.pixels[32 * 160 * 3..<33 * 160 * 3]
      let bright = stride(from: row.startIndex, to: row.endIndex, by: 3).filter { row[$0] > 128 }
      #expect(bright.map { ($0 - row.startIndex) / 3 } == Array(4 * frame.index..<4 * frame.index + 16))
    }
    #expect(try await VideoReader(information, frames: .only([0, 13, 29])).all == [all[0], all[13], all[29]])
  }

  @Test func severalAreReadAtOnce() async throws {
    let fixtures = try (1...4).map { try VideoFixture(8, width: 50, height: 40, seed: $0) }
    try await withThrowingTaskGroup(of: (Int, [Picture]).self) { group in
      for (index, fixture) in fixtures.enumerated() {
        let path = fixture.path
        group.addTask {
          (index, try await VideoReader(VideoInformation(contentsOf: path)).all.map(\.picture))
        }
      }
      for try await (index, pictures) in group { #expect(pictures == fixtures[index].frames) }
    }
  }
}

@Suite struct VideoRefusalTests {
  @Test func largeFramesAreRefusedBeforeDecoding() async throws {
    let fixture = try VideoFixture(2)
    let error = await #expect(throws: FerryError.self) {
      try await VideoInformation(contentsOf: fixture.path, options: .init(limits: .init(pixelCount: 37 * 29 - 1)))
    }
    #expect(error?.code == .invalidVideo)
    #expect(error?.message == "the frames have 37x29 pixels, too large to be read")
    #expect(error?.supported == "at most 1072 pixels")
    let information = try await VideoInformation(
      contentsOf: fixture.path, options: .init(limits: .init(pixelCount: 37 * 29)))
    #expect(information.width == 37)
  }

  @Test func whatIsNoVideoIsRefusedInWords() async throws {
    let folder = try TestFolder()
    let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n"
    let cases: [(String, [UInt8], String)] = [
      ("text.mkv", Array("no video at all".utf8), "the file cannot be read as a video; ffprobe says: "),
      ("empty.mp4", [], "the file cannot be read as a video; ffprobe says: "),
      ("list.m3u8", Array(playlist.utf8), "the file has the format hls, which Ferry does not read as a video"),
      (
        "list.mkv", Array("ffconcat version 1.0\nfile other.mkv\n".utf8),
        "the file has the format concat, which Ferry does not read as a video"
      ),
    ]
    for (name, bytes, message) in cases {
      let path = try folder.file(name, bytes)
      let error = try await #require(throws: FerryError.self) { try await VideoInformation(contentsOf: path) }
      #expect(error.code == .invalidVideo)
      #expect(error.message.hasPrefix(message), "\(name): \(error.message)")
      #expect(error.location.file == path)
    }
    for (path, code) in [(folder.path + "/none.mkv", FerryError.Code.fileNotFound), (folder.path, .fileUnreadable)] {
      let error = await #expect(throws: FerryError.self) { try await VideoInformation(contentsOf: path) }
      #expect(error?.code == code)
    }
  }

  @Test func soundAloneIsNoVideo() async throws {
    let folder = try TestFolder()
    try folder.ffmpeg(["-f", "lavfi", "-i", "sine=d=0.2", "-c:a", "flac", "sound.mkv"])
    let error = await #expect(throws: FerryError.self) {
      try await VideoInformation(contentsOf: folder.path + "/sound.mkv")
    }
    #expect(error?.message == "the file has no video stream")
  }

  /// The words that ffmpeg is started with: no name is an option or an address.
  @Test func namesAreOnlyNames() {
    for name in ["-i.mkv", "http://host/a.mkv", "concat:a|b", "a b.mkv"] {
      #expect(FFmpegArguments.description(of: name, VideoOptions()).last == "file:" + name)
    }
  }

  @Test func oddNamesWork() async throws {
    let fixture = try VideoFixture(2, name: "a b'c:%d,;[x]é.mkv")
    #expect(try await VideoReader(VideoInformation(contentsOf: fixture.path)).all.map(\.picture) == fixture.frames)
  }

  @Test func kindIsToldByContent() async throws {
    let fixture = try VideoFixture(
      2, name: "video.png", encoding: ["-c:v", "ffv1", "-pix_fmt", "gbrp", "-f", "matroska"])
    guard case .video(let information) = try await MediaKind(contentsOf: fixture.path) else {
      Issue.record("no video")
      return
    }
    #expect(information.declaredFrameCount == 2)
    for (file, name) in [("rgb.png", "png.mp4"), ("444.jpg", "jpeg.txt")] {
      #expect(try await MediaKind(contentsOf: fixture.folder.file(name, PictureCase.bytes(file))) == .picture)
    }
    let gif = try fixture.folder.file("gif.mp4", Array("GIF89a, and then nothing".utf8))
    let error = await #expect(throws: FerryError.self) { try await MediaKind(contentsOf: gif) }
    #expect(error?.code == .invalidPicture)
    #expect(error?.message == "this is a GIF file, which Ferry does not read")
    let text = try fixture.folder.file("text.png", Array("some words".utf8))
    let other = await #expect(throws: FerryError.self) { try await MediaKind(contentsOf: text) }
    #expect(other?.code == .invalidVideo)
  }
}

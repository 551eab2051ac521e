import FerryMedia
import FerryTensor
import Testing

/// Numbers that OpenCV 4.8 gives were asked of it for files with such headers.
@Suite struct VideoDescriptionTests {
  private func information(_ stream: String, _ format: String = "{}") throws -> VideoInformation {
    let json = #"{"streams":[{"width":64,"height":48,\#(stream)}],"format":\#(format)}"#
    return try VideoInformation(path: "a.mkv", description: Array(json.utf8))
  }

  @Test(arguments: [
    // Counted in the file.
    (#""nb_frames":"17","r_frame_rate":"25/1""#, #"{"duration":"100.000000"}"#, 17),
    // Duration times rate, rounded to the nearest.
    (#""r_frame_rate":"30000/1001","avg_frame_rate":"30000/1001""#, #"{"duration":"2.002000"}"#, 60),
    (#""r_frame_rate":"30/1""#, #"{"duration":"1.016000"}"#, 30),
    (#""r_frame_rate":"30/1""#, #"{"duration":"1.017000"}"#, 31),
    (#""nb_frames":"0","r_frame_rate":"25/1""#, #"{"duration":"1.000000"}"#, 25),
    // The stream's own duration where the container has none.
    (#""r_frame_rate":"25/1","time_base":"1/90000","duration_ts":180000"#, "{}", 50),
    (#""r_frame_rate":"25/1","time_base":"1/90000","duration_ts":180000"#, #"{"duration":"0.000000"}"#, 50),
    // A lowest rate that is no rate.
    (#""r_frame_rate":"1000/1","avg_frame_rate":"24/1""#, #"{"duration":"2.000000"}"#, 48),
    (#""r_frame_rate":"0/0","avg_frame_rate":"24/1""#, #"{"duration":"2.000000"}"#, 48),
    // Fields, which only the decoder knows.
    (#""r_frame_rate":"50/1","avg_frame_rate":"25/1","field_order":"tt""#, #"{"duration":"2.000000"}"#, 50),
    (#""r_frame_rate":"50/1","avg_frame_rate":"25/1","field_order":"progressive""#, #"{"duration":"2.000000"}"#, 100),
    (#""r_frame_rate":"0/0","avg_frame_rate":"0/0","time_base":"1/10""#, #"{"duration":"2.000000"}"#, 20),
    // Nothing at all, and what cannot be.
    (#""codec_name":"h264""#, "{}", 0),
    (#""nb_frames":"-5""#, "{}", 0),
    (#""nb_frames":"many","r_frame_rate":"25/0","time_base":"x""#, #"{"duration":"inf"}"#, 0),
    (#""r_frame_rate":"1e300/1""#, #"{"duration":"1e300"}"#, 0),
  ])
  func frameCountIsThatOfOpenCV(_ stream: String, _ format: String, _ expected: Int) throws {
    #expect(try information(stream, format).declaredFrameCount == expected)
  }

  @Test(arguments: [(90, 270), (-90, 90), (180, 180), (-180, 180), (0, 0), (45, 0)])
  func rotationCountsClockwise(_ angle: Int, _ rotation: Int) throws {
    let found = try information(#""side_data_list":[{},{"rotation":\#(angle)}]"#)
    #expect(found.rotation == rotation)
    #expect(found.width == (rotation % 180 == 0 ? 64 : 48))
    #expect(found.height == (rotation % 180 == 0 ? 48 : 64))
  }

  @Test(arguments: [
    ("", "ffprobe's description of the file cannot be read"),
    ("{}", "ffprobe's description of the file cannot be read"),
    (#"{"streams":[]}"#, "the file has no video stream"),
    (#"{"streams":[{"width":0,"height":5}]}"#, "the file does not say how large the frames are"),
    (#"{"streams":[{"height":5}]}"#, "the file does not say how large the frames are"),
    (#"{"streams":[{"width":9223372036854775807,"height":9}]}"#, "the frames have 9223372036854775807x9 pixels"),
  ])
  func nonsenseIsRefused(_ json: String, _ message: String) throws {
    let error = try #require(throws: FerryError.self) {
      try VideoInformation(path: "a.mkv", description: Array(json.utf8))
    }
    #expect(error.code == .invalidVideo)
    #expect(error.message.hasPrefix(message))
  }

  @Test func toolsAreFoundBesideEachOther() throws {
    let folder = try TestFolder()
    let inside = VideoTools(ffmpeg: folder.path + "/ffmpeg", ffprobe: folder.path + "/ffprobe")
    #expect(VideoTools(named: folder.path) == inside)
    #expect(
      VideoTools(named: "/usr/local/bin/ffmpeg")
        == VideoTools(ffmpeg: "/usr/local/bin/ffmpeg", ffprobe: "/usr/local/bin/ffprobe"))
    #expect(
      VideoTools(named: "/usr/local/ffmpeg-7")
        == VideoTools(ffmpeg: "/usr/local/ffmpeg-7", ffprobe: "/usr/local/ffprobe-7"))
    #expect(
      VideoTools(named: "/usr/local/other")
        == VideoTools(ffmpeg: "/usr/local/other", ffprobe: "/usr/local/ffprobe"))
    #expect(VideoTools(named: "ffmpeg7") == VideoTools(ffmpeg: "ffmpeg7", ffprobe: "ffprobe7"))
    #expect(VideoTools(named: "") == VideoTools(ffmpeg: "ffmpeg", ffprobe: "ffprobe"))
  }
}

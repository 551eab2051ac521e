/// The words that ffmpeg and ffprobe are started with, so that a file can make them read no other file and nothing of a
/// network, and so that no file name is taken for an option or an address.
package enum FFmpegArguments {
  /// Before the file, for both programs.
  static func restraint(_ options: VideoOptions) -> [String] {
    [
      "-v", "error", "-hide_banner", "-protocol_whitelist", "file,pipe",
      "-format_whitelist", containers.joined(separator: ","), "-max_pixels", "\(options.limits.pixelCount)",
    ]
  }

  static func file(_ path: String) -> String { "file:" + path }

  /// The demuxers that may read a file: those of containers and bare streams. Not among them are playlists and scripts,
  /// which name other files, and pictures.
  static let containers = [
    "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "mpegvideo", "mpegtsraw",
    "flv", "live_flv", "asf", "ogg", "rm", "mxf", "nut", "dv", "ivf", "yuv4mpegpipe", "h264", "hevc", "m4v", "av1",
    "obu", "vc1", "h263", "wtv", "gxf", "swf", "amv", "4xm", "bink", "smk", "roq", "flic", "mjpeg",
  ]

  /// ffmpeg that writes the wanted frames as RGB to its standard output.
  static func frames(of video: VideoInformation, _ plan: FramePlan, _ options: VideoOptions) -> [String] {
    // What OpenCV does with a frame: swscale's bicubic conversion (how chroma is enlarged) with the colour matrix that
    // the file names, or that of BT.601 where it names none, and the rotation after it. The size is that of the header,
    // so that a stream that changes its size still gives frames of one size, and its filters go on counting.
    let scale = "scale=\(video.storedWidth):\(video.storedHeight):flags=bicubic"
    let filters = [plan.filter, scale, "format=rgb24"].compactMap(\.self).joined(separator: ",")
    return ["-nostdin"] + restraint(options) + (options.threads.map { ["-threads", "\(max(1, $0))"] } ?? [])
      + ["-noautorotate", "-reinit_filter", "0", "-i", file(video.path), "-map", "0:V:0"]
      + (plan.pipedCount.map { ["-frames:v", "\($0)"] } ?? [])
      // Every decoded frame once, whatever the times say.
      + ["-fps_mode", "passthrough", "-vf", filters, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
  }

  /// ffprobe that describes the first video stream (and not a cover picture) as JSON.
  package static func description(of path: String, _ options: VideoOptions) -> [String] {
    restraint(options) + [
      "-select_streams", "V:0", "-of", "json", "-show_entries",
      "stream=codec_name,width,height,r_frame_rate,avg_frame_rate,time_base,nb_frames,duration_ts,field_order"
        + ":stream_side_data=rotation:format=format_name,duration",
      file(path),
    ]
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The two programs of the ffmpeg project that read videos (5.1 or newer). No library of theirs is linked: a file that
/// crashes a decoder ends a process that holds nothing.
public struct VideoTools: Sendable, Equatable {
  /// Names that are looked for in PATH, or paths.
  public let ffmpeg, ffprobe: String

  public init(ffmpeg: String = "ffmpeg", ffprobe: String = "ffprobe") {
    self.ffmpeg = ffmpeg
    self.ffprobe = ffprobe
  }

  /// What the environment variable FERRY_FFMPEG names: a folder that holds both programs, or the program ffmpeg with
  /// ffprobe beside it. Without it, those that PATH finds.
  public static var configured: VideoTools {
    guard let value = getenv("FERRY_FFMPEG") else { return VideoTools() }
    return VideoTools(named: String(cString: value))
  }

  package init(named place: String) {
    guard !place.isEmpty else {
      self.init()
      return
    }
    var status = stat()
    if stat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      self.init(ffmpeg: place + "/ffmpeg", ffprobe: place + "/ffprobe")
      return
    }
    let nameStart = place.lastIndex(of: "/").map(place.index(after:)) ?? place.startIndex
    let (folder, name) = (place[..<nameStart], place[nameStart...])
    // A name such as ffmpeg-7 has its ffprobe-7.
    let probe = name.hasPrefix("ffmpeg") ? "ffprobe" + name.dropFirst("ffmpeg".count) : "ffprobe"
    self.init(ffmpeg: place, ffprobe: folder + probe)
  }
}

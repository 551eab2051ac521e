import FerryPicture

/// How a video is read.
public struct VideoOptions: Sendable {
  /// What is refused before anything is decoded: the pixels of one frame.
  public var limits: Picture.Limits
  /// How long ffmpeg may say nothing before it counts as stuck and is killed. Frames that it passes over are given
  /// `stallTimePerSkippedFrame` each on top of it, for nothing is written meanwhile.
  public var stallTimeout: Duration
  /// How many threads ffmpeg decodes with; nil leaves it to ffmpeg, which takes as many as there are processors.
  public var threads: Int?
  /// The programs that do the work.
  public var tools: VideoTools

  public init(
    limits: Picture.Limits = Picture.Limits(), stallTimeout: Duration = .seconds(60), threads: Int? = nil,
    tools: VideoTools = .configured
  ) {
    self.limits = limits
    self.stallTimeout = stallTimeout
    self.threads = threads
    self.tools = tools
  }

  /// A slow machine takes as long as this for a frame of a large video.
  static let stallTimePerSkippedFrame = Duration.milliseconds(250)
}

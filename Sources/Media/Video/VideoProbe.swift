import FerryPicture
import FerryTensor
import FoundationEssentials
import Subprocess

extension VideoInformation {
  /// Asks ffprobe what the file's header says.
  ///
  /// - Throws: `fileNotFound`, `fileUnreadable`; `missingTool` if ffprobe is not installed; `invalidVideo` for what is
  ///   no video or has larger frames than `options` allow; `CancellationError`.
  public init(contentsOf path: String, options: VideoOptions = VideoOptions()) async throws {
    let location = FerryError.Location(file: path)
    // Says what is no file in the words of all other readers, and keeps pipes and devices away from ffprobe.
    _ = try MappedFile(path: path)
    let process = MediaProcess(
      program: options.tools.ffprobe, arguments: FFmpegArguments.description(of: path, options))
    var answer: [UInt8] = []
    let outcome = try await process.run(patience: Patience(options.stallTimeout)) { piece in
      piece.withUnsafeBytes { answer.append(contentsOf: $0) }
      return answer.count < Self.answerLimit
    }
    if outcome.stalled {
      throw FerryError(
        .invalidVideo, "ffprobe is stuck: it said nothing of the file for \(options.stallTimeout)", at: location)
    }
    guard outcome.abnormalEnding == nil, answer.count < Self.answerLimit else {
      throw Self.refusal(outcome, options.limits).located(location)
    }
    try self.init(path: path, description: answer, limits: options.limits)
  }

  private static let answerLimit = 1 << 20

  private static func refusal(_ outcome: MediaProcess.Outcome, _ limits: Picture.Limits) -> FerryError {
    let supported = "videos in MP4, QuickTime, Matroska, WebM, AVI, MPEG, FLV, ASF, Ogg and the like"
    if let container = outcome.complaint.refusedContainer {
      return FerryError(
        .invalidVideo, "the file has the format \(container), which Ferry does not read as a video",
        supported: supported)
    }
    if let size = outcome.complaint.refusedSize { return tooLarge(size, limits) }
    let words = outcome.complaint.quotation ?? outcome.abnormalEnding ?? "too much"
    return FerryError(
      .invalidVideo, "the file cannot be read as a video; ffprobe says: \(words)", supported: supported)
  }

  private static func tooLarge(_ size: String, _ limits: Picture.Limits) -> FerryError {
    FerryError(
      .invalidVideo, "the frames have \(size) pixels, too large to be read",
      supported: "at most \(limits.pixelCount) pixels")
  }

  /// - Parameter description: what ffprobe prints for `FFmpegArguments.description`.
  /// - Throws: `invalidVideo`.
  package init(path: String, description: [UInt8], limits: Picture.Limits = Picture.Limits()) throws {
    let location = FerryError.Location(file: path)
    let probe: VideoProbe
    do { probe = try JSONDecoder().decode(VideoProbe.self, from: Data(description)) } catch {
      throw FerryError(.invalidVideo, "ffprobe's description of the file cannot be read: \(error)", at: location)
    }
    guard let stream = probe.streams.first else {
      throw FerryError(.invalidVideo, "the file has no video stream", at: location)
    }
    let format = probe.format
    guard let width = stream.width, let height = stream.height, width > 0, height > 0 else {
      throw FerryError(.invalidVideo, "the file does not say how large the frames are", at: location)
    }
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, area <= limits.pixelCount, area <= Int.max / 3 else {
      throw Self.tooLarge("\(width)x\(height)", limits).located(location)
    }
    // ffmpeg's angle is counterclockwise, from -180 to 180. OpenCV turns by quarters and leaves other angles alone.
    let angle = stream.sides?.compactMap(\.rotation).first ?? 0
    rotation = [-90.0: 90, 90: 270, 180: 180, -180: 180][angle.rounded()] ?? 0
    (self.width, self.height) = rotation % 180 == 0 ? (width, height) : (height, width)
    self.path = path
    declaredFrameCount = stream.declaredFrameCount(format)
    framesPerSecond = stream.guessedFrameRate
    codec = stream.codec ?? "unknown"
    container = format?.name ?? "unknown"
  }
}

/// What ffprobe prints, as far as it is needed.
struct VideoProbe: Decodable {
  let streams: [Stream]
  let format: Format?

  struct Format: Decodable {
    let name: String?
    /// In seconds, with six digits: what ffmpeg knows exactly.
    let duration: String?

    enum CodingKeys: String, CodingKey {
      case name = "format_name"
      case duration
    }
  }

  struct Stream: Decodable {
    let codec: String?
    let width, height: Int?
    /// Fractions such as 30000/1001.
    let lowestRate, averageRate, timeBase: String?
    let frameCount: String?
    /// In units of the time base.
    let duration: Int?
    let fieldOrder: String?
    let sides: [Side]?

    enum CodingKeys: String, CodingKey {
      case codec = "codec_name"
      case width
      case height
      case lowestRate = "r_frame_rate"
      case averageRate = "avg_frame_rate"
      case timeBase = "time_base"
      case frameCount = "nb_frames"
      case duration = "duration_ts"
      case fieldOrder = "field_order"
      case sides = "side_data_list"
    }
  }

  struct Side: Decodable {
    let rotation: Double?
  }
}

extension VideoProbe.Stream {
  /// OpenCV's `get_total_frames`: the number in the file, or else the nearest to duration times rate.
  func declaredFrameCount(_ format: VideoProbe.Format?) -> Int {
    if let count = frameCount.flatMap({ Int($0) }), count != 0 { return max(0, count) }
    var seconds = format?.duration.flatMap { Double($0) } ?? 0
    if seconds < Self.nothing { seconds = Double(duration ?? 0) * Self.quotient(timeBase) }
    let count = (seconds * rateForCounting + 0.5).rounded(.down)
    return Int(exactly: count).map { max(0, $0) } ?? 0
  }

  /// OpenCV's `get_fps`.
  private var rateForCounting: Double {
    if guessedFrameRate >= Self.nothing { return guessedFrameRate }
    let average = Self.quotient(averageRate)
    if average >= Self.nothing { return average }
    let base = Self.quotient(timeBase)
    return base > 0 ? 1 / base : 0
  }

  /// libavformat's `av_guess_frame_rate`, as far as ffprobe shows what it looks at.
  var guessedFrameRate: Double {
    let (lowest, average) = (Self.quotient(lowestRate), Self.quotient(averageRate))
    if average > 0, average < 70, lowest > 210 { return average }
    // It asks the decoder, which knows that what counted were fields.
    if let fieldOrder, fieldOrder != "progressive", fieldOrder != "unknown", average > 0,
      lowest == 0 || (average < lowest * 0.7 && abs(1 - average / lowest) > 0.1)
    {
      return average
    }
    return lowest
  }

  /// OpenCV's `eps_zero`.
  private static let nothing = 0.000025

  private static func quotient(_ fraction: String?) -> Double {
    let parts = (fraction ?? "").split(separator: "/").compactMap { Double($0) }
    guard parts.count == 2, parts[1] != 0, parts[0] > 0, parts[1] > 0 else { return 0 }
    return parts[0] / parts[1]
  }
}

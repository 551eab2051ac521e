import FerryPicture
import Synchronization

/// A video's frames for a pipeline.
public final class VideoFrames: FrameSource {
  public let information: VideoInformation
  private let options: VideoOptions
  private let reader = Mutex<VideoReader?>(nil)

  public init(_ information: VideoInformation, options: VideoOptions = VideoOptions()) {
    self.information = information
    self.options = options
  }

  /// Opens a video.
  ///
  /// - Throws: `fileNotFound`, `invalidVideo`, `missingTool`.
  public convenience init(contentsOf path: String, options: VideoOptions = VideoOptions()) async throws {
    self.init(try await VideoInformation(contentsOf: path, options: options), options: options)
  }

  public var frameCount: Int { information.declaredFrameCount }

  /// What ffmpeg complained of when frames were asked for last, if it came to the end of the video before all of them
  /// were there; nil if it did not complain.
  public var complaint: String? {
    let complaints = reader.withLock { $0?.complaints ?? [] }
    return complaints.isEmpty ? nil : "ffmpeg says: \(complaints.joined(separator: "; "))"
  }

  public func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
    do {
      let reader = try VideoReader(information, frames: selection, options: options)
      self.reader.withLock { $0 = reader }
      return reader
    } catch {
      return AsyncThrowingStream<Frame, any Error> { $0.finish(throwing: error) }
    }
  }
}

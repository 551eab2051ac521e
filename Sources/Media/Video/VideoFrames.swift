import FerryPicture
import Synchronization

/// A video's frames for a pipeline.
public final class VideoFrames: FrameSource {
  public let information: VideoInformation
  private let options: VideoOptions
  private let readers = Mutex<[VideoReader]>([])

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

  /// What ffmpeg had to complain of so far, in one line; nil if nothing.
  public var complaint: String? {
    readers.withLock { readers in readers.lazy.compactMap(\.complaint).first }.map { complaint in
      "ffmpeg says: \(complaint.split(separator: "\n").joined(separator: "; "))"
    }
  }

  public func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
    do {
      let reader = try VideoReader(information, frames: selection, options: options)
      readers.withLock { $0.append(reader) }
      return reader
    } catch {
      return AsyncThrowingStream<Frame, any Error> { $0.finish(throwing: error) }
    }
  }
}

import FerryPicture
import FerryTensor
import Synchronization

/// Keeps the frames that a pipeline looked at, to be drawn: small, since a contact sheet shows them small.
final class FrameRecorder: Sendable {
  private struct Kept {
    let picture: Picture
    /// Of the frame, before it was made smaller.
    let width, height: Int
  }

  private let frames = Mutex<[Int: Kept]>([:])
  /// The longer side of what is kept; nil for all of it.
  private let longestSide: Int?

  init(longestSide: Int?) { self.longestSide = longestSide }

  func add(_ frame: Frame) {
    let picture = frame.picture
    let longer = max(picture.width, picture.height)
    var kept = picture
    if let longestSide, longer > longestSide {
      let (width, height) = (picture.width * longestSide / longer, picture.height * longestSide / longer)
      kept = (try? picture.resized(width: max(1, width), height: max(1, height), method: .pillowBilinear)) ?? picture
    }
    frames.withLock { $0[frame.index] = Kept(picture: kept, width: picture.width, height: picture.height) }
  }

  /// A frame as it was kept, and how much smaller it is than it was.
  func frame(_ index: Int) -> (picture: Picture, scaleX: Double, scaleY: Double)? {
    frames.withLock { $0[index] }.map {
      ($0.picture, Double($0.picture.width) / Double($0.width), Double($0.picture.height) / Double($0.height))
    }
  }

  var indexes: [Int] { frames.withLock { $0.keys.sorted() } }
}

/// Frames that a recorder sees as well.
struct RecordedFrames<Source: FrameSource>: FrameSource {
  private let source: Source
  private let recorder: FrameRecorder?

  init(_ source: Source, _ recorder: FrameRecorder?) {
    self.source = source
    self.recorder = recorder
  }

  var frameCount: Int { source.frameCount }
  var complaint: String? { source.complaint }

  func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
    guard let recorder else { return source.frames(selection) }
    return Self.recorded(source.frames(selection), recorder)
  }

  private static func recorded(
    _ frames: some AsyncSequence<Frame, any Error>, _ recorder: FrameRecorder
  ) -> any AsyncSequence<Frame, any Error> {
    frames.map { frame in
      recorder.add(frame)
      return frame
    }
  }
}

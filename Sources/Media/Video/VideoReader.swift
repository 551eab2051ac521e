import FerryPicture
import FerryTensor
import Subprocess
import Synchronization

/// The frames of a video, decoded by an ffmpeg process as they are asked for:
///
///     let information = try await VideoInformation(contentsOf: path)
///     let reader = try VideoReader(information, frames: .only([0, 30, 60]))
///     for try await frame in reader { … }
///
/// Frames have the bytes that the `VideoCapture` of OpenCV 4.14 gives (in the order R, G, B), turned upright as the
/// file asks. YUV is converted with the colour matrix that the file names, with that of BT.601 where it names none; up
/// to 4.12, OpenCV took BT.601 for every file. Interlaced frames are left as they are, which 4.14 does not.
/// The process waits while nobody asks for frames: no more than three are in memory. It ends when the last frame has
/// come, when the loop is left, or when the task is cancelled.
/// A damaged video, or one that is shorter than declared, simply ends; `complaints` keeps what ffmpeg said of it.
///
/// A loop throws `missingTool` if ffmpeg is not installed, `invalidVideo` if no frame can be decoded or ffmpeg is
/// stuck, and `CancellationError` if its task is cancelled; the process is gone by then.
public final class VideoReader: AsyncSequence, Sendable {
  public typealias Element = Frame

  public let information: VideoInformation
  public let selection: FrameSelection
  private let options: VideoOptions
  private let progress = Mutex(Progress())

  private struct Progress {
    var frameCount = 0
    var complaints: [String] = []
    var processIdentifier: Int32?
  }

  /// - Throws: `usage` if the indexes of the selection are negative or do not ascend.
  public init(
    _ information: VideoInformation, frames selection: FrameSelection = .all, options: VideoOptions = VideoOptions()
  ) throws {
    try selection.check()
    self.information = information
    self.selection = selection
    self.options = options
  }

  /// How many frames have come so far in the loop that was begun last.
  public var frameCount: Int { progress.withLock { $0.frameCount } }

  /// The last lines of what ffmpeg complained of, known when the loop has come to the end of the video; none if it did
  /// not complain, or all wanted frames have come.
  public var complaints: [String] { progress.withLock { $0.complaints } }

  /// The process that was started last, for tests that look whether it is gone.
  package var processIdentifier: Int32? { progress.withLock { $0.processIdentifier } }

  public func makeAsyncIterator() -> Iterator { Iterator(Session(self)) }

  /// One pass over the frames. The process is started by the first step.
  public struct Iterator: AsyncIteratorProtocol {
    private let session: Session

    fileprivate init(_ session: Session) { self.session = session }

    public func next() async throws -> Frame? { try await session.next() }
  }
}

extension VideoReader {
  /// The task that reads, which ends when nobody needs it any more.
  fileprivate final class Session: Sendable {
    private let reader: VideoReader
    private let handover = FrameHandover()
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ reader: VideoReader) { self.reader = reader }

    deinit { task.withLock { $0?.cancel() } }

    func next() async throws -> Frame? {
      let task = started()
      do {
        let frame = try await withTaskCancellationHandler {
          try await handover.take()
        } onCancel: {
          task.cancel()
        }
        try Task.checkCancellation()
        if let frame {
          reader.progress.withLock { $0.frameCount += 1 }
          return frame
        }
        await task.value
        return nil
      } catch {
        // The process is gone when this is.
        await task.value
        throw error
      }
    }

    private func started() -> Task<Void, Never> {
      task.withLock { task in
        if let task { return task }
        let (reader, handover) = (reader, handover)
        reader.progress.withLock { $0 = Progress() }
        let new = Task {
          do {
            try await reader.read(into: handover)
            handover.finish(.success(()))
          } catch {
            handover.finish(.failure(error))
          }
        }
        task = new
        return new
      }
    }
  }

  /// Runs ffmpeg and hands over what it decodes.
  private func read(into handover: FrameHandover) async throws {
    var plan = FramePlan(selection)
    guard !plan.isComplete else { return }
    let process = MediaProcess(
      program: options.tools.ffmpeg, arguments: FFmpegArguments.frames(of: information, plan, options))
    var assembly = FrameAssembly(width: information.storedWidth, height: information.storedHeight)
    let orientation = information.orientation
    var pipedCount = 0
    let patience = Patience(options.patience(skipping: plan.skippedCount))
    let outcome = try await process.run(patience: patience) { identifier in
      progress.withLock { $0.processIdentifier = identifier }
    } consume: { piece in
      for picture in piece.withUnsafeBytes({ assembly.pictures(adding: $0) }) {
        pipedCount += 1
        if let index = plan.next() {
          let frame = Frame(index: index, picture: picture.turned(by: orientation))
          guard await handover.give(frame) else { return false }
        }
        if plan.isComplete { return false }
      }
      patience.setAllowance(options.patience(skipping: plan.skippedCount))
      return true
    }
    // Once all is there, ffmpeg is ended: how much it has said by then is chance.
    guard !plan.isComplete else { return }
    let complaints = outcome.complaint.lines + [outcome.abnormalEnding].compactMap { $0 }
    progress.withLock { $0.complaints = complaints.suffix(20) }
    try check(outcome, pipedCount: pipedCount)
  }

  private func check(_ outcome: MediaProcess.Outcome, pipedCount: Int) throws {
    let location = FerryError.Location(file: information.path)
    if outcome.stalled {
      let words = outcome.complaint.quotation.map { "; ffmpeg says: \($0)" } ?? ""
      throw FerryError(
        .invalidVideo, "ffmpeg is stuck: nothing came after frame \(pipedCount) for \(options.stallTimeout)\(words)",
        at: location, hint: "see whether the file can be read to its end, for instance by copying it")
    }
    if pipedCount == 0, let ending = outcome.abnormalEnding {
      throw FerryError(
        .invalidVideo, "no frame of the video can be decoded; ffmpeg says: \(outcome.complaint.quotation ?? ending)",
        at: location)
    }
  }
}

extension VideoOptions {
  /// How long ffmpeg may be silent that passes over so many frames.
  fileprivate func patience(skipping count: Int) -> Duration {
    stallTimeout + Self.stallTimePerSkippedFrame * min(count, 1_000_000)
  }
}

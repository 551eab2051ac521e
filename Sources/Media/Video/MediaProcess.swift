import FerryTensor
import Subprocess
import Synchronization

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// A program of ffmpeg at work: its output piece by piece, its complaints, and the certainty that it ends.
struct MediaProcess {
  let program: String
  let arguments: [String]

  /// How it went.
  struct Outcome {
    var status: TerminationStatus
    var complaint: Complaint
    /// Killed because it wrote nothing for too long.
    var stalled: Bool

    /// In words; nil if it ended well.
    var abnormalEnding: String? {
      switch status {
      case .exited(0): nil
      case .exited(let code): "the program ended with exit code \(code)"
      case .signaled(let signal): "the program was ended by signal \(signal)"
      }
    }
  }

  typealias Piece = SubprocessOutputSequence.Buffer

  /// Runs the program until it ends or `consume` has enough, and kills it then.
  ///
  /// - Parameters:
  ///   - patience: how long it may write nothing while this waits for it. The time that `consume` takes does not count.
  ///   - consume: gets what the program writes, as it comes; false means that no more is needed.
  /// - Throws: `missingTool`, `helperFailed`, `CancellationError`, and what `consume` throws. The process is gone in
  ///   every case.
  func run(
    patience: Patience, started: (Int32) -> Void = { _ in }, consume: (Piece) async throws -> Bool
  ) async throws -> Outcome {
    let log = Log()
    do {
      let result = try await Subprocess.run(
        program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
        // Reports and colours that a user's environment asks for would be in the way.
        environment: .inherit.updating(["AV_LOG_FORCE_NOCOLOR": "1", "FFREPORT": nil, "LC_ALL": "C"]),
        input: .none, output: .sequence, error: .sequence
      ) { process in
        started(process.processIdentifier.value)
        let kill: @Sendable () -> Void = { try? process.send(signal: .kill) }
        // Killing comes before leaving the group, whose children wait for the process's end.
        try await withThrowingTaskGroup(of: Watch.self) { group in
          group.addTask {
            for try await piece in process.standardError {
              piece.withUnsafeBytes { bytes in log.state.withLock { $0.complaint.append(bytes) } }
            }
            return .complaints
          }
          group.addTask {
            if await patience.hasRunOut() {
              log.state.withLock { $0.stalled = true }
              kill()
            }
            return .clock
          }
          do {
            patience.begin()
            for try await piece in process.standardOutput {
              patience.pause()
              guard try await consume(piece) else {
                kill()
                break
              }
              patience.begin()
            }
            if Task.isCancelled { kill() }
          } catch {
            kill()
            throw error
          }
          while let watch = try await group.next(), watch != .complaints {}
          group.cancelAll()
        }
      }
      try Task.checkCancellation()
      let (complaint, stalled) = log.state.withLock { $0 }
      return Outcome(status: result.terminationStatus, complaint: complaint, stalled: stalled)
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw failure(error)
    }
  }

  /// What those find who watch the process.
  private final class Log: Sendable {
    let state = Mutex((complaint: Complaint(), stalled: false))
  }
  private enum Watch { case complaints, clock }

  private func failure(_ error: SubprocessError) -> FerryError {
    let hint =
      "install the package ffmpeg (5.1 or newer), or set FERRY_FFMPEG to the folder that holds ffmpeg and ffprobe"
    return switch error.code {
    case .executableNotFound:
      FerryError(.missingTool, "the program \(program), which reads videos, is not installed", hint: hint)
    case .spawnFailed:
      FerryError(
        .missingTool, "the program \(program), which reads videos, cannot be started: \(error)", hint: hint)
    default: FerryError(.helperFailed, "the program \(program), which reads videos, is out of control: \(error)")
    }
  }
}

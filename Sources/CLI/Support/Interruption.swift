import FerryTensor
import Foundation
import Synchronization

/// Ctrl-C leaves no half-written file: unfinished files are removed, then the command ends with 130.
enum Interruption {
  /// What is told when it happens.
  static var note: String {
    get { text.withLock { $0 } }
    set { text.withLock { $0 = newValue } }
  }
  private static let text = Mutex("nothing was written")

  /// Must run before any other thread starts, so that all of them leave the signals to one that waits for them.
  static func prepare() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    // A reader that closes its end of a pipe early gets what it wanted; writing on is an error, not a signal.
    signal(SIGPIPE, SIG_IGN)
    let waiter = Thread {
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGINT)
      sigaddset(&signals, SIGTERM)
      var received: Int32 = 0
      sigwait(&signals, &received)
      AtomicFile.removeUnfinished()
      Terminal.clearProgress()
      Terminal.writeError("error: interrupted; \(note)")
      _exit(FerryError.Code.interrupted.exitCode)
    }
    waiter.stackSize = 1 << 19
    waiter.start()
  }
}

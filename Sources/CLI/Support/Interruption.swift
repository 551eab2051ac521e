import FerryTensor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C leaves no half-written file: unfinished files are removed, then the command ends with 130.
///
/// The signals are caught, not waited for: libraries may start threads before `main`, and the runtime of
/// async programs has threads that signals would end, whatever this thread blocks.
enum Interruption {
  /// What is told when it happens.
  static var note: String {
    get { text.withLock { $0 } }
    set { text.withLock { $0 = newValue } }
  }
  private static let text = Mutex("nothing was written")

  /// Must run before anything is written.
  static func prepare() {
    // A reader that closes its end of a pipe early gets what it wanted; writing on is an error, not a signal.
    signal(SIGPIPE, SIG_IGN)
    guard let ends = makePipe() else { return }
    interruptionPipe = ends.write
    guard startWaiter(reading: ends.read) else { return }
    for number in signals {
      // What was ignored when the command began stays so: a shell's background job is not ended by Ctrl-C.
      var before = sigaction()
      guard sigaction(number, nil, &before) == 0, !before.isIgnored else { continue }
      signal(number) { _ in
        // A handler may do little: the waiter does the rest.
        let known = errno
        interruptionBegan = 1
        var byte: UInt8 = 1
        _ = write(interruptionPipe, &byte, 1)
        errno = known
      }
    }
    unblock()
  }

  /// A thread that ends the process once a signal's handler has written to the pipe.
  private static func startWaiter(reading source: Int32) -> Bool {
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    return pthread_create(
      &thread, nil,
      { source in
        let source = Int32(Int(bitPattern: source))
        var byte: UInt8 = 0
        while read(source, &byte, 1) != 1 {}
        AtomicFile.removeUnfinished()
        Terminal.clearProgress()
        Terminal.writeError("error: interrupted; \(Interruption.note)")
        _exit(FerryError.Code.interrupted.exitCode)
      }, UnsafeMutableRawPointer(bitPattern: Int(source))) == 0
  }

  /// Does not return once a signal has come. Ctrl-C reaches the programs that a command has started, too: what they
  /// have left undone then is no result.
  static func holdIfBegun() {
    while interruptionBegan != 0 { sleep(1) }
  }

  /// Whoever starts a command may have blocked the signals for itself.
  static func unblock() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private static let signals = [SIGINT, SIGTERM]
}

/// Where a signal's handler writes, and what it sets. Plain globals, so that using them there does nothing else.
private nonisolated(unsafe) var interruptionPipe: Int32 = -1
private nonisolated(unsafe) var interruptionBegan: sig_atomic_t = 0

extension sigaction {
  fileprivate var isIgnored: Bool {
    #if canImport(Glibc)
      __sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) } == unsafeBitCast(SIG_IGN, to: Int.self)
    #else
      __sigaction_u.__sa_handler.map { unsafeBitCast($0, to: Int.self) } == unsafeBitCast(SIG_IGN, to: Int.self)
    #endif
  }
}

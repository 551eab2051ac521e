#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether the other of two threads is worth waiting for.
///
/// Where something else keeps its core busy, the system takes it away for milliseconds while it holds a chunk, and the
/// caller waits for it. So the caller adds up what it waited in the last few milliseconds, and if two threads then did
/// less than one would have done, it works alone for a while: the longer, the more often that was so.
package struct Companion {
  /// Nanoseconds that jobs took on both threads, and how long of that the caller waited, since the last decision.
  private var together = 0
  private var waited = 0
  private var alone = 0
  private var aloneUntil = 0

  /// How long jobs are added up before a decision.
  private static let period = 8_000_000
  private static let longestAlone = 256_000_000

  package init() {}

  package func isAway(at now: Int) -> Bool { now < aloneUntil }

  /// Adds a job that both threads worked on.
  ///
  /// - Parameters:
  ///   - chunks: those that the caller ran itself, from `start` to `end`
  ///   - finish: when the other thread's last one was done
  package mutating func add(start: Int, end: Int, finish: Int, chunks: Int) {
    together += finish - start
    // To wait as long as one chunk takes is nobody's fault.
    waited += max(0, finish - end - (end - start) / max(chunks, 1))
    guard together > Self.period else { return }
    // Two threads that nobody disturbs do 1.6 to 1.9 times the work of one.
    if waited * 3 > together {
      alone = min(max(2 * alone, Self.period), Self.longestAlone)
      aloneUntil = finish + alone
    } else {
      alone /= 2
    }
    (together, waited) = (0, 0)
  }

  /// Nanoseconds since some moment.
  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec &* 1_000_000_000 &+ time.tv_nsec
  }
}

import Synchronization

/// How long somebody waits for a process that says nothing.
final class Patience: Sendable {
  private let allowance: Mutex<Duration>
  private let waitingSince = Mutex<ContinuousClock.Instant?>(nil)

  init(_ allowance: Duration) { self.allowance = Mutex(allowance) }

  /// Somebody waits from now on.
  func begin() { waitingSince.withLock { $0 = .now } }

  /// Nobody waits.
  func pause() { waitingSince.withLock { $0 = nil } }

  /// What is waited for next takes so long.
  func setAllowance(_ duration: Duration) { allowance.withLock { $0 = duration } }

  /// Returns when somebody has waited too long.
  ///
  /// - Returns: false if the task was cancelled before.
  func hasRunOut() async -> Bool {
    var expired: ContinuousClock.Instant?
    while true {
      let (allowed, since) = (allowance.withLock { $0 }, waitingSince.withLock { $0 })
      let waited = since.map { ContinuousClock.now - $0 } ?? .zero
      var pause = allowed - waited
      if let since, waited >= allowed {
        if expired == since { return true }
        // Who waits may have got something and not a processor to see it: there is a last chance.
        expired = since
        pause = min(allowed / 4, .seconds(2))
      }
      do { try await Task.sleep(for: pause) } catch { return false }
    }
  }
}

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
    while true {
      let allowed = allowance.withLock { $0 }
      let waited = waitingSince.withLock { $0.map { ContinuousClock.now - $0 } } ?? .zero
      if waited >= allowed { return true }
      do { try await Task.sleep(for: allowed - waited) } catch { return false }
    }
  }
}

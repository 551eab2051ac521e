import Synchronization

/// Counts the requests that are being answered, and lets in no more than a limit.
///
/// Whoever is let in may hold a body in memory, so this also bounds the memory.
final class Admission: Sendable {
  private let limit: Int
  private let state = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// How many are in.
  var count: Int { state.withLock { $0 } }

  /// - Throws: `Problem.busy` at the limit, and what `body` throws.
  func enter<Result>(_ body: () async throws -> Result) async throws -> Result {
    let isIn = state.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    guard isIn else { throw Problem.busy }
    defer { state.withLock { $0 -= 1 } }
    return try await body()
  }
}

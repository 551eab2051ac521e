import Hummingbird

/// Runs `body`, and cancels it when the time is over.
///
/// A task stops where it looks for cancellation: a pipeline does between the networks that it runs, so an answer may be
/// late by the time that one of them takes, and never leaves work behind.
///
/// - Throws: `Problem` with status 504 if the time was not enough, and what `body` throws.
func withTimeout<Result: Sendable>(
  _ timeout: Duration, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result.self) { group in
    group.addTask(operation: body)
    group.addTask {
      try await Task.sleep(for: timeout)
      throw Problem(
        .gatewayTimeout, "timeout", "the request took longer than \(timeout.formatted)", hint: "send a smaller picture")
    }
    defer { group.cancelAll() }
    guard let result = try await group.next() else { throw CancellationError() }
    return result
  }
}

extension Duration {
  /// In seconds, with a fraction.
  var seconds: Double { self / .seconds(1) }
  fileprivate var formatted: String { "\(seconds) s" }
}

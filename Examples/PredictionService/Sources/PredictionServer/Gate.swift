import Synchronization

/// Lets a bounded number of tasks pass at a time, and a bounded number wait for it, in the order in which they came.
final class Gate: Sendable {
  private struct State {
    var passed = 0
    var lastTicket = 0
    var queue: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    /// Tickets whose tasks were cancelled before they stood in the queue.
    var cancelled: Set<Int> = []
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Runs `body` when it is this task's turn.
  ///
  /// - Throws: `CancellationError` if the task is cancelled while it waits, and what `body` throws.
  func pass<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
    try await enter()
    defer { leave() }
    try Task.checkCancellation()
    return try await body()
  }

  private func enter() async throws {
    let ticket = state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let answer: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(ticket) != nil { return .failure(CancellationError()) }
          if state.passed < limit {
            state.passed += 1
            return .success(())
          }
          state.queue.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
        if let place = state.queue.firstIndex(where: { $0.ticket == ticket }) {
          return state.queue.remove(at: place).continuation
        }
        state.cancelled.insert(ticket)
        return nil
      }
      waiting?.resume(throwing: CancellationError())
    }
    // A ticket that was let in and cancelled afterwards is of no use any more.
    state.withLock { _ = $0.cancelled.remove(ticket) }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      guard !state.queue.isEmpty else {
        state.passed -= 1
        return nil
      }
      // The place goes to the next one without being free in between.
      return state.queue.removeFirst().continuation
    }
    next?.resume()
  }
}

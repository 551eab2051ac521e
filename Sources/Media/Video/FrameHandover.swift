import Synchronization

/// Hands frames from the task that reads them to the one that uses them. One frame lies ready at most: whoever reads
/// more waits.
final class FrameHandover: Sendable {
  private struct State {
    var ready: Frame?
    var end: Result<Void, any Error>?
    /// Who waits until a frame is ready, and who until none is.
    var taker, giver: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  /// Lays a frame ready once the one before has been taken.
  ///
  /// - Returns: false if this has ended, or the task that gives is cancelled.
  func give(_ frame: Frame) async -> Bool {
    await withTaskCancellationHandler {
      await wait(\.giver) { $0.ready == nil }
    } onCancel: {
      finish(.failure(CancellationError()))
    }
    return update { state in
      guard state.end == nil else { return (false, nil) }
      state.ready = frame
      return (true, state.taker.take())
    }
  }

  /// The next frame as soon as one is ready; nil or an error once this has ended and nothing is left.
  func take() async throws -> Frame? {
    await wait(\.taker) { $0.ready != nil }
    let (frame, end) = update { state in ((state.ready.take(), state.end), state.giver.take()) }
    if let frame { return frame }
    try end?.get()
    return nil
  }

  /// Nothing is given any more. The first end counts.
  func finish(_ end: Result<Void, any Error>) {
    let giver = update { state in
      state.end = state.end ?? end
      return (state.giver.take(), state.taker.take())
    }
    giver?.resume()
  }

  /// Returns when `condition` holds or this has ended.
  private func wait(
    _ place: WritableKeyPath<State, CheckedContinuation<Void, Never>?> & Sendable, until condition: (State) -> Bool
  ) async {
    await withCheckedContinuation { continuation in
      let waits = state.withLock { state in
        guard !condition(state), state.end == nil else { return false }
        state[keyPath: place] = continuation
        return true
      }
      if !waits { continuation.resume() }
    }
  }

  /// Changes the state and then wakes whom the change concerns.
  private func update<Value>(_ change: (inout State) -> (Value, CheckedContinuation<Void, Never>?)) -> Value {
    let (value, sleeper) = state.withLock { change(&$0) }
    sleeper?.resume()
    return value
  }
}

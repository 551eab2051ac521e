import FerryRuntime
import Foundation
import Logging
import PredictionServer
import ServiceLifecycle
import Synchronization

/// The service on a port of its own, while a test runs.
struct RunningService: Sendable {
  let port: Int
  let pipeline: Pipeline
  let group: ServiceGroup

  func send(_ request: [UInt8]) async throws -> Answer {
    let connection = try Connection(port: port)
    connection.write(request)
    return try await Answer(connection.readToEnd())
  }

  func get(_ path: String) async throws -> Answer { try await send(Wire.request("GET", path)) }
  func predict(_ body: [UInt8]) async throws -> Answer { try await send(Wire.prediction(body)) }

  /// Waits until the metrics have a line.
  func waitForMetrics(_ line: String) async throws {
    while !(try await get("/metrics").text.split(separator: "\n").contains(Substring(line))) {
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Runs `body` beside the service, which then ends gracefully.
  static func with(
    limits: ServiceLimits = ServiceLimits(), score: Predictor.Score? = nil,
    _ body: @Sendable (RunningService) async throws -> Void
  ) async throws {
    let predictor = try Predictor(Fixture.bundle(), limits: limits, score: score)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let (ports, source) = AsyncStream<Int>.makeStream()
    let application = predictionApplication(predictor, logger: logger) { source.yield($0) }
    let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      var iterator = ports.makeAsyncIterator()
      guard let port = await iterator.next() else { throw Connection.Failure(what: "the service does not start") }
      do {
        try await body(RunningService(port: port, pipeline: predictor.pipeline, group: group))
      } catch {
        tasks.cancelAll()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}

/// Something that happens once, and that tasks wait for.
final class Event: Sendable {
  private let stream: AsyncStream<Void>
  private let source: AsyncStream<Void>.Continuation

  init() { (stream, source) = AsyncStream<Void>.makeStream() }

  func happen() { source.finish() }

  /// Ends when it has happened, or when the task is cancelled.
  func wait() async {
    for await _ in stream {}
  }
}

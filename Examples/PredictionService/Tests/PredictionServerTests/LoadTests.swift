import FerryRuntime
import Foundation
import PredictionServer
import Synchronization
import Testing

@Suite struct LoadTests {
  static let result = PipelineResult(score: 0.25, frameCount: 1)

  @Test func aPredictionThatTakesTooLongIsCancelled() async throws {
    let cancelled = Event()
    var limits = ServiceLimits()
    limits.timeout = .milliseconds(50)
    try await RunningService.with(limits: limits) { _ in
      do {
        try await Task.sleep(for: .seconds(3600))
      } catch {
        cancelled.happen()
        throw error
      }
      return Self.result
    } _: { service in
      let answer = try await service.predict(Fixture.face())
      #expect(answer.status == 504)
      #expect(answer["code"] == "timeout")
      await cancelled.wait()
    }
  }

  @Test func aBodyThatDoesNotComeIsNotWaitedFor() async throws {
    var limits = ServiceLimits()
    limits.timeout = .milliseconds(50)
    try await RunningService.with(limits: limits) { service in
      let connection = try Connection(port: service.port)
      connection.write(Wire.request("POST", "/v1/predict", headers: ["Content-Length: 1000"]) + [1, 2, 3])
      #expect(try await Answer(connection.readToEnd()).status == 504)
      try await service.waitForMetrics("ferry_predictions_in_flight 0")
    }
  }

  @Test func whoComesWhenAllPlacesAreTakenIsTurnedAway() async throws {
    let (begun, mayEnd) = (Event(), Event())
    let most = Mutex((now: 0, most: 0))
    var limits = ServiceLimits()
    limits.inFlight = 1
    limits.waiting = 1
    try await RunningService.with(limits: limits) { _ in
      most.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      begun.happen()
      await mayEnd.wait()
      most.withLock { $0.now -= 1 }
      return Self.result
    } _: { service in
      async let first = service.predict(Fixture.face())
      await begun.wait()
      async let second = service.predict(Fixture.face())
      try await service.waitForMetrics("ferry_predictions_in_flight 2")
      let third = try await service.predict(Fixture.face())
      #expect(third.status == 503)
      #expect(third["code"] == "busy")
      #expect(third.headers["retry-after"] == "1")
      mayEnd.happen()
      let statuses = try await [first.status, second.status]
      #expect(statuses == [200, 200])
      #expect(try await service.predict(Fixture.face()).status == 200)
    }
    #expect(most.withLock { $0.most } == 1)
  }

  @Test func theServiceAnswersWhileAllThreadsScore() async throws {
    let release = DispatchSemaphore(value: 0)
    var limits = ServiceLimits()
    // More than Swift has threads for its tasks.
    limits.inFlight = 2 * ProcessInfo.processInfo.activeProcessorCount + 1
    let count = limits.inFlight
    // Where the service is stuck, so is this test: the wait has an end.
    @Sendable func block() {
      if release.wait(timeout: .now() + 30) == .timedOut { Issue.record("the service does not answer while it scores") }
    }
    try await RunningService.with(limits: limits) { _ in
      block()
      return Self.result
    } _: { service in
      try await withThrowingTaskGroup(of: Int.self) { clients in
        for _ in 0..<count { clients.addTask { try await service.predict(Fixture.face()).status } }
        try await service.waitForMetrics("ferry_predictions_in_flight \(count)")
        #expect(try await service.get("/health").status == 200)
        for _ in 0..<count { release.signal() }
        for try await status in clients { #expect(status == 200) }
      }
    }
  }

  @Test func aServiceThatEndsAnswersWhatIsInFlight() async throws {
    let (begun, mayEnd, ended) = (Event(), Event(), Event())
    try await RunningService.with { _ in
      begun.happen()
      await mayEnd.wait()
      try Task.checkCancellation()
      return Self.result
    } _: { service in
      async let answer = service.predict(Fixture.face())
      await begun.wait()
      await service.group.triggerGracefulShutdown()
      // Nobody new is let in.
      while (try? await service.get("/health")) != nil { try await Task.sleep(for: .milliseconds(5)) }
      mayEnd.happen()
      let received = try await answer
      #expect(received.status == 200)
      #expect(received["score"] == 0.25)
      ended.happen()
    }
    await ended.wait()
  }
}

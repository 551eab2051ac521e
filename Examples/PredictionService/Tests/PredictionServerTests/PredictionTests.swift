import FerryRuntime
import PredictionServer
import Testing

@Suite struct PredictionTests {
  @Test func aPredictionIsWhatThePipelineSays() async throws {
    try await RunningService.with { service in
      let expected = try await service.pipeline.score(Fixture.picture(4, 2, 20))
      let answer = try await service.predict(Fixture.face())
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "application/json")
      #expect(answer["pipeline"] == "fixture")
      #expect(answer["label"] == "FAKE")
      #expect(answer["score"] == .number(expected.score))
      #expect(answer["reason"] == .null)
      #expect(answer["members"] == ["member": .number(expected.members[0].probability)])
      let face = expected.faces[0]
      #expect(
        answer["faces"] == [
          [
            "box": [4, 2, 20, 24], "score": .number(face.score ?? .nan),
            "probabilities": ["member": .number(face.probabilities[0])],
          ]
        ])
    }
  }

  @Test func aPictureWithoutAFaceGetsTheFallbackAndAReason() async throws {
    try await RunningService.with { service in
      let answer = try await service.predict(Fixture.picture(20, 2, 4).encodedPNG())
      #expect(answer.status == 200)
      #expect(answer["score"] == 0.5)
      #expect(answer["reason"] == "no face was found")
      #expect(answer["faces"] == [])
    }
  }

  @Test func sixteenClientsAtOnceGetTheAnswersOfOneAfterTheOther() async throws {
    var limits = ServiceLimits()
    limits.inFlight = 4
    try await RunningService.with(limits: limits) { service in
      try await withThrowingTaskGroup(of: (Int, Answer).self) { clients in
        for number in 0..<16 {
          clients.addTask { (number, try await service.predict(Fixture.face(number))) }
        }
        for try await (number, answer) in clients {
          let expected = try await service.pipeline.score(Fixture.picture(4, UInt8(2 + number), 20))
          #expect(answer.status == 200)
          #expect(answer["score"] == .number(expected.score), "client \(number)")
        }
      }
    }
  }

  @Test func healthSaysWhatIsRunning() async throws {
    try await RunningService.with { service in
      let answer = try await service.get("/health")
      #expect(answer.status == 200)
      #expect(answer["status"] == "ok")
      #expect(answer["pipeline"] == "fixture")
      #expect(answer["bundle"] == .string(try Fixture.bundle().manifestDigest))
      #expect(answer["version"] == .string(BundleProducer.ferry.version))
    }
  }

  @Test func metricsCount() async throws {
    try await RunningService.with { service in
      for _ in 0..<3 { _ = try await service.predict(Fixture.face()) }
      _ = try await service.predict([1, 2, 3])
      _ = try await service.get("/wp-login.php")
      let answer = try await service.get("/metrics")
      #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let lines = answer.text.split(separator: "\n")
      for line in [
        #"ferry_requests_total{path="/v1/predict",status="200"} 3"#,
        #"ferry_requests_total{path="/v1/predict",status="400"} 1"#,
        #"ferry_requests_total{path="NotFound",status="404"} 1"#,
        #"ferry_request_duration_seconds_bucket{path="/v1/predict",le="+Inf"} 4"#,
        #"ferry_request_duration_seconds_count{path="/v1/predict"} 4"#,
        "ferry_predictions_in_flight 0",
      ] {
        #expect(lines.contains(Substring(line)), "\(line) is missing of \(answer.text)")
      }
      #expect(!answer.text.contains("wp-login"))
    }
  }
}

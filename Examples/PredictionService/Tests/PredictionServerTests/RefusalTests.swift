import FerryMedia
import FerryRuntime
import PredictionServer
import Testing

@Suite struct RefusalTests {
  @Test func aBodyThatIsTooLargeIsRefused() async throws {
    var limits = ServiceLimits()
    limits.bodyByteCount = 1000
    try await RunningService.with(limits: limits) { service in
      // Known from the head, so that not a byte of it is read.
      let head = Wire.request("POST", "/v1/predict", headers: ["Content-Length: 1001"])
      let announced = try await service.send(head + [UInt8](repeating: 0, count: 1001))
      #expect(announced.status == 413)
      #expect(announced["code"] == "body-too-large")
      // In pieces, their number unknown.
      let piece = Array("190\r\n".utf8) + [UInt8](repeating: 0, count: 400) + Array("\r\n".utf8)
      let chunked = try await service.send(
        Wire.request("POST", "/v1/predict", headers: ["Transfer-Encoding: chunked"]) + piece + piece + piece
          + Array("0\r\n\r\n".utf8))
      #expect(chunked.status == 413)
      #expect(chunked["message"] == "the body is larger than 1000 bytes")
    }
  }

  /// Whose fault a body is that breaks the protocol: the client's.
  @Test func aBodyThatIsNoHTTPIsRefused() async throws {
    try await RunningService.with { service in
      let connection = try Connection(port: service.port)
      connection.write(
        Wire.request("POST", "/v1/predict", headers: ["Transfer-Encoding: chunked"]) + Array("3\r\nabc\r\n?\r\n".utf8))
      let answer = try Answer(await connection.readToEnd())
      #expect(answer.status == 400)
      #expect(answer["code"] == "invalid-body")
      try await service.waitForMetrics("ferry_predictions_in_flight 0")
    }
  }

  @Test func whatIsNoPictureIsRefused() async throws {
    var limits = ServiceLimits()
    limits.pixelCount = 32 * 24
    try await RunningService.with(limits: limits) { service in
      #expect(try await service.predict(Fixture.face()).status == 200)
      for body in [[], Array("hello".utf8), Array(try Fixture.face().dropLast(20))] {
        let answer = try await service.predict(body)
        #expect(answer.status == 400)
        #expect(answer["code"] == "invalid-picture")
      }
      // One row more than is allowed.
      let larger = try Picture(width: 32, height: 25, pixels: [UInt8](repeating: 0, count: 32 * 25 * 3))
      let answer = try await service.predict(larger.encodedPNG())
      #expect(answer.status == 400)
      #expect(answer["hint"] == "supported: at most 768 pixels")
    }
  }

  @Test func otherContentTypesAreRefused() async throws {
    try await RunningService.with { service in
      let answer = try await service.send(Wire.prediction(Fixture.face(), type: "multipart/form-data; boundary=x"))
      #expect(answer.status == 415)
      #expect(answer["code"] == "unsupported-media-type")
      #expect(answer["message"] == "the body is said to be multipart/form-data")
      #expect(try await service.send(Wire.prediction(Fixture.face(), type: "IMAGE/PNG; q=1")).status == 200)
      let unnamed = Wire.request("POST", "/v1/predict", body: try Fixture.face())
      #expect(try await service.send(unnamed).status == 200)
    }
  }

  @Test func unknownPathsAndMethodsAreRefused() async throws {
    try await RunningService.with { service in
      for request in [Wire.request("GET", "/"), Wire.request("GET", "/v1/predict"), Wire.request("POST", "/health")] {
        let answer = try await service.send(request)
        #expect(answer.status == 404)
        #expect(answer["code"] == "not-found")
        #expect(answer["hint"] == "POST /v1/predict, GET /health, GET /metrics")
      }
    }
  }

  @Test func errorsOfTheServiceKeepTheirDetails() async throws {
    struct Secret: Error {}
    try await RunningService.with(score: { _ in throw Secret() }) { service in
      let answer = try await service.predict(Fixture.face())
      #expect(answer.status == 500)
      #expect(answer["code"] == "internal")
      #expect(!answer.text.contains("Secret"))
    }
  }
}

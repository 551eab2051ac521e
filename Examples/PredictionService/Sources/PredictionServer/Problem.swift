import FerryRuntime
import Hummingbird

/// Why a request got no prediction, as the client is told: a status and `{"code", "message", "hint"}`.
struct Problem: Error {
  var status: HTTPResponse.Status
  /// Stable, for programs.
  var code: String
  var message: String
  var hint: String?
  /// Seconds after which it may be tried again.
  var retryAfter: Int?

  init(
    _ status: HTTPResponse.Status, _ code: String, _ message: String, hint: String? = nil, retryAfter: Int? = nil
  ) {
    (self.status, self.code, self.message, self.hint, self.retryAfter) = (status, code, message, hint, retryAfter)
  }

  static let busy = Problem(
    .serviceUnavailable, "busy", "as many requests as the service takes are being answered", hint: "try again later",
    retryAfter: 1)

  static func tooLarge(_ limit: Int) -> Problem {
    Problem(
      .contentTooLarge, "body-too-large", "the body is larger than \(limit) bytes", hint: "send a smaller picture")
  }

  /// What is wrong with a picture.
  init(picture error: FerryError) {
    self.init(
      .badRequest, error.code.rawValue, error.message,
      hint: error.hint ?? error.supported.map { "supported: \($0)" })
  }

  /// What any error is to the client. Errors of the service itself keep their details for the log.
  init(_ error: any Error, request: Request) {
    switch error {
    case let problem as Problem: self = problem
    case let error as HTTPError where error.status == .notFound:
      self.init(
        .notFound, "not-found", "there is no \(request.method.rawValue) \(request.uri.path)",
        hint: "POST /v1/predict, GET /health, GET /metrics")
    case let error as any HTTPResponseError:
      self.init(error.status, "http-\(error.status.code)", error.status.reasonPhrase)
    case is CancellationError:
      self.init(.serviceUnavailable, "cancelled", "the request was cancelled", retryAfter: 1)
    default:
      self.init(.internalServerError, "internal", "the picture could not be scored", hint: "see the service's log")
    }
  }

  var response: Response {
    let json: JSONValue = [
      "code": .string(code), "message": .string(message), "hint": hint.map { .string($0) } ?? .null,
    ]
    var response = Response(json: json, status: status)
    if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
    return response
  }
}

extension Response {
  init(json: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: json.pretty + "\n")))
  }
}

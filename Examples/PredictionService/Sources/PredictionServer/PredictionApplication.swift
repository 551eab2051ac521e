import FerryRuntime
import Hummingbird
import Logging
import NIOCore

/// The service: routes, limits, metrics. `runService()` runs it until SIGTERM or SIGINT, answers what is in flight and
/// ends.
///
/// - Parameters:
///   - port: 0 for any that is free.
///   - onServerRunning: called with the port once requests are taken.
package func predictionApplication(
  _ predictor: Predictor, host: String = "127.0.0.1", port: Int = 0, logger: Logger,
  onServerRunning: @escaping @Sendable (Int) async -> Void
) -> some ApplicationProtocol {
  let metrics = Metrics()
  let router = Router()
  router.add(middleware: Answering(metrics: metrics))
  router.post("v1/predict") { request, _ in
    try await Prediction(predictor: predictor).respond(to: request)
  }
  router.get("health") { _, _ in Response(json: PredictionJSON.health(predictor)) }
  router.get("metrics") { _, _ in
    Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text(inFlight: predictor.admission.count))))
  }
  return Application(
    router: router,
    // A connection on which nothing happens between two requests is closed.
    server: .http1(configuration: .init(idleTimeout: .seconds(60))),
    configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "ferry"),
    onServerRunning: { channel in await onServerRunning(channel.localAddress?.port ?? port) }, logger: logger)
}

/// Measures and logs each answer, and turns errors into problems that a client understands.
private struct Answering<Context: RequestContext>: RouterMiddleware {
  let metrics: Metrics

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let clock = ContinuousClock()
    let start = clock.now
    var details: Logger.Metadata = [:]
    let response: Response
    do {
      response = try await next(request, context)
    } catch {
      let problem = Problem(error, request: request)
      details["code"] = .string(problem.code)
      if problem.status == .internalServerError { details["error"] = .string("\(error)") }
      response = problem.response
    }
    let seconds = (clock.now - start).seconds
    // Not what the client wrote: a path that nobody serves is always this one.
    let path = context.endpointPath ?? "NotFound"
    metrics.record(path: path, status: response.status.code, seconds: seconds)
    details.merge(
      [
        "method": .string(request.method.rawValue), "path": .string(path),
        "status": .stringConvertible(response.status.code), "seconds": .stringConvertible(seconds),
      ], uniquingKeysWith: { first, _ in first })
    context.logger.log(level: response.status.code >= 500 ? .error : .info, "answered", metadata: details)
    return response
  }
}

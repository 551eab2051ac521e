import ArgumentParser
import FerryRuntime
import Foundation
import Logging
import PredictionServer

@main
struct PredictionService: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prediction-service", abstract: "Scores pictures over HTTP with the pipeline of a bundle.",
    discussion: """
      POST /v1/predict takes a PNG or JPEG picture and answers in JSON; GET /health says what is running, GET \
      /metrics how it is doing, for Prometheus. SIGTERM and SIGINT end the service when what is in flight has been \
      answered.
      """)

  @Argument(help: "A bundle made by ferry pack.") var bundle: String
  @Option(help: "The address to listen on.") var host = "127.0.0.1"
  @Option(help: "The port; 0 for any that is free, which is then printed.") var port = 8080
  @Option(help: "Threads that work on one picture; as many as there are cores if not given.") var threads: Int?
  @Option(help: "The largest body, in MiB.") var maxBodyMb = 10
  @Option(help: "The most pixels that a picture may have.") var maxPixels = 16_000_000
  @Option(help: "Seconds after which a request is given up.") var timeout = 30.0
  @Option(help: "Pictures that are scored at the same time.") var maxInFlight = 2
  @Option(help: "Requests that may wait; those beyond get 503.") var maxWaiting = 16
  @Option(help: "Open only a bundle that this key has signed (PEM); may be given several times.")
  var publicKey: [String] = []
  @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel = Logger.Level.info

  func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
    guard (1...1024).contains(maxBodyMb) else { throw ValidationError("--max-body-mb must be from 1 to 1024") }
    guard maxPixels > 0 else { throw ValidationError("--max-pixels must be above 0") }
    guard timeout > 0, timeout <= 86400 else { throw ValidationError("--timeout must be above 0, at most 86400") }
    guard (1...256).contains(maxInFlight) else { throw ValidationError("--max-in-flight must be from 1 to 256") }
    guard (0...65536).contains(maxWaiting) else { throw ValidationError("--max-waiting must be from 0 to 65536") }
  }

  func run() async throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var logger = Logger(label: "prediction-service")
    logger.logLevel = logLevel

    let keys = try publicKey.map { try PublicKey(contentsOf: $0) }
    let opened = try ModelBundle(contentsOf: bundle, requiring: keys.isEmpty ? .any : .signedBy(keys))
    var options = SessionOptions()
    options.threads = threads
    var limits = ServiceLimits()
    limits.bodyByteCount = maxBodyMb << 20
    limits.pixelCount = maxPixels
    limits.timeout = .seconds(timeout)
    limits.inFlight = maxInFlight
    limits.waiting = maxWaiting
    let predictor = try Predictor(opened, options: options, limits: limits)
    let host = host.contains(":") ? "[\(host)]" : host
    let application = predictionApplication(predictor, host: self.host, port: port, logger: logger) { port in
      // Read by programs that start the service, so not left in a buffer.
      try? FileHandle.standardOutput.write(contentsOf: Array("listening on http://\(host):\(port)\n".utf8))
    }
    try await application.runService()
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

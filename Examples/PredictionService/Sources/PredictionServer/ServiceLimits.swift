/// What one request, and all of them together, may take.
package struct ServiceLimits: Sendable {
  /// The largest body, in bytes.
  package var bodyByteCount = 10 << 20
  /// The largest picture, width times height.
  package var pixelCount = 16_000_000
  /// How long a request may take, from its head to its answer.
  package var timeout: Duration = .seconds(30)
  /// Pictures that are scored at the same time.
  package var inFlight = 2
  /// Requests that wait while others are scored; who comes when they are as many is turned away.
  package var waiting = 16

  package init() {}
}

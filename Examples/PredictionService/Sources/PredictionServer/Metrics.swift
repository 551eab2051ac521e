import Synchronization

/// What has been answered, and how fast; written in Prometheus' text format.
final class Metrics: Sendable {
  private struct Answers: Hashable {
    let path: String
    let status: Int
  }

  private struct Latency {
    /// One for each bound: answers that took at most so long.
    var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
    var sum = 0.0
    var count = 0
  }

  private struct State {
    var answers: [Answers: Int] = [:]
    var latencies: [String: Latency] = [:]
  }

  private static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
  private let state = Mutex(State())

  /// - Parameter path: one of the service's own, whatever the client wrote, so that there are few.
  func record(path: String, status: Int, seconds: Double) {
    state.withLock { state in
      state.answers[Answers(path: path, status: status), default: 0] += 1
      var latency = state.latencies[path] ?? Latency()
      for (index, bound) in Self.bounds.enumerated() where seconds <= bound { latency.buckets[index] += 1 }
      latency.sum += seconds
      latency.count += 1
      state.latencies[path] = latency
    }
  }

  /// - Parameter inFlight: predictions that are being made or wait.
  func text(inFlight: Int) -> String {
    let state = state.withLock { $0 }
    var lines = [
      "# HELP ferry_requests_total Requests answered.", "# TYPE ferry_requests_total counter",
    ]
    for (key, count) in state.answers.sorted(by: { ($0.key.path, $0.key.status) < ($1.key.path, $1.key.status) }) {
      lines.append("ferry_requests_total{path=\"\(key.path)\",status=\"\(key.status)\"} \(count)")
    }
    lines += [
      "# HELP ferry_request_duration_seconds Time from a request's head to its answer.",
      "# TYPE ferry_request_duration_seconds histogram",
    ]
    for (path, latency) in state.latencies.sorted(by: { $0.key < $1.key }) {
      let name = "ferry_request_duration_seconds"
      for (bound, count) in zip(Self.bounds, latency.buckets) {
        lines.append("\(name)_bucket{path=\"\(path)\",le=\"\(bound)\"} \(count)")
      }
      lines.append("\(name)_bucket{path=\"\(path)\",le=\"+Inf\"} \(latency.count)")
      lines.append("\(name)_sum{path=\"\(path)\"} \(latency.sum)")
      lines.append("\(name)_count{path=\"\(path)\"} \(latency.count)")
    }
    lines += [
      "# HELP ferry_predictions_in_flight Requests for a prediction that are being read, wait or are scored.",
      "# TYPE ferry_predictions_in_flight gauge", "ferry_predictions_in_flight \(inFlight)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }
}

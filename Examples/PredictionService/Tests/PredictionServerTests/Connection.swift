import FerryRuntime
import Foundation

/// A socket to the service, as a client has it that knows no more than the protocol.
final class Connection: Sendable {
  struct Failure: Error { let what: String }

  private let socket: Int32

  init(port: Int) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw Failure(what: "no socket") }
    // Nothing hangs for ever, whatever the service does.
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard result == 0 else { throw Failure(what: "cannot connect: \(errno)") }
  }

  deinit { close(socket) }

  /// Sends bytes. What the service does not want to read any more is no failure.
  func write(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// All that comes until the service closes the connection.
  func readToEnd() async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
      // A thread that may block: Swift's own ones may not.
      Thread.detachNewThread { [self] in
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
          let count = recv(socket, &chunk, chunk.count, 0)
          if count == 0 { return continuation.resume(returning: bytes) }
          if count < 0 { return continuation.resume(throwing: Failure(what: "cannot read: \(errno)")) }
          bytes += chunk[..<count]
        }
      }
    }
  }
}

/// What the service answered.
struct Answer {
  let status: Int
  /// Names in small letters.
  let headers: [String: String]
  let text: String

  init(_ bytes: [UInt8]) throws {
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n\r\n", maxSplits: 1)
    let lines = parts.first?.components(separatedBy: "\r\n") ?? []
    guard parts.count > 0, let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Connection.Failure(what: "\(bytes.count) bytes are no answer")
    }
    self.status = status
    headers = lines.dropFirst().reduce(into: [:]) { headers, line in
      let pair = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if pair.count == 2 { headers[pair[0].lowercased()] = pair[1] }
    }
    text = parts.count > 1 ? String(parts[1]) : ""
  }

  /// A member of the JSON object that was answered.
  subscript(name: String) -> JSONValue? {
    guard case .object(let object)? = try? JSONValue(parsing: text) else { return nil }
    return object[name]
  }
}

/// Requests as a client writes them.
enum Wire {
  static func request(_ method: String, _ path: String, headers: [String] = [], body: [UInt8]? = nil) -> [UInt8] {
    var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
    if let body { lines.append("Content-Length: \(body.count)") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? [])
  }

  static func prediction(_ body: [UInt8], type: String = "image/png") -> [UInt8] {
    request("POST", "/v1/predict", headers: ["Content-Type: \(type)"], body: body)
  }
}

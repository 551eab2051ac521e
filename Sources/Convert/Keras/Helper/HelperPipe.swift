#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads from another process, which may send nothing for so long only.
struct HelperPipe {
  private let descriptor: Int32
  private let timeoutSeconds: Int
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var available = 0..<0

  init(_ descriptor: Int32, timeoutSeconds: Int) {
    self.descriptor = descriptor
    self.timeoutSeconds = timeoutSeconds
  }

  /// `count` bytes. Memory is taken as they come, at most twice as much, not as they are announced.
  mutating func bytes(_ count: Int) throws -> [UInt8] {
    var (bytes, done) = ([UInt8](), 0)
    repeat {
      var larger = [UInt8](repeating: 0, count: min(count, max(1 << 20, 2 * done)))
      try larger.withUnsafeMutableBytes { target in
        bytes.withUnsafeBytes { target.copyMemory(from: $0) }
        try fill(UnsafeMutableRawBufferPointer(rebasing: target[done...]))
      }
      (bytes, done) = (larger, larger.count)
    } while done < count
    return bytes
  }

  /// - Throws: `HelperFailure.ended` if the other side closes before the target is full.
  mutating func fill(_ target: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done...])
      if available.isEmpty, rest.count >= buffer.count {
        // Straight to its place.
        let count = try read(rest)
        guard count > 0 else { throw HelperFailure.ended }
        done += count
        continue
      }
      guard try !isAtEnd() else { throw HelperFailure.ended }
      let part = available.prefix(rest.count)
      buffer[part].withUnsafeBytes { rest.copyMemory(from: $0) }
      available = part.endIndex..<available.upperBound
      done += part.count
    }
  }

  /// Whether the other side has closed and everything was taken. Waits for either.
  mutating func isAtEnd() throws -> Bool {
    guard available.isEmpty else { return false }
    let count = try buffer.withUnsafeMutableBytes { [self] in try read($0) }
    available = 0..<count
    return count == 0
  }

  private func read(_ target: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&request, 1, Int32(clamping: timeoutSeconds * 1000))
      if ready < 0 && errno == EINTR { continue }
      guard ready != 0 else { throw HelperFailure.silent(seconds: timeoutSeconds) }
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, target.baseAddress, target.count)
      #else
        let count = Darwin.read(descriptor, target.baseAddress, target.count)
      #endif
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw HelperFailure.ended }
      return count
    }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes all bytes to an open file, however often the system has to be asked.
///
/// - Returns: whether it took them; if not, `errno` says why.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var rest = bytes
  while !rest.isEmpty {
    let written = write(descriptor, rest.baseAddress, rest.count)
    if written < 0 && errno == EINTR { continue }
    guard written > 0 else { return false }
    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
  }
  return true
}

package func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var text = text
  return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
}

/// A pipe that programs which are started do not get, and whose ends are no standard streams even where those were
/// closed.
///
/// - Returns: nil if the system has none; `errno` says why.
package func makePipe() -> (read: Int32, write: Int32)? {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { return nil }
  let raised = ends.map { end in
    let raised = fcntl(end, F_DUPFD_CLOEXEC, 3)
    close(end)
    return raised
  }
  guard raised.contains(-1) else { return (raised[0], raised[1]) }
  for end in raised where end >= 0 { close(end) }
  return nil
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

import Synchronization

/// A file that appears whole or not at all: written under a temporary name in the same folder, flushed to disk, then renamed.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  package private(set) var byteCount = 0
  private var finished = false

  package init(path: String) throws {
    self.path = path
    let template = "\(path).XXXXXX.partial"
    var buffer = Array(template.utf8CString)
    descriptor = mkstemps(&buffer, 8)
    guard descriptor >= 0 else {
      throw FerryError(
        .fileUnwritable, "cannot create a file here: \(systemMessage(errno))", at: .init(file: path),
        hint: "choose a folder that exists and can be written to")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    temporary = String(decoding: buffer.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let name = temporary
    Self.unfinished.withLock { names in _ = names.insert(name) }
  }

  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      #if canImport(Glibc)
        let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      #else
        let written = Darwin.write(descriptor, rest.baseAddress, rest.count)
      #endif
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        throw FerryError(.fileUnwritable, "cannot write the file: \(systemMessage(errno))", at: .init(file: path))
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    byteCount += bytes.count
  }

  package mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Puts the file in its place.
  package consuming func commit() throws {
    // mkostemps makes the file private; give it what the user's mask allows, as for any other new file.
    let mask = umask(0)
    umask(mask)
    guard fchmod(descriptor, 0o666 & ~mask) == 0, fsync(descriptor) == 0, rename(temporary, path) == 0 else {
      throw FerryError(.fileUnwritable, "cannot finish the file: \(systemMessage(errno))", at: .init(file: path))
    }
    finished = true
  }

  deinit {
    close(descriptor)
    let (name, finished) = (temporary, finished)
    Self.unfinished.withLock { names in
      if !finished { unlink(name) }
      names.remove(name)
    }
  }

  private static let unfinished = Mutex<Set<String>>([])

  /// Removes the temporary files that are being written, for a process that is about to end early.
  package static func removeUnfinished() {
    unfinished.withLock { names in for name in names { unlink(name) } }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

import Synchronization

/// A file that appears whole or not at all: written under a temporary name in the same folder, flushed to disk, then
/// renamed.
///
/// What stood under the name before stays untouched until the rename replaces it. A link is replaced, not followed.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  package private(set) var byteCount: Int
  private var finished: Bool

  /// - Parameter isPrivate: whether only its owner may read the file, whatever the user's mask.
  /// - Throws: `fileUnwritable`, also where something other than a regular file stands under the name (a device such as
  ///   `/dev/null`, which renaming would destroy).
  package init(path: String, isPrivate: Bool = false) throws {
    let (temporary, descriptor) = try Self.createBeside(path, permissions: isPrivate ? 0o600 : 0o666)
    self.path = path
    self.temporary = temporary
    self.descriptor = descriptor
    self.byteCount = 0
    self.finished = false
    Self.unfinished.withLock { names in _ = names.insert(temporary) }
  }

  /// A new empty file in the folder of `path`. The user's mask gives it its permissions, as any other new file.
  private static func createBeside(
    _ path: String, permissions: mode_t
  ) throws -> (name: String, descriptor: Int32) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      throw FerryError(.fileUnwritable, "this is \(kind), where a file is to be written", at: .init(file: path))
    }
    for _ in 0..<100 {
      let name = "\(path).\(String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)).partial"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
      if descriptor >= 0 { return (name, descriptor) }
      if errno != EEXIST && errno != EINTR { break }
    }
    throw FerryError(
      .fileUnwritable, "cannot create a file here: \(systemMessage(errno))", at: .init(file: path),
      hint: "choose a folder that exists and can be written to")
  }

  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard writeAll(bytes, to: descriptor) else {
      throw FerryError(.fileUnwritable, "cannot write the file: \(systemMessage(errno))", at: .init(file: path))
    }
    byteCount += bytes.count
  }

  package mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Puts the file in its place.
  package consuming func commit() throws {
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
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

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

import FerryTensor

/// A regular file that is open for reading at any place. Its size is measured once, when it is opened.
package final class InputFile: Sendable {
  package let path: String
  package let byteCount: Int
  let descriptor: Int32

  /// - Throws: `fileNotFound`, or `fileUnreadable` for a folder, a pipe, or what the system refuses to open.
  package convenience init(path: String) throws {
    // Non-blocking, so that opening a named pipe cannot hang.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let (code, location) = (errno, FerryError.Location(file: path))
      if code == ENOENT || code == ENOTDIR { throw FerryError(.fileNotFound, "there is no such file", at: location) }
      throw FerryError(.fileUnreadable, "cannot open the file: \(systemMessage(code))", at: location)
    }
    try self.init(path: path, descriptor: descriptor)
  }

  /// Takes over a descriptor that is open already, and closes it in the end.
  package init(path: String, descriptor: Int32) throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= 0 else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      close(descriptor)
      throw FerryError(.fileUnreadable, "this is \(kind), where a file is needed", at: .init(file: path))
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `target` with the bytes from `offset` on.
  ///
  /// - Throws: `truncatedFile` if the file ends before, `fileUnreadable`.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws {
    guard Self.read(descriptor, at: offset, into: target) else {
      throw FerryError(
        .truncatedFile, "\(target.count) bytes cannot be read here", at: .init(file: path, byteOffset: offset))
    }
  }

  /// Whether all of `target` could be filled.
  static func read(_ descriptor: Int32, at offset: Int, into target: UnsafeMutableRawBufferPointer) -> Bool {
    var done = 0
    while done < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// `count` bytes from `offset` on, which the caller knows to be few.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw FerryError(
        .truncatedFile, "the file ends before the \(count) bytes that belong here",
        at: .init(file: path, byteOffset: offset))
    }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try read(at: offset, into: $0) }
    return bytes
  }
}

/// A part of a file.
package struct FileRegion: Sendable {
  package let file: InputFile
  package let range: Range<Int>

  package init(_ file: InputFile, range: Range<Int>? = nil) {
    self.file = file
    self.range = range?.clamped(to: 0..<file.byteCount) ?? 0..<file.byteCount
  }
}

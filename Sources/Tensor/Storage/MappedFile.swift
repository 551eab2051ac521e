#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file mapped read-only into memory.
///
/// The mapping is private; a file that another process truncates while it is mapped makes reads beyond its new end fail
/// with a signal, as with every memory-mapped format: replace files by renaming, never by writing into them.
public final class MappedFile: @unchecked Sendable {
  /// Where the file lay when it was mapped.
  public let path: String
  /// The bytes of the whole file.
  public let byteCount: Int
  package let address: UnsafeRawPointer

  /// - Throws: `fileNotFound`, or `fileUnreadable` for a folder, a pipe, or what the system refuses to open.
  public convenience init(path: String) throws {
    try self.init(path: path, flags: O_RDONLY | O_CLOEXEC)
  }

  /// - Parameter flags: for `open`; `O_NOFOLLOW` refuses a link in the last component of the path.
  package convenience init(path: String, flags: Int32) throws {
    // Non-blocking, so that opening a named pipe cannot hang.
    let descriptor = open(path, flags | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.openFailure(errno, FerryError.Location(file: path)) }
    try self.init(path: path, descriptor: descriptor)
  }

  /// Maps a file that is already open, and closes the descriptor.
  package init(path: String, descriptor: Int32) throws {
    let location = FerryError.Location(file: path)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FerryError(.fileUnreadable, "cannot read the file's size: \(systemMessage(errno))", at: location)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      throw FerryError(.fileUnreadable, "this is \(kind), where a file is needed", at: location)
    }
    byteCount = Int(status.st_size)
    self.path = path
    guard byteCount > 0 else {
      address = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 64))
      return
    }
    guard let mapping = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
      throw FerryError(.fileUnreadable, "cannot map the file into memory: \(systemMessage(errno))", at: location)
    }
    address = UnsafeRawPointer(mapping)
  }

  deinit {
    if byteCount > 0 {
      munmap(UnsafeMutableRawPointer(mutating: address), byteCount)
    } else {
      UnsafeMutableRawPointer(mutating: address).deallocate()
    }
  }

  /// The mapped bytes, valid as long as the file is referenced: where its last use would be this property, take
  /// `withBytes` or keep it with `withExtendedLifetime`.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: address, count: byteCount) }

  /// Calls `body` with the mapped bytes and keeps the file mapped meanwhile.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(bytes) }
  }

  /// Gives the memory of these bytes back to the system. They stay readable: the next use brings them in from the file
  /// again.
  package func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    guard byteCount > 0, page > 0 else { return }
    // Whole pages only: what stands beside may be in use.
    let start = (max(0, range.lowerBound) + page - 1) / page * page
    let end = min(byteCount, range.upperBound) / page * page
    if start < end { madvise(UnsafeMutableRawPointer(mutating: address + start), end - start, MADV_DONTNEED) }
  }

  private static func openFailure(_ code: Int32, _ location: FerryError.Location) -> FerryError {
    switch code {
    case ENOENT, ENOTDIR: FerryError(.fileNotFound, "there is no such file", at: location)
    default: FerryError(.fileUnreadable, "cannot open the file: \(systemMessage(code))", at: location)
    }
  }
}

/// The system's words for an error number.
package func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }

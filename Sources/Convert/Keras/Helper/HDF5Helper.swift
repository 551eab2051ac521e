#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

import CHDF5
import FerryTensor

/// The other side: what `ferry` does when it is started to read an HDF5 file for another process.
package enum HDF5Helper {
  /// The hidden subcommand's name.
  package static let command = "read-hdf5"

  /// Reads the HDF5 file at `offset` of the file that is standard input, and writes it to standard output in the form
  /// of `HelperFormat`. First the process gives up what it does not need.
  ///
  /// The file comes open, so that both processes mean the same one, whatever happens to its name, and so that this one
  /// need not be able to open any.
  package static func run(offset: Int, length: Int) throws {
    let file = try InputFile(path: "standard input", descriptor: 0)
    guard offset >= 0, length >= 0, offset <= file.byteCount, length <= file.byteCount - offset else {
      throw FerryError(.usage, "the file has no \(length) bytes at \(offset)")
    }
    try HelperRestraint.apply(fileSize: length)
    // Nothing is to be tidied up in the end; of damaged files the library then complains in words of its own.
    H5dont_atexit()
    let region = FileRegion(file, range: offset..<offset + length)
    var writer = try HelperWriter { bytes in try send(bytes) }
    do {
      try HDF5Reader.read(region, into: &writer)
    } catch let error as FerryError where error.code != .fileUnwritable {
      try writer.send(error)
    }
    try writer.end()
  }

  private static func send(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      #if canImport(Glibc)
        let count = Glibc.write(1, rest.baseAddress, rest.count)
      #else
        let count = Darwin.write(1, rest.baseAddress, rest.count)
      #endif
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FerryError(.fileUnwritable, "nobody reads any more") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}

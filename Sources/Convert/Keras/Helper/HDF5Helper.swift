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
    let loading = Result { try HDF5Library.load() }
    try HelperRestraint.apply(fileSize: length)
    let region = FileRegion(file, range: offset..<offset + length)
    var writer = try HelperWriter { bytes in try send(bytes) }
    do {
      try loading.get()
      // Nothing is to be tidied up in the end; of damaged files the library then complains in words of its own.
      _ = h5.H5dont_atexit()
      try HDF5Reader.read(region, into: &writer)
    } catch let error as FerryError where error.code != .fileUnwritable {
      try writer.send(error)
    }
    try writer.end()
  }

  private static func send(_ bytes: UnsafeRawBufferPointer) throws {
    guard writeAll(bytes, to: 1) else { throw FerryError(.fileUnwritable, "nobody reads any more") }
  }
}

import FerryTensor

extension KerasFile {
  /// Whether a file is HDF5 or a zip archive by its content: whether `read` is the one to ask.
  package static func looksLikeKeras(_ path: String) throws -> Bool { try container(InputFile(path: path)) != nil }

  /// Reads a Keras file of any form.
  ///
  /// Arrays that belong to training (`TrainingState`) are listed and not read.
  ///
  /// - Parameter access: where the HDF5 library does its work.
  /// - Throws: `fileNotFound`, `fileUnreadable`; `notKeras`, `invalidArchive`; `unsupportedHDF5`, `damagedHDF5`,
  ///   `tooDeep`, `memoryBudget`; `helperFailed`.
  package static func read(contentsOf path: String, access: HDF5Access) throws -> KerasFile {
    let file = try InputFile(path: path)
    return try located(FerryError.Location(file: path)) {
      switch try container(file) {
      case .hdf5:
        return KerasFile(path: path, container: .hdf5, contents: try contents(FileRegion(file), access))
      case .archive:
        let archive = try KerasArchive(file)
        let (configuration, metadata) = (try archive.configuration(), try archive.metadata())
        return KerasFile(
          path: path, container: .archive, contents: try contents(archive.weights(), access),
          archivedConfiguration: configuration, archivedMetadata: metadata)
      case nil:
        throw FerryError(
          .notKeras, "this is neither an HDF5 file nor a Keras archive", supported: ".h5, .hdf5, .weights.h5, .keras",
          hint: "give the file that Keras saved")
      }
    }
  }

  private static func contents(_ region: FileRegion, _ access: HDF5Access) throws -> HDF5Contents {
    switch access {
    case .inProcess: try HDF5Reader.contents(region)
    case .helper(let path): try HDF5HelperClient(executable: path).contents(region)
    }
  }

  private static func container(_ file: InputFile) throws -> Container? {
    let start = try file.bytes(at: 0, count: min(8, file.byteCount))
    // An archive may hold an HDF5 file where one with a user block would begin.
    if start.starts(with: Array("PK".utf8) + [3, 4]) { return .archive }
    var offset = 0
    while offset <= file.byteCount - 8 {
      if try file.bytes(at: offset, count: 8) == signature { return .hdf5 }
      offset = max(512, offset * 2)
    }
    return nil
  }

  private static let signature: [UInt8] = [0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A]
}

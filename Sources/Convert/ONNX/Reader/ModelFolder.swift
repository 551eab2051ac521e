import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder that a model stands in: files inside it can be opened by the names that the model gives, none outside it.
struct ModelFolder {
  private let path: String

  init(modelPath: String) {
    let slash = modelPath.lastIndex(of: "/")
    path = slash.map { $0 == modelPath.startIndex ? "/" : String(modelPath[..<$0]) } ?? "."
  }

  /// Opens a regular file below the folder, following no link on the way.
  ///
  /// - Parameter location: relative to the folder, as the model states it.
  /// - Throws: `missingExternalData`, `externalDataOutsideFolder`, `externalDataLink`, `fileUnreadable`.
  func open(_ location: String) throws -> MappedFile {
    let components = location.split(separator: "/").filter { $0 != "." }.map(String.init)
    guard !location.hasPrefix("/"), !components.contains(".."), let last = components.last else {
      throw FerryError(
        .externalDataOutsideFolder, "external data \"\(location)\" are not inside the model's folder",
        supported: "relative paths without \"..\"", hint: "save the model again with its data file beside it")
    }
    var folder = openFolder(path)
    guard folder >= 0 else { throw failure(errno, location) }
    defer { close(folder) }
    for component in components.dropLast() {
      let next = openat(folder, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      let code = errno
      guard next >= 0 else { throw isLink(component, in: folder) ? link(location) : failure(code, location) }
      close(folder)
      folder = next
    }
    // Non-blocking, so that opening a named pipe cannot hang.
    let file = openat(folder, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    let code = errno
    guard file >= 0 else { throw isLink(last, in: folder) ? link(location) : failure(code, location) }
    return try MappedFile(path: path == "." ? location : "\(path)/\(location)", descriptor: file)
  }

  private func openFolder(_ path: String) -> Int32 {
    #if canImport(Glibc)
      Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #else
      Darwin.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #endif
  }

  private func isLink(_ name: String, in folder: Int32) -> Bool {
    var status = stat()
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private func link(_ location: String) -> FerryError {
    FerryError(
      .externalDataLink, "external data \"\(location)\" are reached through a symbolic link",
      supported: "regular files inside the model's folder", hint: "put the data file itself in the link's place")
  }

  private func failure(_ code: Int32, _ location: String) -> FerryError {
    guard code == ENOENT || code == ENOTDIR else {
      return FerryError(.fileUnreadable, "cannot open the external data \"\(location)\": \(systemMessage(code))")
    }
    return FerryError(
      .missingExternalData, "the external data \"\(location)\" are missing",
      hint: "put the data file beside the model, under the name that the exporter gave it")
  }
}

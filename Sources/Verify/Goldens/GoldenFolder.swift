import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the arrays of a golden case are.
protocol GoldenFiles {
  /// An array by the name that `case.json` gives it.
  ///
  /// - Throws: `fileNotFound`, `invalidGolden`, `invalidArray` and what reading the file throws.
  func array(_ name: String) throws -> Tensor
}

/// The folder of a golden case, whose files are opened by name and never from outside it.
struct GoldenFolder: GoldenFiles {
  let path: String

  func array(_ name: String) throws -> Tensor { try Tensor(npy: try open(name)) }

  /// Why a file name is refused; nil if it may be opened. It may lead into folders below, with `/` between the parts.
  static func refusal(of name: String) -> String? {
    if name.isEmpty { return "which names no file" }
    if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }) {
      return "which holds a backslash or a control character"
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } ? "which leaves the folder" : nil
  }

  /// Maps a file of the folder.
  ///
  /// - Throws: `invalidGolden` for a name that leaves the folder and for a link on the way; what `MappedFile` throws.
  func open(_ name: String) throws -> MappedFile {
    if let reason = Self.refusal(of: name) { throw FerryError(.invalidGolden, "the name \(name), \(reason)") }
    var current = path
    for part in name.split(separator: "/") {
      current += "/" + part
      var status = stat()
      guard lstat(current, &status) == 0 else { break }
      if status.st_mode & S_IFMT == S_IFLNK {
        throw FerryError(.invalidGolden, "\(name) is or lies behind a link, which may lead anywhere")
      }
    }
    return try MappedFile(path: current, flags: O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
  }
}
